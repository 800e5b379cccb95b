//! A process that can open nothing more.

use std::fmt::{self, Write};
use std::process::Command;
use std::sync::{Arc, Mutex};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata};
use vrrp_core::{Refusal, VirtualAddress};

use crate::lab::{Host, eventually, name, set, texts, vip, vip_on};

/// Set for the process that a test has to itself.
const ALONE: &str = "VRRP_LINUX_TEST_ALONE";

/// The limit is the process's, and other tests share ours: runs the test of this name again, in a process of
/// its own. `false` if this is that process.
fn left_to_a_process_of_its_own(test: &str) -> bool {
    if std::env::var_os(ALONE).is_some() {
        return false;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let (said, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{errors}"
    );
    true
}

/// While this process may open nothing more; what is open stays open.
fn without_a_descriptor<T>(task: impl FnOnce() -> T) -> T {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, 0, hard).unwrap();
    let error = std::fs::File::open("/dev/null").unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
    let result = task();
    setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
    result
}

/// Keeps the text of every warning and error.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    fn texts(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(format!("{} ", event.metadata().level()));
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn without_a_descriptor_addresses_are_still_claimed_and_released() {
    if left_to_a_process_of_its_own(
        "descriptors::without_a_descriptor_addresses_are_still_claimed_and_released",
    ) {
        return;
    }
    let warnings = Warnings::default();
    tracing::subscriber::set_global_default(warnings.clone()).unwrap();
    let host = Host::with_eth0();
    host.ip("link property add dev eth0 altname lan-side");
    let state = tempfile::tempdir().unwrap();
    let list = state.path().join("web.json");
    let mut daemon = host.daemon("web", state.path());
    let mut other = host.daemon("mail", state.path());

    let first = [vip("10.0.0.90/32")];
    let held: [VirtualAddress; 2] = [vip("10.0.0.100/32"), vip_on("lan-side", "10.0.0.101/32")];
    assert_eq!(daemon.claim(&first), Ok(vec![]));
    let (claimed, missing, released) = without_a_descriptor(|| {
        (
            daemon.claim(&held),
            daemon.claim(&[vip_on("eth9", "10.0.0.102/32")]),
            daemon.release(&first),
        )
    });
    assert_eq!(claimed, Ok(vec![]));
    assert_eq!(missing, Err(Refusal::NoInterface(name("eth9"))));
    assert_eq!(released, Ok(vec![]));
    let mut all = texts(&held);
    all.insert("10.0.0.1/24".into());
    assert_eq!(host.addresses("eth0"), all);

    // That the list could not be written is said once, with the file, the reason and what mends it.
    let said = warnings.texts();
    let [warning] = said.as_slice() else {
        panic!("{said:#?}")
    };
    for part in ["WARN", list.to_str().unwrap(), "os error 24", "LimitNOFILE"] {
        assert!(warning.contains(part), "{part} in {warning}");
    }
    // It is written as soon as that is possible, without another job.
    eventually("the list is written", || {
        std::fs::read_to_string(&list).is_ok_and(|list| {
            list.contains("10.0.0.100") && list.contains("10.0.0.101") && !list.contains("10.0.0.90")
        })
    });

    // Another daemon that cannot look into the lists does not take its neighbour's addresses for its own.
    assert_eq!(other.claim(&[vip("10.0.0.110/32")]), Ok(vec![]));
    let left = without_a_descriptor(|| other.release(&held[..1]));
    assert_eq!(left, Ok(held[..1].to_vec()));
    assert_eq!(daemon.release(&held), Ok(vec![]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24", "10.0.0.110/32"]));
}
