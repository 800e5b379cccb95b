use std::fs::{Permissions, create_dir, set_permissions, write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use tempfile::TempDir;

use super::*;

/// Somebody who owns nothing here.
fn stranger() -> Identity {
    Identity {
        name: "stranger".to_owned(),
        uid: 3_999_999_999,
        gid: 3_999_999_999,
        groups: Vec::new(),
        home: "/nonexistent".into(),
    }
}

/// A directory that everybody may enter, with the program `run`.
fn directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    mode(directory.path(), 0o755);
    make(&directory.path().join("run"), 0o755);
    directory
}

fn make(path: &Path, bits: u32) {
    write(path, "#!/bin/sh\n").unwrap();
    mode(path, bits);
}

fn mode(path: &Path, bits: u32) {
    set_permissions(path, Permissions::from_mode(bits)).unwrap();
}

fn unusable(path: &Path, user: Option<&Identity>) -> String {
    at(path, user).unusable.unwrap()
}

/// What can be changed on the way, of a path that can be started.
fn changeable(path: &Path) -> Option<PathBuf> {
    let program = at(path, None);
    assert_eq!(program.unusable, None, "{}", path.display());
    program.writable
}

/// What can be changed on the way, of a path that cannot be started now.
fn makeable(path: &Path) -> Option<PathBuf> {
    let program = at(path, None);
    assert!(program.unusable.is_some(), "{}", path.display());
    program.writable
}

#[test]
fn what_is_not_there_or_no_file() {
    let directory = directory();
    let root = directory.path();
    assert_eq!(
        unusable(&root.join("missing"), None),
        "No such file or directory (os error 2)"
    );
    assert_eq!(unusable(root, None), "it is not a file");
    symlink("circle", root.join("circle")).unwrap();
    assert_eq!(unusable(&root.join("circle"), None), "its links lead in a circle");
    assert!(unusable(&root.join("run/run"), None).starts_with("Not a directory"));
}

#[test]
fn who_may_execute() {
    let directory = directory();
    let run = directory.path().join("run");
    assert_eq!(at(&run, Some(&stranger())).unusable, None);
    mode(&run, 0o750);
    assert_eq!(unusable(&run, Some(&stranger())), "stranger may not execute it");
    let group = std::fs::metadata(&run).unwrap().gid();
    for member in [
        Identity {
            gid: group,
            ..stranger()
        },
        Identity {
            groups: vec![group],
            ..stranger()
        },
    ] {
        assert_eq!(at(&run, Some(&member)).unusable, None);
    }
    mode(&run, 0o644);
    assert_eq!(unusable(&run, None), "the daemon may not execute it");
    mode(&run, 0o755);
    mode(directory.path(), 0o700);
    assert_eq!(
        unusable(&run, Some(&stranger())),
        format!("stranger may not enter `{}`", directory.path().display())
    );
}

/// Without root, whoever runs this test can change its files and perhaps the directories above them.
#[test]
fn who_can_change_it() {
    let directory = directory();
    let root = directory.path().canonicalize().unwrap();
    let run = root.join("run");
    let owner = std::fs::metadata(&run).unwrap().uid();
    if owner != 0 {
        assert!(run.starts_with(changeable(&run).unwrap()));
        return;
    }
    assert_eq!(changeable(&run), None);
    for bits in [0o775, 0o757] {
        mode(&run, bits);
        assert_eq!(changeable(&run), Some(run.clone()));
    }
    mode(&run, 0o755);
    mode(&root, 0o777);
    assert_eq!(changeable(&run), Some(root.clone()));
    mode(&root, 0o1777);
    assert_eq!(changeable(&run), None);
    mode(&root, 0o755);
    // A link in a sound place leads through an open directory.
    let open = root.join("open");
    create_dir(&open).unwrap();
    mode(&open, 0o777);
    make(&open.join("run"), 0o755);
    symlink("open/run", root.join("link")).unwrap();
    assert_eq!(changeable(&root.join("link")), Some(open.clone()));
    // A link in an open directory leads to a sound place.
    symlink("../run", open.join("back")).unwrap();
    assert_eq!(changeable(&open.join("back")), Some(open));
}

/// Without root, whoever runs this test can make what is missing.
#[test]
fn who_can_make_what_is_missing() {
    let directory = directory();
    let root = directory.path().canonicalize().unwrap();
    let (missing, behind) = (root.join("missing"), root.join("missing/sub/run"));
    if std::fs::metadata(&root).unwrap().uid() != 0 {
        assert!(root.starts_with(makeable(&missing).unwrap()));
        assert!(root.starts_with(makeable(&behind).unwrap()));
        return;
    }
    assert_eq!(makeable(&missing), None);
    assert_eq!(makeable(&behind), None);
    // The sticky bit keeps nobody from making what is not there.
    for bits in [0o777, 0o1777, 0o775] {
        mode(&root, bits);
        assert_eq!(makeable(&missing), Some(root.clone()), "{bits:o}");
        assert_eq!(makeable(&behind), Some(root.clone()), "{bits:o}");
    }
    // Links of root in a sound directory that lead to nothing in an open one, and the other way round.
    let sound = root.join("sound");
    mode(&root, 0o1777);
    create_dir(&sound).unwrap();
    mode(&sound, 0o755);
    symlink("../missing", sound.join("out")).unwrap();
    assert_eq!(makeable(&sound.join("out")), Some(root.clone()));
    symlink("sound/missing", root.join("in")).unwrap();
    assert_eq!(makeable(&root.join("in")), None);
}

/// Whoever owns a file can make it a program. Takes root, to give files away.
#[test]
fn who_can_make_it_a_program() {
    let directory = directory();
    let root = directory.path().canonicalize().unwrap();
    let run = root.join("run");
    mode(&run, 0o644);
    if std::fs::metadata(&run).unwrap().uid() != 0 {
        assert!(run.starts_with(makeable(&run).unwrap()));
        return;
    }
    assert_eq!(makeable(&run), None);
    let give = |path: &Path| std::os::unix::fs::chown(path, Some(65534), None).unwrap();
    give(&run);
    assert_eq!(makeable(&run), Some(run.clone()));
    // What may not be entered can be changed all the same.
    mode(&run, 0o755);
    mode(&root, 0o700);
    let program = at(&run, Some(&stranger()));
    assert_eq!(
        program.unusable,
        Some(format!("stranger may not enter `{}`", root.display()))
    );
    assert_eq!(program.writable, Some(run));
}
