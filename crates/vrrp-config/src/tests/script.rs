//! Scripts: what is started, as whom, and with which capabilities.

use super::{
    Alpha, assert_check_said, assert_said, assert_text, directory, identity, loaded, said, tracked_check,
};
use crate::load;
use vrrp_checks::{Capabilities, Probe, Script};

fn script_of(text: &str) -> Script {
    let loaded = loaded(text);
    assert_eq!(loaded.warnings, [], "of\n{text}");
    let Probe::Script(script) = loaded.config.checks[0].probe.clone() else {
        panic!("{loaded:#?}")
    };
    script
}

#[test]
fn a_script_is_a_list() {
    assert_check_said(&[
        (
            "script = \"/bin/ready  --fast 5\"",
            &[
                "9:10: a script is started without a shell: write the program and each argument for itself, as \
               [\"/bin/ready\", \"--fast\", \"5\"]",
            ],
        ),
        (
            "script = \"\"",
            &[
                "9:10: a script is started without a shell: write the program and each argument for itself, as \
               [\"/usr/local/bin/ready\", \"--fast\"]",
            ],
        ),
        (
            "script = []",
            &[
                "9:10: no program to start; write its absolute path and its arguments, as [\"/usr/local/bin/ready\"]",
            ],
        ),
        (
            "script = [\"ready\", 5]",
            &[
                "9:20: `script` wants a list of texts in quotes, and this is a whole number; for example: script = \
               [\"/usr/local/bin/ready\", \"--fast\"]",
            ],
        ),
        (
            "script = [\"ready\"]",
            &["9:11: `ready` is not an absolute path, and nothing is searched for; write it from /"],
        ),
        (
            "script = [\"\"]",
            &["9:11: `` is not an absolute path, and nothing is searched for; write it from /"],
        ),
        (
            "script = [\"/bin/ready\", \"a\\u0000b\"]",
            &["9:25: a NUL byte, which no path or argument can have; remove it"],
        ),
    ]);
    let script = script_of(&tracked_check("script = [\"${BIN}/ready\", \"$$1\", \"\"]"));
    assert_eq!(script.argv, ["/usr/local/bin/ready", "$1", ""]);
}

#[test]
fn users_groups_and_capabilities() {
    assert_check_said(&[
        (
            "script = [\"/bin/ready\"]\nuser = \"nobdy\"",
            &["10:8: this host has no user `nobdy`; create it, or write one that `getent passwd` shows"],
        ),
        (
            "script = [\"/bin/ready\"]\nuser = \"nobdy:ww\"",
            &[
                "10:8: this host has no user `nobdy`; create it, or write one that `getent passwd` shows",
                "10:8: this host has no group `ww`; create it, or write one that `getent group` shows",
            ],
        ),
        (
            "script = [\"/bin/ready\"]\nuser = \"\"",
            &["10:8: `user` is empty; write for example: user = \"nobody\""],
        ),
        (
            "script = [\"/bin/ready\"]\ncapabilities = [\"net_admni\", \"x\", \"CAP_Net_Raw\"]",
            &[
                "10:17: `net_admni` is not a capability; did you mean `net_admin`?",
                "10:30: `x` is not a capability; write one of capabilities(7), as \"net_admin\"",
            ],
        ),
    ]);
    let script = script_of(&tracked_check(
        "script = [\"/bin/ready\"]\nuser = \"web:www\"\ncapabilities = [\"net_admin\", \"CAP_CHOWN\", \
         \"cap_checkpoint_restore\", \"net_admin\"]",
    ));
    let mut web = identity("web", 1000, 1000, "/home/web");
    web.gid = 33;
    assert_eq!(script.user, Some(web));
    assert_eq!(script.capabilities, Capabilities(1 << 12 | 1 | 1 << 40));
}

#[test]
fn a_program_that_cannot_be_started_now() {
    assert_check_said(&[
        (
            "script = [\"/missing/ready\"]",
            &[
                "9:11: warning: `/missing/ready` cannot be started now: No such file or directory (os error 2); the check \
               fails until it can",
            ],
        ),
        (
            "script = [\"/root/ready\"]\nuser = \"nobody\"",
            &[
                "9:11: warning: `/root/ready` cannot be started now: nobody may not enter /root; the check fails until it \
               can",
            ],
        ),
        ("script = [\"/root/ready\"]", &[]),
    ]);
}

