use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use super::Fifo;
use crate::notify::notice::{Event, Kind, Notice, State};

fn notice(kind: Kind, event: Event, priority: u8) -> Notice {
    Notice {
        kind,
        name: "VI_1".to_owned(),
        event,
        priority,
        from: "BACKUP",
        cause: String::new(),
        sequence: 1,
        vrid: None,
        interface: None,
        addresses: Vec::new(),
    }
}

fn master() -> Notice {
    notice(Kind::Instance, Event::State(State::Master), 110)
}

fn tell(fifo: &mut Fifo, notice: &Notice) {
    fifo.tell(notice, Instant::now());
}

/// As a script reads it.
fn reader(path: &Path) -> BufReader<File> {
    BufReader::new(File::open(path).unwrap())
}

fn line(reader: &mut BufReader<File>) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    line
}

#[test]
fn the_lines_are_those_that_are_known() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fifo");
    let mut fifo = Fifo::new(path.clone());
    let made = fs::metadata(&path).unwrap();
    assert!(made.file_type().is_fifo());
    assert_eq!(made.permissions().mode() & 0o777, 0o600);

    // Nobody reads it yet.
    tell(&mut fifo, &master());
    tell(&mut fifo, &notice(Kind::Instance, Event::Reasserted, 110));
    tell(
        &mut fifo,
        &notice(Kind::Instance, Event::State(State::Backup), 90),
    );
    tell(&mut fifo, &notice(Kind::Instance, Event::State(State::Fault), 90));
    tell(&mut fifo, &notice(Kind::Instance, Event::State(State::Stop), 90));
    tell(&mut fifo, &notice(Kind::Group, Event::State(State::Master), 0));
    let odd = Notice {
        name: "a\"\nb\u{1b} c".to_owned(),
        ..master()
    };
    tell(&mut fifo, &odd);
    let mut reader = reader(&path);
    for expected in [
        "INSTANCE \"VI_1\" MASTER 110\n",
        "INSTANCE \"VI_1\" MASTER_RX_LOWER_PRI 110\n",
        "INSTANCE \"VI_1\" BACKUP 90\n",
        "INSTANCE \"VI_1\" FAULT 90\n",
        "INSTANCE \"VI_1\" STOP 90\n",
        "GROUP \"VI_1\" MASTER 0\n",
        "INSTANCE \"ab c\" MASTER 110\n",
    ] {
        assert_eq!(line(&mut reader), expected);
    }
    assert_eq!(fifo.dropped(), 0);
    // One who comes back finds what was written meanwhile.
    drop(reader);
    tell(&mut fifo, &master());
    assert_eq!(line(&mut self::reader(&path)), "INSTANCE \"VI_1\" MASTER 110\n");
}

#[test]
fn one_that_is_there_is_used_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fifo");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::from_bits_truncate(0o620)).unwrap();
    let before = fs::metadata(&path).unwrap().permissions().mode();
    let mut fifo = Fifo::new(path.clone());
    tell(&mut fifo, &master());
    assert_eq!(line(&mut reader(&path)), "INSTANCE \"VI_1\" MASTER 110\n");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode(), before);
}

/// Telling never blocks (or this test would not end), and no line is ever written in part.
#[test]
fn what_does_not_fit_is_dropped_whole_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fifo");
    let mut fifo = Fifo::new(path.clone());
    let mut written = 0;
    while fifo.dropped() == 0 {
        tell(&mut fifo, &master());
        written += 1;
        assert!(written < 1_000_000, "it is never full");
    }
    written -= 1;
    assert!(written > 1000, "only {written} lines fit");
    for _ in 0..99 {
        tell(&mut fifo, &master());
    }
    assert_eq!(fifo.dropped(), 100);
    let mut reader = reader(&path);
    for _ in 0..written {
        assert_eq!(line(&mut reader), "INSTANCE \"VI_1\" MASTER 110\n");
    }
    // There is room again.
    tell(&mut fifo, &notice(Kind::Instance, Event::State(State::Backup), 1));
    assert_eq!(fifo.dropped(), 100);
    assert_eq!(line(&mut reader), "INSTANCE \"VI_1\" BACKUP 1\n");
}

#[test]
fn lost_lines_are_complained_of_at_once_and_then_once_a_minute() {
    let dir = tempfile::tempdir().unwrap();
    let mut fifo = Fifo::new(dir.path().join("fifo"));
    let start = Instant::now();
    fifo.drop_line(start);
    assert_eq!(fifo.said, Some(start));
    let soon = start + Duration::from_secs(59);
    fifo.drop_line(soon);
    assert_eq!(fifo.said, Some(start));
    let later = start + Duration::from_mins(1);
    fifo.drop_line(later);
    assert_eq!(fifo.said, Some(later));
    assert_eq!(fifo.dropped(), 3);
}

#[test]
fn another_kind_of_file_is_refused_and_not_touched_until_it_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fifo");
    fs::write(&path, "mine\n").unwrap();
    let mut fifo = Fifo::new(path.clone());
    assert!(
        fifo.complaint
            .as_deref()
            .is_some_and(|text| text.contains("no FIFO"))
    );
    tell(&mut fifo, &master());
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine\n");
    assert_eq!(fifo.dropped(), 1);

    fs::remove_file(&path).unwrap();
    tell(&mut fifo, &master());
    assert_eq!(fifo.complaint, None);
    assert_eq!(line(&mut reader(&path)), "INSTANCE \"VI_1\" MASTER 110\n");
}

#[test]
fn the_same_complaint_is_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let below = dir.path().join("missing");
    let mut fifo = Fifo::new(below.join("fifo"));
    let first = fifo.complaint.clone().unwrap();
    assert!(first.contains("No such file"), "{first}");
    tell(&mut fifo, &master());
    assert_eq!(fifo.complaint, Some(first.clone()));
    fs::write(&below, "").unwrap();
    tell(&mut fifo, &master());
    let other = fifo.complaint.clone().unwrap();
    assert_ne!(other, first);
    assert_eq!(fifo.dropped(), 2);
}

#[test]
fn one_that_is_made_anew_is_written_to() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fifo");
    let mut fifo = Fifo::new(path.clone());
    tell(&mut fifo, &master());
    fs::remove_file(&path).unwrap();
    tell(&mut fifo, &notice(Kind::Instance, Event::State(State::Backup), 1));
    assert_eq!(line(&mut reader(&path)), "INSTANCE \"VI_1\" BACKUP 1\n");
}
