//! The other daemons of the network namespace, and what they say of themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdStream;
use std::time::Duration;

use tokio::net::UnixStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};
use vrrp_core::plan::Reserved;

use super::listing::{self, Listed};
use super::{Account, Call, call, is_trusted, owner};

/// All of them are asked at once, and have so long to answer.
const ANSWER_WITHIN: Duration = Duration::from_millis(200);
/// How soon one that has no room for another caller is called again.
const CALL_AGAIN: Duration = Duration::from_millis(10);
/// Room for the longest list of addresses that an interface's virtual routers can have.
const LONGEST: usize = 2 << 20;

/// Another daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Its configuration's name.
    pub name: String,
    /// Tells it from one that had the name before.
    pub socket: u32,
    /// What it says; `None` if it does not answer: it hangs, or is of a version that does not.
    pub account: Option<Account>,
}

/// Knows what has been heard, so that nobody is asked twice.
#[derive(Debug)]
pub struct Neighbours {
    own_name: String,
    heard: BTreeMap<Listed, Heard>,
}

#[derive(Clone, Debug)]
enum Heard {
    /// Neither root nor our own user: no notice is taken of it.
    Stranger,
    Account(Account),
}

impl Neighbours {
    /// All but those of this name.
    pub fn new(own_name: impl Into<String>) -> Self {
        Self {
            own_name: own_name.into(),
            heard: BTreeMap::new(),
        }
    }

    /// Those that live, in the order of their names. Who is new, or has not answered, is asked: that may take 200 ms.
    ///
    /// # Errors
    /// When nobody can tell, mostly for lack of a descriptor.
    pub async fn look(&mut self) -> io::Result<Vec<Neighbour>> {
        let mut listed: BTreeSet<Listed> = listing::read()?.into_iter().collect();
        listed.retain(|socket| socket.name != self.own_name);
        self.heard.retain(|socket, _| listed.contains(socket));
        listed.retain(|socket| !self.heard.contains_key(socket));
        let unknown = self.ask(listed).await?;
        let mut neighbours: Vec<Neighbour> = unknown
            .into_iter()
            .map(|socket| Neighbour {
                name: socket.name,
                socket: socket.inode,
                account: None,
            })
            .collect();
        neighbours.extend(self.heard.iter().filter_map(|(socket, heard)| match heard {
            Heard::Stranger => None,
            Heard::Account(account) => Some(Neighbour {
                name: socket.name.clone(),
                socket: socket.inode,
                account: Some(account.clone()),
            }),
        }));
        neighbours.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(neighbours)
    }

    /// Which addresses are others', as far as they say. Without a word from one of them, or without a look, it can be
    /// any.
    pub(crate) async fn reserved(&mut self) -> Reserved {
        let neighbours = match self.look().await {
            Ok(neighbours) => neighbours,
            Err(error) => {
                tracing::debug!(%error, "cannot look for other vrrpds on this host");
                return Reserved::Any;
            }
        };
        let mut all: BTreeSet<IpAddr> = BTreeSet::new();
        for Neighbour { name, account, .. } in neighbours {
            let Some(account) = account else {
                tracing::debug!(
                    name,
                    "another vrrpd on this host does not say which addresses it has"
                );
                return Reserved::Any;
            };
            all.extend(account.addresses);
        }
        Reserved::These(all)
    }

    /// Asks all of these at once. Gives those that live and do not answer.
    async fn ask(&mut self, sockets: BTreeSet<Listed>) -> io::Result<BTreeSet<Listed>> {
        let until = Instant::now() + ANSWER_WITHIN;
        let mut unknown = BTreeSet::new();
        let mut asking = JoinSet::new();
        for socket in sockets {
            let connection = match call(&socket.name)? {
                Call::Nobody => continue,
                Call::Answered(_, holder) if !holder.trusted => {
                    self.heard.insert(socket, Heard::Stranger);
                    continue;
                }
                Call::Answered(connection, _) => Some(connection),
                Call::Busy if owner::uid(socket.inode).is_some_and(|uid| !is_trusted(uid)) => {
                    self.heard.insert(socket, Heard::Stranger);
                    continue;
                }
                Call::Busy => None,
            };
            unknown.insert(socket.clone());
            asking.spawn(async move {
                let account = hear(&socket.name, connection).await;
                (socket, account)
            });
        }
        while let Ok(Some(asked)) = timeout_at(until, asking.join_next()).await {
            match asked {
                Ok((socket, Ok(Some(account)))) => {
                    unknown.remove(&socket);
                    self.heard.insert(socket, Heard::Account(account));
                }
                // It has gone meanwhile.
                Ok((socket, Err(error))) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    unknown.remove(&socket);
                }
                Ok((_, Ok(None) | Err(_))) | Err(_) => {}
            }
        }
        Ok(unknown)
    }
}

/// Waits for its turn, and then for the answer. `None` if that makes no sense.
async fn hear(name: &str, mut connection: Option<OwnedFd>) -> io::Result<Option<Account>> {
    let connection = loop {
        if let Some(connection) = connection {
            break UnixStream::from_std(StdStream::from(connection))?;
        }
        sleep(CALL_AGAIN).await;
        connection = match call(name)? {
            Call::Nobody => return Err(io::ErrorKind::ConnectionRefused.into()),
            Call::Busy => None,
            Call::Answered(connection, holder) if holder.trusted => Some(connection),
            Call::Answered(..) => return Ok(None),
        };
    };
    let mut text = Vec::new();
    let mut part = [0; 4096];
    loop {
        connection.readable().await?;
        match connection.try_read(&mut part) {
            Ok(0) => return Ok(Account::parse(&text)),
            Ok(count) => text.extend_from_slice(part.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            // It has ended with our call unanswered.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                return Err(io::ErrorKind::ConnectionRefused.into());
            }
            Err(error) => return Err(error),
        }
        if text.len() > LONGEST {
            return Ok(None);
        }
    }
}
