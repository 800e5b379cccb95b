//! The image on a host: a container in its network namespace, as a hostNetwork pod is one.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::binary::workspace;
use crate::host::Host;
use crate::process::Process;
use crate::wait::eventually;

/// What `tests/images.sh` has built.
const IMAGE: &str = "localhost/vrrpd:lab";
/// Kubernetes's default, in seconds, after which it kills what has not stopped.
const GRACE: &str = "30";
/// How long the container runtime may take for its part.
const PATIENCE: Duration = Duration::from_mins(1);

/// A container of the image. Dropped, it is killed and removed.
#[derive(Debug)]
pub struct Container {
    host: Arc<Host>,
    name: String,
    /// The runtime's client, through which the container's output comes.
    client: Process,
}

impl Container {
    /// Runs the image's own command, or `command` if there is one, on a host; `options` are those of `podman run`.
    ///
    /// # Errors
    ///
    /// When it cannot be started: `tests/images.sh` builds the image and installs the runtime.
    pub fn run(host: &Arc<Host>, options: &[String], command: &[&str]) -> Result<Self> {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", host.namespace().name());
        let mut podman = podman()?;
        podman
            .args(["run", "--pull=never", "--name", &name, "--hostname", host.name()])
            .args(options);
        // Unless it is to have another one.
        if !options.iter().any(|option| option.starts_with("--network=")) {
            podman.arg(format!("--network=ns:/run/netns/{}", host.namespace().name()));
        }
        podman.arg(IMAGE).args(command);
        let client = Process::start(&name, &mut podman, host.file(&format!("{name}.log")))?;
        let container = Self {
            host: Arc::clone(host),
            name,
            client,
        };
        eventually(PATIENCE, "the container is there", || {
            let state = control(&["inspect", "--format", "{{ .State.Status }}", &container.name]);
            let state = state.unwrap_or_default();
            Ok(matches!(state.trim(), "running" | "exited") || !container.client.is_running())
        })?;
        Ok(container)
    }

    /// Where it runs.
    pub fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// What it has written, over all its starts.
    pub fn log(&self) -> Result<String> {
        let output = podman()?
            .args(["logs", &self.name])
            .stdin(Stdio::null())
            .output()?;
        // It may not have been made yet: then it is the client who has something to say.
        let client = self.client.output()?;
        let logs = [output.stdout, output.stderr].concat();
        Ok(if output.status.success() {
            String::from_utf8_lossy(&logs).into_owned()
        } else {
            client
        })
    }

    /// The last line of its log that says what was entered, as `grep Entering | tail -1` finds it.
    pub fn last_entered(&self) -> Result<String> {
        let log = self.log()?;
        let last = log.lines().rfind(|line| line.contains("Entering"));
        Ok(last.unwrap_or_default().to_owned())
    }

    /// Runs a command in it, to its end, and gives what that wrote on standard output.
    ///
    /// # Errors
    ///
    /// When it fails, with what it said.
    pub fn exec(&self, command: &[&str]) -> Result<String> {
        let output = podman()?
            .args(["exec", &self.name])
            .args(command)
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!(
                "`{}` in {}: {}: {said}",
                command.join(" "),
                self.name,
                output.status
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Asks it to stop, as Kubernetes does, and gives its exit code.
    pub fn stop(&self) -> Result<i32> {
        control(&["stop", "--time", GRACE, &self.name])?;
        self.client.wait(PATIENCE)?;
        self.exit_code()
    }

    /// Kills it, so that nobody says goodbye.
    pub fn kill(&self) -> Result<()> {
        control(&["kill", "--signal", "KILL", &self.name])?;
        self.client.wait(PATIENCE).map(drop)
    }

    /// Starts it again after its end, with the volumes that it had: what the kubelet does with a container that died.
    pub fn restart(&self) -> Result<()> {
        control(&["start", &self.name]).map(drop)
    }

    /// Sends a signal to its first process.
    pub fn signal(&self, signal: &str) -> Result<()> {
        control(&["kill", "--signal", signal, &self.name]).map(drop)
    }

    /// Waits until it has ended by itself, and gives its exit code.
    pub fn wait(&self) -> Result<i32> {
        self.client.wait(PATIENCE)?;
        self.exit_code()
    }

    fn exit_code(&self) -> Result<i32> {
        let code = control(&["inspect", "--format", "{{ .State.ExitCode }}", &self.name]);
        let code = code.with_context(|| self.client.output().unwrap_or_default())?;
        Ok(code.trim().parse()?)
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if let Err(error) = control(&["rm", "--force", "--time", "0", &self.name]) {
            eprintln!("container {} is left behind: {error:#}", self.name);
        }
    }
}

/// The runtime, with the images of this workspace and not this machine's own.
fn podman() -> Result<Command> {
    let state = workspace()?.join("target/containers");
    let mut podman = Command::new("podman");
    podman
        .env("CONTAINERS_CONF", state.join("containers.conf"))
        .env("CONTAINERS_STORAGE_CONF", state.join("storage.conf"));
    Ok(podman)
}

fn control(arguments: &[&str]) -> Result<String> {
    let output = podman()?
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("podman cannot be started; tests/images.sh installs it and builds the image")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("podman {}: {}: {said}", arguments.join(" "), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
