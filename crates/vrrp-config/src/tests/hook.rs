//! Notify hooks.

use std::time::Duration;

use vrrp_checks::{Capabilities, Hook, Hooks, Script};

use super::{assert_said, base_with, identity, loaded};

fn hook(program: &str) -> Hook {
    Hook {
        script: Script {
            argv: vec![program.to_owned()],
            user: None,
            capabilities: Capabilities::default(),
        },
        timeout: Duration::from_secs(10),
    }
}

#[test]
fn every_hook_arrives_in_its_place() {
    let loaded = loaded(&base_with(&[
        r#"notify = { script = ["/n", "a"], user = "nobody", capabilities = ["net_admin"], timeout = "5m" }"#,
        r#"notify_master = ["/m"]"#,
        r#"notify_backup = ["/b"]"#,
        r#"notify_fault = ["/f"]"#,
        r#"notify_stop = ["/s"]"#,
        r#"notify_reasserted = { script = ["/r"] }"#,
    ]));
    assert_eq!(loaded.warnings, []);
    let expected = Hooks {
        notify: Some(Hook {
            script: Script {
                argv: vec!["/n".to_owned(), "a".to_owned()],
                user: Some(identity("nobody", 65534, 65534, "/nonexistent")),
                capabilities: Capabilities(1 << 12),
            },
            timeout: Duration::from_mins(5),
        }),
        master: Some(hook("/m")),
        backup: Some(hook("/b")),
        fault: Some(hook("/f")),
        stop: Some(hook("/s")),
        reasserted: Some(hook("/r")),
    };
    assert_eq!(loaded.config.instances[0].hooks, expected);
}

#[test]
fn hooks_that_cannot_be() {
    assert_said(&[
        (
            &["notify_master = \"/etc/vrrpd/master.sh now\""],
            &[
                "6:17: a script is started without a shell: write the program and each argument for itself, as \
               [\"/etc/vrrpd/master.sh\", \"now\"]",
            ],
        ),
        (
            &["notify = 5"],
            &[
                "6:10: `notify` wants a list of texts in quotes, or a table, and this is a whole number; for example: \
               notify = [\"/etc/vrrpd/notify.sh\"]",
            ],
        ),
        (
            &["notify = { timeout = \"99ms\" }"],
            &[
                "6:10: a hook has no `script`; add for example: script = [\"/etc/vrrpd/notify.sh\"]",
                "6:22: `99ms` is not a timeout of hooks; write \"100ms\" to \"5m\"",
            ],
        ),
        (
            &["notify = { script = [\"/n\"], timeout = \"301s\", usr = \"x\" }"],
            &[
                "6:39: `301s` is not a timeout of hooks; write \"100ms\" to \"5m\"",
                "6:47: unknown key `usr` in a hook; did you mean `user`?",
            ],
        ),
        (
            &["notify_stop = [\"/missing/stop.sh\"]"],
            &[
                "6:16: warning: `/missing/stop.sh` cannot be started now: No such file or directory (os error 2); it is \
               not run until it can",
            ],
        ),
    ]);
}
