//! What cannot be said is named, all of it, with what to do.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use vrrp_core::{Authentication, Password};

use super::loaded;
use crate::tests::{Alpha, Nobody};
use crate::{Reason, Subject, Untold, to_keepalived, to_toml};

const WEB: &str =
    "[[instance]]\nname = \"web\"\ninterface = \"eth0\"\nvrid = 51\nvirtual_addresses = [\"10.77.0.100\"]\n";

fn lines(untold: &[Untold]) -> Vec<String> {
    untold.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_not_keepalived(text: &str, expected: &[&str]) {
    assert_eq!(
        lines(&to_keepalived(&loaded(text), &Alpha).unwrap_err()),
        expected
    );
}

/// The number of a group is all that is known of it.
#[test]
fn a_user_with_another_group() {
    let config = loaded(&format!(
        "{WEB}notify = {{ script = [\"/n\"], user = \"web:www\" }}\n[[check]]\nname = \"ready\"\nscript = [\"/r\"]\n\
         user = \"nobody:www\"\n"
    ));
    let of = |key: &str, user: &str| {
        format!(
            "`{key}` runs as `{user}` with group 33, and this host's `{user}` has another group or is gone; a group's \
             number cannot be written, so let it run as a user with that group"
        )
    };
    let expected = [
        "check `ready`: ".to_owned() + &of("script", "nobody"),
        "instance `web`: ".to_owned() + &of("notify", "web"),
    ];
    assert_eq!(lines(&to_toml(&config, &Alpha).unwrap_err()), expected);
    assert_eq!(lines(&to_keepalived(&config, &Alpha).unwrap_err()), expected);
}

/// keepalived's file only speaks of it.
#[test]
fn a_group_that_is_another_one_now() {
    let mut config = loaded(&format!("control.group = \"vrrpd\"\n{WEB}"));
    config.control.group.as_mut().unwrap().gid = 991;
    let another = "top level: `control.group` is `vrrpd` with number 991, and this host's `vrrpd` has another number or is \
                   gone; a group's number cannot be written, so name a group that this host has";
    assert_eq!(lines(&to_toml(&config, &Alpha).unwrap_err()), [another]);
    assert_eq!(lines(&to_toml(&config, &Nobody).unwrap_err()), [another]);
    assert!(to_keepalived(&config, &Alpha).is_ok());
}

#[test]
fn what_is_no_text() {
    let mut config = loaded(WEB);
    let path = OsString::from_vec(b"/run/\xff".to_vec());
    config.notify_fifo = Some(path.into());
    let password = Password::new(b"\xff").unwrap();
    config.instances[0].params.authentication = Authentication::Simple(password);
    let expected = [
        "top level: the path of `notify_fifo`, `/run/\u{fffd}`, is not UTF-8; give the file another name",
        "instance `web`: its password is not UTF-8; leave it in a file and name that as `authentication.password_file`",
    ];
    assert_eq!(lines(&to_toml(&config, &Alpha).unwrap_err()), expected);
    let password = Untold {
        of: Subject::Instance("web".to_owned()),
        why: Reason::PasswordBytes,
    };
    assert_eq!(to_keepalived(&config, &Alpha).unwrap_err()[1], password);
}

#[test]
fn nobody_but_a_host_without_an_address() {
    let config = loaded(&format!("{WEB}unicast = {{ peers = [\"10.77.0.1\"] }}\n"));
    let alone = "instance `web`: it has no peers but this host, and this host has no address to name; name the other nodes";
    assert_eq!(lines(&to_toml(&config, &Nobody).unwrap_err()), [alone]);
}

#[test]
fn what_keepalived_cannot_do_in_a_check() {
    assert_not_keepalived(
        &format!(
            r#"{WEB}[[check]]
            name = "page"
            http = "http://a/"
            [[check]]
            name = "drain"
            file = "/run/drain"
            [[check]]
            name = "haproxy"
            process = "haproxy"
            [[check]]
            name = "quick"
            script = ["/r"]
            interval = "1500ms"
            timeout = "100ms"
            capabilities = ["net_raw"]
            user = "nobody"
            [[check]]
            name = "a\"b"
            script = ["/r", "{}"]
            "#,
            "x".repeat(1200)
        ),
        &[
            "check `page`: keepalived has no check like `http`; make it a script that exits with 0",
            "check `drain`: keepalived has no check like `file`; make it a script that exits with 0",
            "check `haproxy`: keepalived has no check like `process`; make it a script that exits with 0",
            "check `quick`: its `interval` is 1s 500ms, and keepalived counts whole seconds; write 1s or more without a \
             fraction",
            "check `quick`: keepalived gives a script no capabilities as `script` has them; let it run as root, which \
             has all of them, or as a user that needs none",
            "check `quick`: its `timeout` is 100ms, and keepalived counts whole seconds; write 1s or more without a \
             fraction",
            "check `a\\\"b`: keepalived cannot read `a\\\"b` as `name`: no double quote, line end or `${`, no backslash at \
             the end, and no lone brace; choose another one",
            "check `a\\\"b`: keepalived reads lines of 1023 bytes at most, and that of `script` has 1216; put it into a \
             script",
        ],
    );
}

#[test]
fn what_keepalived_cannot_do_in_an_instance() {
    assert_not_keepalived(
        &format!(
            r#"{WEB}preempt = {{ below = 100 }}
            authentication = {{ type = "simple", password = "a\"b" }}
            unicast = {{ peers = ["10.77.0.1"] }}
            link_debounce = "500ms"
            track_interfaces = [{{ interface = "eth1", weight = -254 }}]
            notify_reasserted = ["/r"]
            [[instance]]
            name = "late"
            interface = "eth0"
            vrid = 52
            preempt_delay = "1000s 1ms"
            virtual_addresses = [
                {{ address = "10.77.0.101", label = "eth0:\"" }},
                {{ address = "10.77.0.102", label = "eth0:\"" }},
            ]
            "#
        ),
        &[
            "instance `web`: keepalived has no threshold like `preempt.below` (100); write preempt = true or preempt = false",
            "instance `web`: keepalived cannot read a password with a double quote, a line end, a NUL byte, `${`, or a \
             backslash at the end; choose another one",
            "instance `web`: it has no peers but this host, and keepalived would use multicast; name the other nodes",
            "instance `web`: keepalived has no `link_debounce` (500ms) of a virtual router, only interface_up_down_delays \
             of interfaces; remove it and write those",
            "instance `web`: interface eth1 has weight -254, and keepalived takes -253 to 253, which move any priority as far; write one of these",
            "instance `web`: keepalived has no `notify_reasserted` that is told what happened; remove it",
            "instance `late`: its `preempt_delay` is 16m 40s 1ms, and keepalived waits 1000s at most",
            "instance `late`: keepalived cannot read `eth0:\\\"` as `label`: no double quote, line end or `${`, no backslash \
             at the end, and no lone brace; choose another one",
        ],
    );
}

/// In a group, keepalived counts such a weight for the others only; what is never added makes no difference.
#[test]
fn a_weight_of_what_a_member_needs() {
    let text = |weight: i16| {
        format!(
            "{WEB}track_interfaces = [{{ interface = \"eth1\", weight = {weight} }}]\n[[instance]]\nname = \"db\"\n\
             interface = \"eth1\"\nvrid = 52\nvirtual_addresses = [\"10.78.0.100\"]\n[[group]]\nname = \"gw\"\n\
             instances = [\"web\", \"db\"]\n"
        )
    };
    assert_not_keepalived(
        &text(5),
        &[
            "group `gw`: the interface eth1 has weight +5, and a member needs it in any case: keepalived adds that to the \
           other members only; track another interface, or none",
        ],
    );
    for weight in [0, -5] {
        let written = to_keepalived(&loaded(&text(weight)), &Alpha).unwrap();
        assert!(!written.contains("track_interface"), "{written}");
    }
}
