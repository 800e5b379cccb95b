//! Values of an instance, its addresses apart.

use std::os::unix::fs::PermissionsExt;

use super::{BASE, assert_said, base_with, directory, make_fifo, said, said_in};

#[test]
fn names() {
    let long = "x".repeat(65);
    assert_said(&[
        (
            &["name = \"\""],
            &["2:8: `` is not a name for an instance: 1 to 64 characters, no control characters"],
        ),
        (
            &["name = \"a\\nb\""],
            &["2:8: `a\\nb` is not a name for an instance: 1 to 64 characters, no control characters"],
        ),
        (
            &[&format!("name = \"{long}\"")],
            &[&format!(
                "2:8: `{long}` is not a name for an instance: 1 to 64 characters, no control characters"
            )],
        ),
        (
            &["interface = \"eth0:1\""],
            &[
                "3:13: `eth0:1` is not an interface's name: 1 to 15 bytes without `/`, `:` and white space, as `ip link` \
               shows it",
            ],
        ),
    ]);
    for name in ["", ".hidden", "a/b", "a b", "ä", &long] {
        assert_eq!(
            said(&[("vrrpd.toml", &format!("name = \"{name}\"\n{BASE}"))]),
            [format!(
                "vrrpd.toml:1:8: `{name}` is not a name for the daemon: 1 to 64 of A-Z, a-z, 0-9, `_`, `.` and `-`, \
                 not beginning with a dot"
            )]
        );
    }
}

#[test]
fn what_two_instances_may_not_share() {
    let second = "[[instance]]\nname = \"web\"\ninterface = \"eth0\"\nvrid = 51\nvirtual_addresses = [\"10.77.0.101\"]\n\
                  unicast = { peers = [\"10.77.0.2\"] }\n";
    assert_eq!(
        said(&[("vrrpd.toml", &format!("{BASE}{second}"))]),
        [
            "vrrpd.toml:7:8: the name `web` is already taken at line 2; give each instance its own",
            "vrrpd.toml:9:8: VRID 51 on eth0 is already taken at line 4; each virtual router of an interface has its \
             own, whether multicast or unicast",
        ]
    );
}

#[test]
fn numbers_out_of_range() {
    for written in ["0", "256", "-1", "99999999999999999999"] {
        assert_said(&[
            (
                &[&format!("vrid = {written}")],
                &[&format!(
                    "4:8: {written} is not a VRID: 1 to 255, the same number on every node of this virtual router"
                )],
            ),
            (
                &[&format!("priority = {written}")],
                &[&format!(
                    "6:12: {written} is not a priority: 1 to 254, or 255 for the owner of the addresses"
                )],
            ),
            (
                &[&format!("garp = {{ repeat = {written} }}")],
                &[&format!(
                    "6:19: {written} is not a number of announcements: 1 to 255"
                )],
            ),
        ]);
    }
}

#[test]
fn intervals_that_vrrpv2_cannot_carry() {
    for written in ["500ms", "1500ms", "0s", "256s", "5m"] {
        assert_said(&[(
            &[&format!("advert_interval = \"{written}\"")],
            &[&format!(
                "6:19: `{written}` is not an interval of VRRPv2, which has whole seconds from 1s to 255s; write one, as \
                 \"1s\""
            )],
        )]);
    }
    assert_said(&[(&["advert_interval = \"4m 15s\""], &[])]);
}

#[test]
fn preemption_that_does_nothing() {
    let owner = |key: &str| {
        format!(
            "warning: `{key}` does nothing at priority 255: the owner of the addresses always preempts at once; remove \
             it, or give a priority of 1 to 254"
        )
    };
    assert_said(&[
        (
            &["preempt = false", "preempt_delay = \"5s\""],
            &[
                "7:17: warning: `preempt_delay` does nothing with preempt = false; remove it, or write preempt = true",
            ],
        ),
        (&["preempt = false", "preempt_delay = \"0s\""], &[]),
        (&["preempt_delay = \"20m\""], &[]),
        (
            &["priority = 255", "preempt = false", "preempt_delay = \"5s\""],
            &[
                &format!("7:11: {}", owner("preempt")),
                &format!("8:17: {}", owner("preempt_delay")),
            ],
        ),
    ]);
}

