//! The name of a running daemon, in a network namespace, and what it says of itself.

use std::io::{Read, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;
use vrrp_linux::{Account, Neighbour, Neighbours, Presence};

use crate::lab::{Host, eventually};

/// A daemon as far as others can ask it. Its name goes when it is dropped.
pub(crate) struct Living {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Living {
    /// One that says that it has these addresses.
    pub(crate) fn with(host: &Host, name: &'static str, addresses: &[&str]) -> Self {
        let account = account(name, addresses);
        let (stop, stopped) = oneshot::channel();
        let thread = host.run(move || {
            let presence = Presence::claim(name).unwrap().unwrap();
            thread::spawn(move || {
                runtime().block_on(async {
                    tokio::select! {
                        answer = presence.answer(&account, || ()) => panic!("{answer:?}"),
                        _ = stopped => {}
                    }
                });
            })
        });
        Self {
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || matches!(ended, Some(Ok(()))));
    }
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

fn account(name: &str, addresses: &[&str]) -> Account {
    let addresses = addresses.iter().map(|address| address.parse().unwrap());
    Account::new(name, addresses, ["eth0/51".to_owned()])
}

/// Those that a daemon called `name` sees, each with what it says.
fn look(host: &Host, name: &'static str) -> Vec<(String, Option<Account>)> {
    host.run(move || {
        let found = runtime().block_on(Neighbours::new(name).look()).unwrap();
        let pairs = found
            .into_iter()
            .map(|Neighbour { name, account, .. }| (name, account));
        pairs.collect()
    })
}

/// Calls without listening until there is no room for another call, if nobody answers.
pub(crate) fn crowd(host: &Host, name: &'static str) {
    host.run(move || {
        for _ in 0..300 {
            assert!(Presence::holder(name).unwrap().is_some());
        }
    });
}

/// Set for the process that plays a stranger: the name that it takes.
const STRANGER: &str = "VRRP_LINUX_TEST_STRANGER";

/// Another user's process that has taken the name, and says nothing.
pub(crate) struct Stranger {
    process: Child,
    _directory: tempfile::TempDir,
}

impl Stranger {
    pub(crate) fn with(host: &Host, name: &'static str) -> Self {
        // Where everybody can start it.
        let directory = tempfile::tempdir().unwrap();
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let program = directory.path().join("stranger");
        std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.arg(program);
        command.args([
            "--exact",
            "presence::a_stranger_takes_a_name",
            "--include-ignored",
        ]);
        command.env(STRANGER, name).current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let process = host.run(move || command.spawn().expect("this suite needs `setpriv` (util-linux)"));
        eventually("the stranger has the name", || {
            host.run(move || Presence::holder(name).unwrap().is_some())
        });
        Self {
            process,
            _directory: directory,
        }
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let status = self.process.wait();
        assert!(thread::panicking() || status.is_ok_and(|status| status.success()));
    }
}

#[test]
#[ignore = "no test: it plays the stranger in others"]
fn a_stranger_takes_a_name() {
    let name = std::env::var(STRANGER).unwrap();
    assert_eq!(nix::unistd::geteuid().as_raw(), 65534);
    let _held = Presence::claim(&name).unwrap().unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn a_name_is_held_once_in_a_network_namespace_and_goes_with_its_holder() {
    let (here, there) = (Host::new(), Host::new());
    let ourselves = i32::try_from(std::process::id()).unwrap();
    let held = here.run(|| Presence::claim("web").unwrap().unwrap());
    here.run(move || {
        let holder = Presence::holder("web").unwrap().unwrap();
        assert_eq!((holder.pid, holder.trusted), (Some(ourselves), true));
        assert_eq!(Presence::claim("web").unwrap().unwrap_err().pid, Some(ourselves));
        assert_eq!(Presence::holder("we").unwrap(), None);
    });
    there.run(|| {
        assert_eq!(Presence::holder("web").unwrap(), None);
        drop(Presence::claim("web").unwrap().unwrap());
    });
    drop(held);
    here.run(|| assert_eq!(Presence::holder("web").unwrap(), None));
}

#[test]
fn a_clone_holds_the_name_as_well() {
    let lab = Host::new();
    lab.run(|| {
        let held = Presence::claim("web").unwrap().unwrap();
        let clone = held.try_clone().unwrap();
        drop(held);
        assert!(Presence::holder("web").unwrap().is_some());
        drop(clone);
        assert_eq!(Presence::holder("web").unwrap(), None);
    });
}

#[test]
fn one_that_is_asked_again_and_again_is_still_there() {
    let lab = Host::new();
    lab.run(|| {
        let _held = Presence::claim("web").unwrap().unwrap();
        for _ in 0..300 {
            assert!(
                Presence::holder("web")
                    .unwrap()
                    .is_some_and(|holder| holder.trusted)
            );
        }
    });
}

#[test]
fn everybody_hears_what_the_others_of_the_network_namespace_have() {
    let (here, there) = (Host::new(), Host::new());
    let web = Living::with(&here, "web", &["10.0.0.100", "10.0.0.101"]);
    let _mail = Living::with(&here, "mail", &[]);
    let _elsewhere = Living::with(&there, "db", &["10.0.0.102"]);
    let mail_says = ("mail".to_owned(), Some(account("mail", &[])));
    let web_says = (
        "web".to_owned(),
        Some(account("web", &["10.0.0.100", "10.0.0.101"])),
    );
    assert_eq!(look(&here, "third"), [mail_says.clone(), web_says.clone()]);
    assert_eq!(look(&here, "mail"), [web_says]);
    drop(web);
    assert_eq!(look(&here, "third"), [mail_says]);
}

#[test]
fn one_that_comes_again_under_its_name_is_asked_again() {
    let host = Host::new();
    let (tell, told) = mpsc::channel();
    let mut web = Living::with(&host, "web", &["10.0.0.100"]);
    let mut neighbours = Neighbours::new("mail");
    for address in ["10.0.0.100", "10.0.0.101"] {
        let tell = tell.clone();
        neighbours = host.run(move || {
            let found = runtime().block_on(neighbours.look()).unwrap();
            tell.send(found).unwrap();
            neighbours
        });
        let found = told.recv().unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].account, Some(account("web", &[address])));
        drop(web);
        web = Living::with(&host, "web", &["10.0.0.101"]);
    }
}

#[test]
fn one_that_does_not_answer_is_known_to_live_and_no_more() {
    let host = Host::new();
    let held = host.run(|| Presence::claim("web").unwrap().unwrap());
    let _mail = Living::with(&host, "mail", &[]);
    let expected = [
        ("mail".to_owned(), Some(account("mail", &[]))),
        ("web".to_owned(), None),
    ];
    assert_eq!(look(&host, "third"), expected);
    crowd(&host, "web");
    assert_eq!(look(&host, "third"), expected);
    drop(held);
    assert_eq!(look(&host, "third"), expected[..1]);
}

#[test]
fn what_a_stranger_pretends_is_not_noticed() {
    let host = Host::new();
    let _stranger = Stranger::with(&host, "web");
    assert_eq!(look(&host, "mail"), []);
    host.run(|| assert!(!Presence::holder("web").unwrap().unwrap().trusted));
    // Nor if it is so busy that it does not say who it is.
    crowd(&host, "web");
    assert_eq!(look(&host, "mail"), []);
    host.run(|| assert!(!Presence::holder("web").unwrap().unwrap().trusted));
}

#[test]
fn a_flood_of_callers_that_do_not_listen_keeps_nobody_from_an_answer() {
    let host = Host::new();
    // More than the socket's buffer holds.
    let addresses: Vec<String> = (0..20_000_u32)
        .map(|number| format!("10.99.{}.{}", number >> 8, number & 255))
        .collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let _web = Living::with(&host, "web", &addresses);
    let expected = [("web".to_owned(), Some(account("web", &addresses)))];
    assert_eq!(look(&host, "mail"), expected);
    let silent = host.run(|| {
        let address = SocketAddr::from_abstract_name("vrrpd/web").unwrap();
        let mut connections = Vec::new();
        for _ in 0..10 {
            let mut connection = UnixStream::connect_addr(&address).unwrap();
            // What is said to it is not heard either.
            drop(connection.write(b"tell me\n"));
            connections.push(connection);
        }
        connections
    });
    eventually("each was hung up on in its turn", || {
        look(&host, "mail") == expected
    });
    drop(silent);
}
