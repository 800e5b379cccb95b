use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::sync::mpsc::channel;
use std::thread::spawn;
use std::time::Duration;

use nix::sys::stat::Mode;
use nix::unistd::{Uid, mkfifo};
use tempfile::TempDir;

use super::*;

fn room() -> TempDir {
    TempDir::new().expect("a temporary directory")
}

/// What a check of this file says: a number, or the reason without the path before it.
fn says(path: &Path, presence: bool) -> Result<i64, String> {
    let file = StateFile {
        path: path.to_owned(),
        presence,
    };
    look(&file).map_err(|failure| {
        let reason = failure.to_string();
        reason
            .strip_prefix(&format!("{}: ", path.display()))
            .unwrap_or_else(|| panic!("{reason:?} does not name {}", path.display()))
            .to_owned()
    })
}

#[test]
fn numbers() {
    let room = room();
    let path = room.path().join("number");
    let cases: [(&[u8], i64); 9] = [
        (b"", 0),
        (b" \n", 0),
        (b"0", 0),
        (b"5\n", 5),
        (b"+5", 5),
        (b"\t-20 \r\n\n", -20),
        (b"007", 7),
        (b"9223372036854775807", i64::MAX),
        (b"-9223372036854775808", i64::MIN),
    ];
    for (content, expected) in cases {
        fs::write(&path, content).expect("the file");
        assert_eq!(says(&path, false), Ok(expected), "{content:?}");
    }
}

#[test]
fn what_is_no_number() {
    let room = room();
    let path = room.path().join("number");
    let cases: [(&[u8], &str); 8] = [
        (b"abc\n", r#"not a whole number: "abc""#),
        (b"1 2", r#"not a whole number: "1 2""#),
        (b"1\n2\n", r#"not a whole number: "1\n2""#),
        (b"1.5", r#"not a whole number: "1.5""#),
        (b"0x10", r#"not a whole number: "0x10""#),
        (b"-", r#"not a whole number: "-""#),
        (b"\xff", "not a whole number: \"\u{fffd}\""),
        (
            b"9223372036854775808",
            "too large or too small a number: 9223372036854775808",
        ),
    ];
    for (content, expected) in cases {
        fs::write(&path, content).expect("the file");
        assert_eq!(says(&path, false), Err(expected.to_owned()), "{content:?}");
    }
}

#[test]
fn sixty_four_bytes_are_enough() {
    let room = room();
    let path = room.path().join("number");
    fs::write(&path, format!("{:>64}", 7)).expect("the file");
    assert_eq!(says(&path, false), Ok(7));
    fs::write(&path, format!("{:>65}", 7)).expect("the file");
    assert_eq!(
        says(&path, false),
        Err("longer than 64 bytes, which is no number".to_owned())
    );
}

#[test]
fn a_huge_file_is_not_read() {
    let room = room();
    let path = room.path().join("huge");
    let file = fs::File::create(&path).expect("the file");
    file.set_len(1 << 42).expect("4 TiB of nothing");
    assert_eq!(
        says(&path, false),
        Err("longer than 64 bytes, which is no number".to_owned())
    );
}

#[test]
fn a_missing_file_is_zero() {
    let room = room();
    let path = room.path().join("missing");
    assert_eq!(says(&path, false), Ok(0));
    assert_eq!(says(&path, true), Ok(0));
    // Neither is one below something that is no directory.
    fs::write(&path, "1").expect("the file");
    assert_eq!(says(&path.join("below"), false), Ok(0));
    assert_eq!(says(&path.join("below"), true), Ok(0));
}

#[test]
fn presence_asks_for_no_content() {
    let room = room();
    let path = room.path().join("there");
    fs::write(&path, "abc").expect("the file");
    assert_eq!(says(&path, true), Ok(1));
    assert_eq!(says(room.path(), true), Ok(1));
    let link = room.path().join("link");
    symlink(&path, &link).expect("a link");
    assert_eq!(says(&link, true), Ok(1));
    fs::remove_file(&path).expect("the end of the file");
    assert_eq!(says(&link, true), Ok(0));
}

#[test]
fn a_directory_is_no_number() {
    let room = room();
    assert_eq!(says(room.path(), false), Err("not a regular file".to_owned()));
}

#[test]
fn nobody_is_waited_for_at_a_pipe() {
    let room = room();
    let path = room.path().join("pipe");
    mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR).expect("a pipe");
    assert_eq!(says(&path, true), Ok(1));
    // In a thread of its own: a test that waits for ever says nothing.
    let (sender, said) = channel();
    let pipe = path.clone();
    spawn(move || sender.send(says(&pipe, false)));
    let said = said.recv_timeout(Duration::from_mins(1));
    assert_eq!(said, Ok(Err("not a regular file".to_owned())));
}

#[test]
fn a_socket_is_no_number() {
    let room = room();
    let path = room.path().join("socket");
    let _listener = UnixListener::bind(&path).expect("a socket");
    assert_eq!(says(&path, false), Err("no such device or address".to_owned()));
}

#[test]
fn what_cannot_be_looked_at_fails() {
    let room = room();
    let link = room.path().join("link");
    symlink(&link, &link).expect("a link to itself");
    let expected = Err("too many symbolic links encountered".to_owned());
    assert_eq!(says(&link, false), expected);
    assert_eq!(says(&link, true), expected);

    let path = room.path().join("closed").join("number");
    fs::create_dir(room.path().join("closed")).expect("a directory");
    fs::write(&path, "5").expect("the file");
    fs::set_permissions(room.path().join("closed"), Permissions::from_mode(0o0)).expect("a closed directory");
    // Root enters closed directories, too.
    let (number, presence) = if Uid::effective().is_root() {
        (Ok(5), Ok(1))
    } else {
        let denied = "permission denied".to_owned();
        (Err(denied.clone()), Err(denied))
    };
    assert_eq!(says(&path, false), number);
    assert_eq!(says(&path, true), presence);
    fs::set_permissions(room.path().join("closed"), Permissions::from_mode(0o700))
        .expect("an open directory");
}