#[test]
fn what_root_runs_and_others_can_change() {
    let changeable = "this script runs as root, and others than root can change `/open`; let only root write there, \
                      move the script, or run it as somebody else: user = \"nobody\"";
    let script = "script = [\"/open/ready\"]";
    assert_check_said(&[
        (script, &[&format!("9:11: warning: {changeable}")]),
        (
            &format!("{script}\nuser = \"root\""),
            &[&format!("9:11: warning: {changeable}")],
        ),
        (&format!("{script}\nuser = \"nobody\""), &[]),
    ]);
    let main = |settings: &str, lines: &str| format!("{settings}\n{}", tracked_check(lines));
    assert_text(
        &main("script_security = true", script),
        &[&format!("10:11: {changeable}")],
    );
    assert_text(
        &main("script_security = false", script),
        &[&format!("10:11: warning: {changeable}")],
    );
    let both = "script_user = \"nobody\"\nscript_security = true";
    assert_text(&main(both, script), &[]);
    assert_text(
        &main(both, &format!("{script}\nuser = \"root\"")),
        &[&format!("11:11: {changeable}")],
    );
}

/// What is missing there can be made by anybody.
#[test]
fn what_root_would_run_and_others_can_make() {
    let unusable = "`/open/missing/ready` cannot be started now: No such file or directory (os error 2); the check fails \
                    until it can";
    let changeable = "this script runs as root, and others than root can change `/open`; let only root write there, \
                      move the script, or run it as somebody else: user = \"nobody\"";
    let script = "script = [\"/open/missing/ready\"]";
    assert_check_said(&[
        (
            script,
            &[
                &format!("9:11: warning: {unusable}"),
                &format!("9:11: warning: {changeable}"),
            ],
        ),
        (
            &format!("{script}\nuser = \"nobody\""),
            &[&format!("9:11: warning: {unusable}")],
        ),
    ]);
    assert_text(
        &format!("script_security = true\n{}", tracked_check(script)),
        &[
            &format!("10:11: warning: {unusable}"),
            &format!("10:11: {changeable}"),
        ],
    );
}

#[test]
fn what_runs_with_capabilities_and_others_can_change() {
    let nobody = "script = [\"/open/ready\"]\nuser = \"nobody\"\ncapabilities = [\"net_admin\"]";
    let changeable = "this script has capabilities, and others than root can change `/open`; let only root write there, \
                      move the script, or remove `capabilities`";
    let root = "script = [\"/open/ready\"]\ncapabilities = [\"net_admin\"]";
    let both = "this script runs as root and has capabilities, and others than root can change `/open`; let only root \
                write there, move the script, or remove `capabilities` and run it as somebody else: user = \"nobody\"";
    assert_check_said(&[
        (nobody, &[&format!("9:11: warning: {changeable}")]),
        (root, &[&format!("9:11: warning: {both}")]),
        (&nobody.replace("/open/", "/bin/"), &[]),
        (&nobody.replace("\"net_admin\"", ""), &[]),
    ]);
    let main = |lines: &str| format!("script_security = true\n{}", tracked_check(lines));
    assert_text(&main(nobody), &[&format!("10:11: {changeable}")]);
    assert_text(&main(root), &[&format!("10:11: {both}")]);
    assert_said(&[(
        &["notify = { script = [\"/open/n\"], user = \"nobody\", capabilities = [\"net_admin\"] }"],
        &[&format!("6:22: warning: {changeable}")],
    )]);
}

#[test]
fn script_user_counts_for_scripts_that_name_nobody_in_every_file() {
    let main = "script_user = \"web:www\"\ninclude = [\"a.toml\"]\n";
    let included = tracked_check("script = [\"/open/ready\"]");
    let files = [("vrrpd.toml", main), ("a.toml", included.as_str())];
    assert_eq!(said(&files), [""; 0]);
    let directory = directory(&files);
    let loaded = load(&directory.path().join("vrrpd.toml"), &Alpha).unwrap();
    let Probe::Script(script) = &loaded.config.checks[0].probe else {
        panic!("{loaded:#?}")
    };
    assert_eq!(
        script.user.as_ref().map(|user| (user.uid, user.gid)),
        Some((1000, 33))
    );
}
