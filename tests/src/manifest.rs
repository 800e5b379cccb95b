//! A pod's manifest, as options of a container: what the kubelet makes of it, as far as the manifests of `deploy` go.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::binary::workspace;
use crate::host::Host;

/// The pod template of a Deployment.
#[derive(Clone, Debug)]
pub struct Manifest(Value);

/// A file of a `ConfigMap` that exists: its map, its name, its text.
pub type ConfigFile<'f> = (&'f str, &'f str, &'f str);

impl Manifest {
    /// Reads the Deployment of a file below `deploy`, which may hold other documents too.
    pub fn read(file: &str) -> Result<Self> {
        let path = workspace()?.join("deploy").join(file);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        // As `kubectl` reads it: by version 1.1 of YAML, in which 0755 is octal.
        let options = serde_saphyr::options! { legacy_octal_numbers: true };
        let documents: Vec<Value> = serde_saphyr::from_multiple_with_options(&text, options)?;
        let deployment = documents
            .into_iter()
            .find(|document| document["kind"] == "Deployment");
        Ok(Self(
            deployment.context("no Deployment")?["spec"]["template"]["spec"].take(),
        ))
    }

    /// Gives a variable of its container another value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let variables = self.0["containers"][0]["env"].as_array_mut().context("env")?;
        let variable = variables.iter_mut().find(|variable| variable["name"] == name);
        match variable {
            Some(variable) => variable["value"] = value.into(),
            None => variables.push(serde_json::json!({ "name": name, "value": value })),
        }
        Ok(())
    }

    /// The command of its probe of this name.
    pub fn probe(&self, name: &str) -> Result<Vec<String>> {
        texts(&self.0["containers"][0][name]["exec"]["command"])
    }

    /// The VRID of its first virtual router.
    pub fn first_vrid(&self) -> Result<u8> {
        let variables = self.0["containers"][0]["env"].as_array().context("env")?;
        let offset = variables
            .iter()
            .find(|variable| variable["name"] == "OPENSHIFT_HA_VRRP_ID_OFFSET");
        let offset = offset.map_or(Ok("0"), |offset| text(&offset["value"]))?;
        Ok(offset.parse::<u8>()? + 1)
    }

    /// The options of a container that is this pod on a host. `files` is what its `ConfigMap`s hold.
    pub fn options(&self, host: &Host, files: &[ConfigFile<'_>]) -> Result<Vec<String>> {
        if self.0["hostNetwork"] != true {
            bail!("not on the host's network");
        }
        let container = &self.0["containers"][0];
        let mut options = Vec::new();
        for variable in container["env"].as_array().context("env")? {
            let (name, value) = (text(&variable["name"])?, text(&variable["value"])?);
            options.push(format!("--env={name}={value}"));
        }
        options.extend(rights(&self.0["securityContext"], &container["securityContext"])?);
        for mount in container["volumeMounts"].as_array().context("volumeMounts")? {
            options.push(self.volume(mount, host, files)?);
        }
        Ok(options)
    }

    fn volume(&self, mount: &Value, host: &Host, files: &[ConfigFile<'_>]) -> Result<String> {
        let (name, at) = (text(&mount["name"])?, text(&mount["mountPath"])?);
        let volumes = self.0["volumes"].as_array().context("volumes")?;
        let volume = volumes.iter().find(|volume| volume["name"] == mount["name"]);
        let volume = volume.with_context(|| format!("no volume {name}"))?;
        if volume.get("emptyDir").is_some() {
            // As long as the pod lives, whatever becomes of its container.
            let directory = host.file(name);
            fs::create_dir_all(&directory)?;
            return Ok(format!("--volume={}:{at}", directory.display()));
        }
        let mut suffix = String::new();
        if mount["readOnly"] == true {
            suffix += ":ro";
        }
        if mount["mountPropagation"] == "HostToContainer" {
            suffix += if suffix.is_empty() { ":rslave" } else { ",rslave" };
        }
        let source = if let Some(path) = volume["hostPath"]["path"].as_str() {
            existing(path, host, name)?
        } else if let Some(map) = volume["configMap"]["name"].as_str() {
            let mode = volume["configMap"]["defaultMode"].as_u64().unwrap_or(0o644);
            config_map(map, mode, host, files)?
        } else {
            bail!("volume {name} is of a kind that no manifest had so far")
        };
        Ok(format!("--volume={}:{at}{suffix}", source.display()))
    }
}

/// What the container may do.
fn rights(pod: &Value, container: &Value) -> Result<Vec<String>> {
    let mut options = Vec::new();
    if container["privileged"] == true {
        options.push("--privileged".to_owned());
    }
    for name in container["capabilities"]["drop"].as_array().into_iter().flatten() {
        options.push(format!("--cap-drop={}", text(name)?));
    }
    for name in container["capabilities"]["add"].as_array().into_iter().flatten() {
        options.push(format!("--cap-add={}", text(name)?));
    }
    if container["readOnlyRootFilesystem"] == true {
        // Without the places to write that podman adds of itself.
        options.extend(["--read-only", "--read-only-tmpfs=false"].map(str::to_owned));
    }
    if container["allowPrivilegeEscalation"] == false {
        options.push("--security-opt=no-new-privileges".to_owned());
    }
    if let Some(user) = pod["runAsUser"].as_u64() {
        options.push(format!("--user={user}"));
    }
    Ok(options)
}

/// A directory of the host, or an empty one in its place: this machine may be another system than a node.
fn existing(path: &str, host: &Host, name: &str) -> Result<PathBuf> {
    if Path::new(path).exists() {
        return Ok(path.into());
    }
    let instead = host.file(name);
    fs::create_dir_all(&instead)?;
    Ok(instead)
}

fn config_map(map: &str, mode: u64, host: &Host, files: &[ConfigFile<'_>]) -> Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt;

    let directory = host.file(map);
    fs::create_dir_all(&directory)?;
    for (_, name, contents) in files.iter().filter(|(of, _, _)| *of == map) {
        let file = directory.join(name);
        fs::write(&file, contents)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(u32::try_from(mode)?))?;
    }
    Ok(directory)
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().with_context(|| format!("{value} is no text"))
}

fn texts(value: &Value) -> Result<Vec<String>> {
    let values = value.as_array().with_context(|| format!("{value} is no list"))?;
    values.iter().map(|value| Ok(text(value)?.to_owned())).collect()
}
