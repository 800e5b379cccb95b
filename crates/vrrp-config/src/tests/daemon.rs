//! Settings of the whole daemon.

use std::os::unix::fs::symlink;

use super::{Alpha, BASE, assert_text, directory, load_files, make_fifo, said, said_in};
use crate::{Firewall, load};

#[test]
fn they_stand_in_the_main_file_only() {
    let included = format!(
        "script_user = \"nobody\"\nscript_security = true\nnotify_fifo = \"fifo\"\nfirewall = true\n\
         http.listen = \"x\"\n[control]\ngroup = \"x\"\n{BASE}"
    );
    let only =
        |key: &str| format!("`{key}` counts for every file and stands only in the main file; move it there");
    assert_eq!(
        said(&[("vrrpd.toml", "include = [\"a.toml\"]\n"), ("a.toml", &included)]),
        [
            format!("a.toml:1:15: {}", only("script_user")),
            format!("a.toml:2:19: {}", only("script_security")),
            format!("a.toml:3:15: {}", only("notify_fifo")),
            format!("a.toml:4:12: {}", only("firewall")),
            format!("a.toml:5:1: {}", only("http")),
            format!("a.toml:6:1: {}", only("control")),
        ]
    );
}

#[test]
fn their_values_are_checked() {
    assert_text(
        &format!("script_user = \"nobdy\"\nscript_security = \"true\"\nnotify_fifo = \"\"\n{BASE}"),
        &[
            "1:15: this host has no user `nobdy`; create it, or write one that `getent passwd` shows",
            "2:19: `script_security` is a text here; write true without quotes",
            "3:15: `notify_fifo` is empty; write for example: notify_fifo = \"/run/vrrpd/notify.fifo\"",
        ],
    );
}

#[test]
fn the_fifo_is_relative_to_the_file_and_need_not_be_there() {
    let text = format!("notify_fifo = \"sub/fifo\"\n{BASE}");
    let missing = directory(&[("vrrpd.toml", &text), ("sub/README", "")]);
    let loaded = load(&missing.path().join("vrrpd.toml"), &Alpha).unwrap();
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.config.notify_fifo, Some(missing.path().join("sub/fifo")));
    let other = directory(&[("vrrpd.toml", &text), ("sub/fifo", "")]);
    assert_eq!(
        said_in(other.path()),
        [
            "vrrpd.toml:1:15: `sub/fifo` is there and is no FIFO; remove it, or name another path: the FIFO is made there"
        ]
    );
    let there = directory(&[("vrrpd.toml", &text), ("sub/README", "")]);
    make_fifo(&there.path().join("sub/fifo"));
    assert_eq!(said_in(there.path()), [""; 0]);
}

#[test]
fn the_fifo_needs_a_directory_to_be_made_in() {
    let text = format!("notify_fifo = \"sub/fifo\"\n{BASE}");
    let nowhere = "vrrpd.toml:1:15: warning: there is no directory `sub` to make the FIFO in; make it before vrrpd starts, \
                   or name another";
    assert_eq!(said(&[("vrrpd.toml", &text)]), [nowhere]);
    assert_eq!(said(&[("vrrpd.toml", &text), ("sub", "")]), [nowhere]);
}

#[test]
fn the_fifo_may_be_behind_a_link_but_not_be_made_through_one() {
    let text = format!("notify_fifo = \"fifo\"\n{BASE}");
    let directory = directory(&[("vrrpd.toml", &text)]);
    let (link, fifo) = (directory.path().join("fifo"), directory.path().join("real"));
    symlink(&fifo, &link).unwrap();
    let nowhere = "vrrpd.toml:1:15: `fifo` is a link that leads nowhere, and no FIFO is made through it; remove it, or \
                   make what it leads to";
    assert_eq!(said_in(directory.path()), [nowhere]);
    make_fifo(&fifo);
    assert_eq!(said_in(directory.path()), [""; 0]);
    std::fs::remove_file(&link).unwrap();
    symlink("fifo", &link).unwrap();
    assert_eq!(said_in(directory.path()), [nowhere]);
}

#[test]
fn the_firewall_is_opened_on_demand() {
    let firewall = |line: &str| {
        let text = format!("{line}\n{BASE}");
        load_files(&[("vrrpd.toml", &text)]).unwrap().config.firewall
    };
    let chain = |name: &str| {
        Some(Firewall {
            chain: Some(name.to_owned()),
        })
    };
    assert_eq!(firewall(""), None);
    assert_eq!(firewall("firewall = false"), None);
    assert_eq!(firewall("firewall = true"), Some(Firewall { chain: None }));
    assert_eq!(firewall("firewall = \"INPUT\""), chain("INPUT"));
    assert_eq!(firewall("firewall = \"${UNSET:-IN_public}\""), chain("IN_public"));
    assert_eq!(firewall("firewall = \"${UNSET:-false}\""), None);
    for name in ["", "-A", "a b", "a;b", &"a".repeat(29)] {
        assert_text(
            &format!("firewall = \"{name}\"\n{BASE}"),
            &[&format!(
                "1:12: `{name}` is not the name of a chain: 1 to 28 of A-Z, a-z, 0-9, `_`, `.` and `-`, as \
                 `iptables -S` shows it"
            )],
        );
    }
    assert_text(
        &format!("firewall = 1\n{BASE}"),
        &[
            "1:12: `firewall` wants true, false or the name of a chain in quotes, and this is a whole number; for \
             example: firewall = \"INPUT\"",
        ],
    );
    assert_text(
        &format!("firewall = \"true\"\n{BASE}"),
        &["1:12: `firewall` is a text here; write true without quotes"],
    );
}
