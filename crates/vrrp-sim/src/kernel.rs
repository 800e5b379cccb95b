//! The kernel of a host, as far as it holds addresses: a worker that takes one job after the other.

use core::time::Duration;

use vrrp_core::{Epoch, Refusal};

use crate::clock::Moment;

/// What the daemon asks of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Hold the addresses: a claim, or the repair of one.
    Claim(Epoch),
    /// Give them up.
    Release,
}

/// What the kernel tells the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// The answer to a claim or repair.
    Claimed(Epoch, Result<(), Refusal>),
    /// An address was removed, by whomever.
    AddressGone,
}

/// What the kernel of one host holds, and how well it works.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kernel {
    holds: bool,
    /// Since when one address of those it holds is missing.
    missing: Option<Moment>,
    /// Jobs that wait or are being done.
    pending: u32,
    free_at: Moment,
    /// How many reasons there are to refuse.
    pub(crate) refusing: u32,
}

impl Kernel {
    /// Whether all addresses are there.
    pub(crate) fn holds_all(&self) -> bool {
        self.holds && self.missing.is_none()
    }

    /// Whether any address is there.
    pub(crate) fn holds_any(&self) -> bool {
        self.holds
    }

    /// Since when one is missing that should be there.
    pub(crate) fn missing_since(&self) -> Option<Moment> {
        self.missing
    }

    /// Whether it has nothing to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.pending == 0
    }

    /// Takes a job that it needs `work` for, and says when it will be done.
    pub(crate) fn take(&mut self, now: Moment, work: Duration) -> Moment {
        self.pending += 1;
        self.free_at = self.free_at.max(now) + work;
        self.free_at
    }

    /// Does a job.
    pub(crate) fn finish(&mut self, job: Job) -> Report {
        self.pending = self.pending.saturating_sub(1);
        match job {
            // All or nothing: what a refused claim added is taken away again. A refused repair leaves the rest.
            Job::Claim(epoch) if self.refusing > 0 => Report::Claimed(epoch, Err(Refusal::TimedOut)),
            Job::Claim(epoch) => {
                self.holds = true;
                self.missing = None;
                Report::Claimed(epoch, Ok(()))
            }
            Job::Release => {
                self.holds = false;
                self.missing = None;
                Report::AddressGone
            }
        }
    }

    /// Somebody removes an address. False if there is none to remove.
    pub(crate) fn undo(&mut self, now: Moment) -> bool {
        if self.holds {
            self.missing.get_or_insert(now);
        }
        self.holds
    }

    /// The daemon died: what it asked for is forgotten, what it held stays.
    pub(crate) fn orphan(&mut self) {
        self.pending = 0;
    }

    /// A daemon that starts removes what its predecessor left.
    pub(crate) fn sweep(&mut self, now: Moment) {
        *self = Self {
            free_at: now,
            refusing: self.refusing,
            ..Self::default()
        };
    }
}
