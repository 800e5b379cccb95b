//! The socket as a file.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::{UnixListener, UnixStream};

use super::super::{Access, Listener, Unreachable};

#[test]
fn it_is_for_its_owner_and_its_group_and_leaves_nothing_behind() {
    let directory = tempfile::tempdir().expect("there is room");
    let state_dir = directory.path().join("not/there/yet");
    let own = nix::unistd::getegid().as_raw();
    for group in [None, Some(own)] {
        let access = Access {
            group,
            group_may_change: false,
        };
        let listener = Listener::open(&state_dir, "gw", access).expect("it can listen");
        let found = fs::symlink_metadata(state_dir.join("gw.sock")).expect("it is there");
        assert!(found.file_type().is_socket());
        assert_eq!(found.mode() & 0o777, 0o660);
        assert_eq!(found.gid(), own);
        drop(listener);
        let left = fs::read_dir(&state_dir).expect("it is there").count();
        assert_eq!(left, 0, "it has left something");
    }
}

#[test]
fn a_socket_that_a_dead_daemon_left_is_replaced() {
    let directory = tempfile::tempdir().expect("there is room");
    let path = directory.path().join("vrrpd.sock");
    drop(UnixListener::bind(&path).expect("it can be bound"));
    UnixStream::connect(&path).expect_err("nobody listens any more");
    let _listener = Listener::open(directory.path(), "vrrpd", Access::default()).expect("it can listen");
    UnixStream::connect(&path).expect("somebody listens");
}

#[test]
fn what_is_no_socket_is_left_alone() {
    let directory = tempfile::tempdir().expect("there is room");
    let path = directory.path().join("vrrpd.sock");
    fs::write(&path, "precious").expect("there is room");
    let refused = Listener::open(directory.path(), "vrrpd", Access::default()).expect_err("it is occupied");
    assert!(matches!(refused, Unreachable::Occupied(_)), "{refused}");
    assert_eq!(fs::read(&path).expect("it is there"), b"precious");
    // Not even by way of a link.
    fs::remove_file(&path).expect("it was there");
    std::os::unix::fs::symlink("/dev/null", &path).expect("there is room");
    let refused = Listener::open(directory.path(), "vrrpd", Access::default()).expect_err("it is occupied");
    assert!(matches!(refused, Unreachable::Occupied(_)), "{refused}");
}

#[test]
fn a_directory_that_cannot_be_used_is_named_with_its_mend() {
    let directory = tempfile::tempdir().expect("there is room");
    let file = directory.path().join("file");
    fs::write(&file, "").expect("there is room");
    let refused = Listener::open(&file, "vrrpd", Access::default()).expect_err("it is no directory");
    assert!(matches!(refused, Unreachable::Directory { .. }), "{refused}");
    assert!(refused.to_string().contains("--state-dir"), "{refused}");
    let deep = directory.path().join("d".repeat(100));
    let refused = Listener::open(&deep, "vrrpd", Access::default()).expect_err("no socket has such a name");
    assert!(matches!(refused, Unreachable::TooLong(_)), "{refused}");
}

#[test]
fn the_socket_of_somebody_who_came_after_is_not_removed() {
    let directory = tempfile::tempdir().expect("there is room");
    let first = Listener::open(directory.path(), "vrrpd", Access::default()).expect("it can listen");
    let second = Listener::open(directory.path(), "vrrpd", Access::default()).expect("it can listen");
    drop(first);
    UnixStream::connect(&second.path).expect("it still listens");
}
