//! Settings of the whole daemon.

use super::{Alpha, BASE, assert_text, directory, said, said_in};
use crate::load;

#[test]
fn they_stand_in_the_main_file_only() {
    let included =
        format!("script_user = \"nobody\"\nscript_security = true\nnotify_fifo = \"fifo\"\n{BASE}");
    let only =
        |key: &str| format!("`{key}` counts for every file and stands only in the main file; move it there");
    assert_eq!(
        said(&[("vrrpd.toml", "include = [\"a.toml\"]\n"), ("a.toml", &included)]),
        [
            format!("a.toml:1:15: {}", only("script_user")),
            format!("a.toml:2:19: {}", only("script_security")),
            format!("a.toml:3:15: {}", only("notify_fifo")),
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
    let missing = directory(&[("vrrpd.toml", &text)]);
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
    let made = std::process::Command::new("mkfifo")
        .arg(there.path().join("sub/fifo"))
        .status()
        .unwrap();
    assert!(made.success());
    assert_eq!(said_in(there.path()), [""; 0]);
}
