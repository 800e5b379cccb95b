use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

/// What becomes of a path.
fn written(path: &Path) -> io::Result<()> {
    followed(path).and_then(|target| replace(&target, "new"))
}

#[test]
fn a_file_is_made_or_replaced_and_is_its_owners() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("made/keepalived.conf");
    for _ in 0..2 {
        written(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn links_are_followed_to_their_end_and_stay() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    symlink("second", at("first")).unwrap();
    symlink(at("run/keepalived.conf"), at("second")).unwrap();
    written(&at("first")).unwrap();
    assert_eq!(fs::read_to_string(at("run/keepalived.conf")).unwrap(), "new");
    assert!(at("first").is_symlink() && at("second").is_symlink());
    symlink("round", at("about")).unwrap();
    symlink("about", at("round")).unwrap();
    assert!(written(&at("round")).is_err() && at("round").is_symlink());
}

#[test]
fn what_is_no_regular_file_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let fifo = directory.path().join("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert!(written(&fifo).is_err());
    assert!(written(directory.path()).is_err());
    assert!(!fifo.metadata().unwrap().is_file());
}
