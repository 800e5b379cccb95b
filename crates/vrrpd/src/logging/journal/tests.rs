use std::collections::BTreeMap;
use std::time::Duration;

use tempfile::TempDir;
use tracing::{Dispatch, debug, error, info, warn};
use tracing_subscriber::layer::SubscriberExt;

use super::*;
use crate::logging::lost::{Lost, Taker, Unwritten};
use crate::logging::tests::{Closed, Memory, written};
use crate::logging::{Lines, QUEUE, Style, queue};

/// A journal: a socket in a directory.
struct Host(TempDir);

impl Host {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn socket(&self) -> PathBuf {
        self.0.path().join("socket")
    }

    fn listen(&self) -> UnixDatagram {
        let socket = UnixDatagram::bind(self.socket()).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        socket
    }

    fn stop(&self, socket: UnixDatagram) {
        drop(socket);
        std::fs::remove_file(self.socket()).unwrap();
    }
}

type Fields = BTreeMap<String, String>;

/// The next entry, read as journald reads it.
fn next(socket: &UnixDatagram) -> Fields {
    let mut buffer = vec![0; 65536];
    let length = socket.recv(&mut buffer).unwrap();
    fields(&buffer[..length])
}

fn fields(mut entry: &[u8]) -> Fields {
    let mut fields = Fields::new();
    while !entry.is_empty() {
        let end = entry
            .iter()
            .position(|byte| matches!(byte, b'=' | b'\n'))
            .unwrap();
        let name = String::from_utf8(entry[..end].to_vec()).unwrap();
        assert!(
            name.starts_with(|first: char| first.is_ascii_uppercase())
                && name.len() <= 64
                && name
                    .chars()
                    .all(|each| matches!(each, 'A'..='Z' | '0'..='9' | '_')),
            "journald refuses {name}"
        );
        let rest = &entry[end + 1..];
        let (value, rest) = if entry[end] == b'=' {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
            (&rest[..end], &rest[end..])
        } else {
            let (length, rest) = rest.split_first_chunk().unwrap();
            rest.split_at(usize::try_from(u64::from_le_bytes(*length)).unwrap())
        };
        entry = rest.strip_prefix(b"\n").unwrap();
        let value = String::from_utf8(value.to_vec()).unwrap();
        assert_eq!(fields.insert(name, value), None);
    }
    fields
}

/// Logs to the journal, by way of the queue as the daemon does, until all is written.
fn log(journal: Journal<impl Write + Send + 'static>, say: impl FnOnce()) {
    let (queue, writer) = queue(journal);
    let lines = Lines {
        style: Style::Journal,
        queue,
    };
    tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), say);
    drop(writer);
}

fn open(host: &Host, instead: &Memory) -> io::Result<Journal<Memory>> {
    Journal::open(
        &host.socket(),
        Counted::new(instead.clone(), Unwritten::default()),
    )
}

#[test]
fn an_entry_has_every_fact_as_a_field() {
    let host = Host::new();
    let socket = host.listen();
    let instead = Memory::default();
    log(open(&host, &instead).unwrap(), || {
        let (router, from, to) = ("web", "BACKUP", "MASTER");
        info!(
            event = "transition", router, vrid = 51_u8, %from, %to, cause = "the master is gone",
            "({router}) Entering {to} STATE"
        );
    });
    let expected = [
        ("MESSAGE", "(web) Entering MASTER STATE"),
        ("PRIORITY", "5"),
        ("SYSLOG_IDENTIFIER", "vrrpd"),
        ("VRRPD_CAUSE", "the master is gone"),
        ("VRRPD_EVENT", "transition"),
        ("VRRPD_FROM", "BACKUP"),
        ("VRRPD_ROUTER", "web"),
        ("VRRPD_TO", "MASTER"),
        ("VRRPD_VRID", "51"),
    ];
    let expected: Fields = expected
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    assert_eq!(next(&socket), expected);
    assert_eq!(instead.text(), "");
}

#[test]
fn levels_are_priorities() {
    let host = Host::new();
    let socket = host.listen();
    log(open(&host, &Memory::default()).unwrap(), || {
        error!(event = "receive_failed", "a");
        warn!(event = "transition", "b");
        info!(event = "next_try", "c");
        debug!("d");
    });
    let entries: Vec<Fields> = (0..4).map(|_| next(&socket)).collect();
    let of = |name: &str| -> Vec<Option<&str>> {
        entries
            .iter()
            .map(|entry| entry.get(name).map(String::as_str))
            .collect()
    };
    assert_eq!(of("MESSAGE"), [Some("a"), Some("b"), Some("c"), Some("d")]);
    assert_eq!(of("PRIORITY"), [Some("3"), Some("4"), Some("6"), Some("7")]);
    assert_eq!(
        of("VRRPD_EVENT"),
        [Some("receive_failed"), Some("transition"), Some("next_try"), None]
    );
}