#[test]
fn authentication() {
    let kind = |kind: &str, more: &str| {
        format!(
            "6:27: `{kind}` is not a type of authentication that is supported: \"none\" or \"simple\"{more}"
        )
    };
    let simple =
        |password: &str| format!("authentication = {{ type = \"simple\", password = \"{password}\" }}");
    assert_said(&[
        (
            &["authentication = { type = \"PASS\" }"],
            &[&kind("PASS", "; keepalived's PASS is \"simple\"")],
        ),
        (
            &["authentication = { type = \"AH\" }"],
            &[&kind("AH", "; RFC 3768 has removed the Authentication Header")],
        ),
        (
            &["authentication = { type = \"Simple\" }"],
            &[&kind("Simple", "; in small letters")],
        ),
        // It may be the password.
        (
            &["authentication = { type = \"s3cr3tPW\" }"],
            &["6:27: this is not a type of authentication that is supported: \"none\" or \"simple\""],
        ),
        (
            &["authentication = { type = \"none\", password = \"secret\" }"],
            &["6:46: a password needs type = \"simple\"; write that, or remove the password"],
        ),
        (
            &["authentication = { type = \"simple\" }"],
            &["6:27: type = \"simple\" needs a password; add `password` or `password_file`"],
        ),
        (
            &["authentication = { type = \"simple\", password = \"a\", password_file = \"b\" }"],
            &["6:69: `password` and `password_file` are both given; keep one"],
        ),
        (
            &[&simple("")],
            &["6:48: the password is empty; write 1 to 8 bytes, or type = \"none\""],
        ),
        (&[&simple("12345678")], &[]),
        (
            &[&simple("123456789")],
            &[
                "6:48: the password has 9 bytes, and an advert carries 8; write the first 8 alone, which is what \
               keepalived uses of a longer one without showing it",
            ],
        ),
        (
            &[&simple("sésäme!")],
            &[
                "6:48: the password has 9 bytes, and an advert carries 8; write the first 8 alone, which is what \
               keepalived uses of a longer one without showing it",
            ],
        ),
    ]);
}

#[test]
fn password_files() {
    let text = base_with(&["authentication = { type = \"simple\", password_file = \"pw\" }"]);
    let at = "vrrpd.toml:6:53:";
    let cases: [(&str, u32, &[String]); 4] = [
        ("secret\n", 0o640, &[]),
        (
            "secret\n",
            0o644,
            &[format!(
                "{at} warning: the password file `pw` can be read by every user of this host; chmod o-r it"
            )],
        ),
        (
            "\n",
            0o600,
            &[format!(
                "{at} the password is empty; write 1 to 8 bytes, or type = \"none\""
            )],
        ),
        (
            "12345678\n\n",
            0o600,
            &[format!(
                "{at} the password has 9 bytes, and an advert carries 8; write the first 8 alone, which is what \
                 keepalived uses of a longer one without showing it"
            )],
        ),
    ];
    for (content, mode, expected) in cases {
        let directory = directory(&[("vrrpd.toml", &text), ("pw", content)]);
        std::fs::set_permissions(directory.path().join("pw"), std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(said_in(directory.path()), expected, "of {content:?} {mode:o}");
    }
    let unreadable = |reason: &str| {
        format!(
            "{at} the password file `pw` cannot be read: {reason}; name one that can, relative to this file or from /"
        )
    };
    let missing = directory(&[("vrrpd.toml", &text)]);
    assert_eq!(
        said_in(missing.path()),
        [unreadable("No such file or directory (os error 2)")]
    );
    // Nobody writes into it, ever.
    make_fifo(&missing.path().join("pw"));
    assert_eq!(said_in(missing.path()), [unreadable("it is no regular file")]);
    let large = directory(&[("vrrpd.toml", &text), ("pw", &"x".repeat(5000))]);
    assert_eq!(
        said_in(large.path()),
        [unreadable("it is larger than 4096 bytes")]
    );
}

#[test]
fn announcements() {
    assert_said(&[
        (&["garp = { again = [], refresh = \"1s\" }"], &[]),
        (
            &["garp = { again = [\"0s\", \"1s\"] }"],
            &[
                "6:19: `again` repeats at 0s what is done at once; write times after the first round, as [\"1s\", \"2s\", \
               \"5s\"]",
            ],
        ),
        (
            &["garp = { again = [\"2s\", \"2000ms\", \"1s\"] }"],
            &[
                "6:25: `2000ms` is not later than the one before it; write the times in ascending order",
                "6:35: `1s` is not later than the one before it; write the times in ascending order",
            ],
        ),
        (
            &["garp = { refresh = \"10ms\" }"],
            &["6:20: a refresh every `10ms` floods the LAN; write \"1s\" or more, or \"off\""],
        ),
    ]);
}

#[test]
fn every_problem_at_once_in_the_order_of_the_file() {
    let text = "[[instance]]\nvirtual_addresses = [\"10.77.0.1/33\", \"::1\"]\npriority = 0\nvrid = 0\ninterface = \"a b\"\n\
                preempt_delay = 5\n";
    let said = said(&[("vrrpd.toml", text)]);
    let places: Vec<&str> = said.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(
        places,
        [
            "vrrpd.toml:1:1:",
            "vrrpd.toml:2:22:",
            "vrrpd.toml:2:38:",
            "vrrpd.toml:3:12:",
            "vrrpd.toml:4:8:",
            "vrrpd.toml:5:13:",
            "vrrpd.toml:6:17:",
        ]
    );
}
