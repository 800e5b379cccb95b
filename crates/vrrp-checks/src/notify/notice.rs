//! What is told: a transition of a virtual router or a sync group.

use core::fmt;

/// What a subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A virtual router.
    Instance,
    /// A sync group.
    Group,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Instance => "INSTANCE",
            Self::Group => "GROUP",
        })
    }
}

/// A state that hooks are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It holds the addresses.
    Master,
    /// It waits.
    Backup,
    /// It cannot take part.
    Fault,
    /// The daemon stops, or the subject is removed: nothing comes after.
    Stop,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Master => "MASTER",
            Self::Backup => "BACKUP",
            Self::Fault => "FAULT",
            Self::Stop => "STOP",
        })
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A state was reached.
    State(State),
    /// A MASTER heard an advert of lower priority, and stays MASTER.
    Reasserted,
}

impl Event {
    /// The state after it.
    pub fn state(self) -> State {
        match self {
            Self::State(state) => state,
            Self::Reasserted => State::Master,
        }
    }
}

/// What hooks and the FIFO are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is about.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What happened.
    pub event: Event,
    /// Its effective priority; 0 for a group.
    pub priority: u8,
    /// The state before, as the log writes it.
    pub from: &'static str,
    /// Why, as the log writes it.
    pub cause: String,
    /// Counts the transitions of the daemon.
    pub sequence: u64,
    /// The virtual router's number.
    pub vrid: Option<u8>,
    /// Its interface.
    pub interface: Option<String>,
    /// Its addresses, with their prefix lengths.
    pub addresses: Vec<String>,
}