#[test]
fn line_breaks_make_no_fields() {
    let host = Host::new();
    let socket = host.listen();
    let forged = "a\nPRIORITY=0\nMESSAGE=(web) Entering MASTER STATE\n";
    log(open(&host, &Memory::default()).unwrap(), || {
        warn!(event = "rejected", output = forged, shown = %forged, last = "=", "from outside: {forged}");
    });
    let entry = next(&socket);
    assert_eq!(entry["PRIORITY"], "4");
    assert_eq!(entry["VRRPD_OUTPUT"], forged);
    assert_eq!(entry["VRRPD_SHOWN"], forged);
    assert_eq!(entry["VRRPD_LAST"], "=");
    // In one line, for `journalctl -o cat`.
    assert_eq!(
        entry["MESSAGE"],
        r"from outside: a\nPRIORITY=0\nMESSAGE=(web) Entering MASTER STATE\n"
    );
    assert_eq!(entry.len(), 7);
}

#[test]
fn no_journal_is_an_error_at_the_start() {
    let host = Host::new();
    assert!(open(&host, &Memory::default()).is_err());
    // Nobody listens at what is left of a socket.
    drop(host.listen());
    assert!(open(&host, &Memory::default()).is_err());
}

#[test]
fn while_the_journal_is_gone_lines_go_elsewhere() {
    let host = Host::new();
    let socket = host.listen();
    let instead = Memory::default();
    let mut journal = open(&host, &instead).unwrap();
    let mut say = |say: fn()| {
        let entry = written(Style::Journal, say);
        journal.write_all(&entry).unwrap();
    };
    say(|| info!("taken"));
    assert_eq!(next(&socket)["MESSAGE"], "taken");
    host.stop(socket);

    say(|| warn!(router = "web", "first"));
    say(|| error!("second\nPRIORITY=7"));
    let told = instead.text();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert!(
        lines[0].contains("  WARN the journal cannot be reached ("),
        "{told}"
    );
    assert!(lines[1].ends_with("Z  WARN first"), "{told}");
    assert!(lines[2].ends_with(r"Z ERROR second\nPRIORITY=7"), "{told}");

    // It starts again, at the same place.
    let socket = host.listen();
    say(|| info!("third"));
    assert_eq!(next(&socket)["MESSAGE"], "third");
    assert_eq!(instead.text(), told);

    // The next time is told of as the first was.
    host.stop(socket);
    say(|| info!("fourth"));
    assert_eq!(instead.text().lines().count(), 5, "{}", instead.text());
}

#[test]
fn lines_that_go_nowhere_are_counted() {
    let host = Host::new();
    let socket = host.listen();
    let unwritten = Unwritten::default();
    let journal = Journal::open(&host.socket(), Counted::new(Closed, unwritten.clone())).unwrap();
    host.stop(socket);
    let (queue, writer) = queue(journal);
    let lost = Lost::new(queue.error_counter(), unwritten, Taker::Journal);
    let lines = Lines {
        style: Style::Journal,
        queue,
    };
    tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), || {
        info!("one");
        info!("two");
    });
    drop(writer);
    assert_eq!(lost.lines(), 2);
}

#[test]
fn a_journal_that_hangs_holds_nobody_up() {
    let host = Host::new();
    let socket = host.listen();
    let (queue, writer) = queue(open(&host, &Memory::default()).unwrap());
    let lost = Lost::new(queue.error_counter(), Unwritten::default(), Taker::Journal);
    let lines = Lines {
        style: Style::Journal,
        queue,
    };
    // More than the socket and the queue can hold together: this ends only because nobody waits.
    let logger = Dispatch::new(tracing_subscriber::registry().with(lines));
    tracing::dispatcher::with_default(&logger, || {
        for number in 0..4 * QUEUE {
            info!(number, "a line");
        }
    });
    assert!(lost.lines() > 0);
    // It wakes up, and gets what has waited, in order.
    for number in 0..100 {
        assert_eq!(next(&socket)["VRRPD_NUMBER"], number.to_string());
    }
    drop(socket);
    drop(writer);
}

#[test]
fn the_journal_is_where_the_variable_says_and_nowhere_else() {
    let stream = tempfile::tempfile().unwrap();
    let metadata = stream.metadata().unwrap();
    let (device, inode) = (metadata.dev(), metadata.ino());
    let named = |text: String| is_named(&stream, Some(OsStr::new(&text)));
    assert!(named(format!("{device}:{inode}")));
    assert!(!named(format!("{device}:{}", inode + 1)));
    assert!(!named(format!("{}:{inode}", device + 1)));
    assert!(!named(format!("{device}")));
    assert!(!named(format!("{device}:{inode}:")));
    assert!(!named(String::new()));
    assert!(!is_named(&stream, None));
}
