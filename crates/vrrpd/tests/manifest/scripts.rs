//! Scripts, and the `ConfigMap` that brings them.

use std::fs;

use serde_json::json;
use tempfile::TempDir;

use crate::{Output, documents, of_kind, run_in, variable};

/// Files of one run.
struct Files(TempDir);

impl Files {
    fn of(files: &[(&str, &[u8])]) -> Self {
        let files = files.iter();
        let directory = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        Self(directory)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let always = ["web", "--image=x", "--virtual-ips=10.77.0.100"];
        run_in(self.0.path(), &[&always, arguments].concat(), "")
    }
}

#[test]
fn files_go_into_a_config_map_as_they_are() {
    let check = "#!/bin/bash\n\tcurl -sf \"http://localhost:80/?a: b\" # not so\n\n  exit $?\n\n\n";
    let notify = "#!/bin/sh\r\nécho ü\u{85}";
    let files = Files::of(&[("check.sh", check.as_bytes()), ("sub/tell_1", notify.as_bytes())]);
    let documents = files
        .run(&["--check-script=check.sh", "--notify-script", "sub/tell_1"])
        .documents();
    let config_map = of_kind(&documents, "ConfigMap");
    assert_eq!(config_map["metadata"]["name"], "web-scripts");
    assert_eq!(config_map["metadata"]["namespace"], "vrrpd");
    assert_eq!(config_map["data"], json!({"check.sh": check, "tell_1": notify}));
    assert_eq!(
        variable(&documents, "OPENSHIFT_HA_CHECK_SCRIPT"),
        Some("/etc/keepalive/check.sh")
    );
    assert_eq!(
        variable(&documents, "OPENSHIFT_HA_NOTIFY_SCRIPT"),
        Some("/etc/keepalive/tell_1")
    );

    // It is there before the pods, which mount it where the variables say.
    let place = |kind: &str| documents.iter().position(|document| document["kind"] == kind);
    assert!(place("ConfigMap") < place("Deployment"));
    let pod = &of_kind(&documents, "Deployment")["spec"]["template"]["spec"];
    let volumes = pod["volumes"].as_array().unwrap();
    let volume = volumes
        .iter()
        .find(|volume| volume["configMap"]["name"] == "web-scripts")
        .unwrap();
    assert_eq!(volume["configMap"]["defaultMode"], 0o555);
    let mounts = pod["containers"][0]["volumeMounts"].as_array().unwrap();
    let mount = mounts
        .iter()
        .find(|mount| mount["name"] == volume["name"])
        .unwrap();
    assert_eq!(mount["mountPath"], "/etc/keepalive");
}

#[test]
fn one_file_may_check_and_tell() {
    let files = Files::of(&[("both.sh", b"#!/bin/sh\n")]);
    let documents = files
        .run(&["--check-script=both.sh", "--notify-script=both.sh"])
        .documents();
    assert_eq!(
        of_kind(&documents, "ConfigMap")["data"],
        json!({"both.sh": "#!/bin/sh\n"})
    );
}

#[test]
fn a_path_in_the_pod_is_left_as_it_is() {
    let output = Files::of(&[]).run(&["--check-script=/etc/keepalive/my check"]);
    assert_eq!(
        output.err,
        [
            "--check-script: warning: `/etc/keepalive/my check` is no file here: the pods have it if the ConfigMap \
          `web-scripts` does, as by `kubectl create configmap web-scripts --from-file=...`"
        ]
    );
    assert_eq!(output.code, 0);
    let documents = documents(&output.out);
    assert!(documents.iter().all(|document| document["kind"] != "ConfigMap"));
    assert_eq!(
        variable(&documents, "OPENSHIFT_HA_CHECK_SCRIPT"),
        Some("/etc/keepalive/my check")
    );
}

#[test]
fn any_other_path_is_refused() {
    let files = Files::of(&[("file", b"#!/bin/sh\n")]);
    for path in [
        "nowhere",
        "/nowhere/x",
        "/etc/keepalive",
        "/etc/keepalive/../x",
        "/etc/keepalived/x",
        "etc/keepalive/x",
    ] {
        let refused = files.run(&["--notify-script", path]).refused();
        let wanted = format!(
            "--notify-script: `{path}` cannot be read: No such file or directory (os error 2); name a file here, which \
             goes into a ConfigMap, or one in /etc/keepalive, where a ConfigMap of yours is mounted"
        );
        assert_eq!(refused, [wanted]);
    }
    let refused = files
        .run(&["--check-script=.", "--notify-script=/dev/null"])
        .refused();
    assert_eq!(
        refused,
        [
            "--check-script: `.` is not a file; name one, which goes into a ConfigMap",
            "--notify-script: `/dev/null` is not a file; name one, which goes into a ConfigMap",
        ]
    );
}

#[test]
fn two_scripts_of_one_name_are_refused() {
    let files = Files::of(&[("a/s.sh", b"#!/bin/sh\n"), ("b/s.sh", b"#!/bin/bash\n")]);
    let refused = files
        .run(&["--check-script=a/s.sh", "--notify-script=b/s.sh"])
        .refused();
    let wanted = "--notify-script: `b/s.sh` is called as --check-script is, and both would be /etc/keepalive/s.sh; rename one";
    assert_eq!(refused, [wanted]);
    let refused = files
        .run(&["--check-script=/etc/keepalive/s.sh", "--notify-script=b/s.sh"])
        .refused();
    assert_eq!(refused.last().map(String::as_str), Some(wanted));
}

#[test]
fn what_cannot_be_a_script_is_refused() {
    let files = Files::of(&[
        ("bin", b"#!\xff"),
        ("plain", b"echo\n"),
        ("a b", b"#!/bin/sh\n"),
        ("..x", b"#!/bin/sh\n"),
    ]);
    let wanted = [
        (
            "bin",
            "`bin` is not UTF-8, and so no script; it must be in the image",
        ),
        (
            "plain",
            "`plain` does not begin with `#!`, so no kernel starts it; write what runs it, as #!/bin/bash",
        ),
        (
            "a b",
            "`a b`: a ConfigMap takes no file of this name; use up to 253 of A-Z, a-z, 0-9, `-`, `_` and `.`, and do not \
             begin with `..`",
        ),
        (
            "..x",
            "`..x`: a ConfigMap takes no file of this name; use up to 253 of A-Z, a-z, 0-9, `-`, `_` and `.`, and do not \
             begin with `..`",
        ),
    ];
    for (path, wanted) in wanted {
        let refused = files.run(&["--check-script", path]).refused();
        assert_eq!(refused, [format!("--check-script: {wanted}")]);
    }
}

#[test]
fn a_config_map_has_an_end() {
    let script = |kib: usize| [b"#!/bin/sh\n".to_vec(), vec![b'x'; kib * 1024 - 10]].concat();
    let files = Files::of(&[
        ("most", &script(900)),
        ("over", &script(901)),
        ("half", &script(451)),
        ("small", &script(200)),
    ]);
    let warning = "--check-script: warning: the scripts are too large for what `kubectl apply` notes of an object; add \
                   --server-side to it";
    let output = files.run(&["--check-script=most"]);
    assert_eq!((output.code, output.err), (0, vec![warning.to_owned()]));
    assert_eq!(files.run(&["--check-script=small"]).err, Vec::<String>::new());
    let refused = files.run(&["--check-script=over"]).refused();
    let large =
        "brings the scripts to 901 KiB, and a ConfigMap takes 900; call a program in the image instead";
    assert_eq!(refused, [format!("--check-script: `over` {large}")]);
    let other = Files::of(&[("one", &script(450)), ("half", &script(451))]);
    let refused = other
        .run(&["--check-script=one", "--notify-script=half"])
        .refused();
    assert_eq!(refused[0], format!("--notify-script: `half` {large}"));
    let refused = files.run(&["--notify-script=over"]).refused();
    assert_eq!(refused, [format!("--notify-script: `over` {large}")]);
}
