//! Jobs that are done together: what to change for them, and what the kernel's answers mean. No sockets here.

use std::collections::{HashSet, VecDeque};
use std::io;

use netlink_packet_route::address::AddressMessage;
use vrrp_core::plan::{self, ClaimNote, Holder, Key, Observed, Step, Wanted};
use vrrp_core::{InterfaceName, Refusal, VirtualAddress};

use super::messages::{self, Message};
use super::{Job, Report, owed};

#[cfg(test)]
mod tests;

/// Jobs on their way to a report.
pub(super) struct Round(Vec<Task>);

struct Task {
    job: Job,
    /// What this job has put there, or may have.
    added: Vec<Key>,
    refusal: Option<Refusal>,
    notes: Vec<ClaimNote>,
    foreign: Vec<VirtualAddress>,
}

/// One change, and the job that it is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    task: usize,
    pub(super) step: Step,
}

impl Change {
    /// What goes.
    pub(super) fn removes(&self) -> Option<Key> {
        match self.step {
            Step::Remove { key } => Some(key),
            Step::Add { .. } | Step::Restore { .. } => None,
        }
    }
}

/// What an answer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// The address is there now.
    Added(Key),
    /// The address is not there now.
    Gone(Key),
    /// Somebody put the address there a moment ago.
    Exists(Key),
    /// As it was, and the job knows why.
    Unchanged,
    /// The kernel is short of something for this change, of all changes: nothing was done, and another
    /// attempt may get through.
    Short(i32),
}

impl Round {
    pub(super) fn new(jobs: Vec<Job>) -> Self {
        let task = |job| Task {
            job,
            added: Vec::new(),
            refusal: None,
            notes: Vec::new(),
            foreign: Vec::new(),
        };
        Self(jobs.into_iter().map(task).collect())
    }

    /// Every address of every job.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &VirtualAddress> {
        self.0.iter().flat_map(|task| task.job.addresses())
    }

    /// What there is to do. `index_of` knows interfaces by name, or why the kernel does not tell; `listed_at`
    /// knows where we have put an address before, under whatever name.
    ///
    /// May be called again after an attempt whose outcome is unknown, or that the kernel was short of
    /// something for. A claim that is refused by then only has to be taken back.
    pub(super) fn plan(
        &mut self,
        observed: &mut Observed,
        index_of: impl Fn(&InterfaceName) -> Result<Option<u32>, i32>,
        listed_at: impl Fn(&VirtualAddress) -> Option<u32>,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        for (number, task) in self.0.iter_mut().enumerate() {
            // What an earlier attempt was to add, and somebody else was quicker with.
            task.added
                .retain(|key| observed.holder(key) != Some(Holder::Foreign));
            let (steps, wanted);
            match &task.job {
                Job::Claim { .. } if task.refusal.is_some() => continue,
                Job::Claim { addresses, .. } => {
                    match claimable(addresses, &index_of) {
                        Ok(claimable) => wanted = claimable,
                        Err(refusal) => {
                            task.refusal = Some(refusal);
                            continue;
                        }
                    }
                    let plan = plan::claim(&wanted, observed);
                    steps = plan.steps;
                    // What an earlier attempt took over looks like ours now.
                    task.notes.retain(|note| matches!(note, ClaimNote::TakenOver(_)));
                    let new = plan.notes.into_iter();
                    let new: Vec<_> = new.filter(|note| !task.notes.contains(note)).collect();
                    task.notes.extend(new);
                    task.added.extend(steps.iter().filter_map(|step| match step {
                        Step::Add { key, .. } => Some(*key),
                        Step::Remove { .. } | Step::Restore { .. } => None,
                    }));
                }
                Job::Release { addresses, .. } => {
                    let refusal;
                    (wanted, refusal) = releasable(addresses, &index_of, &listed_at);
                    task.refusal = task.refusal.take().or(refusal);
                    let plan = plan::release(&wanted, observed);
                    steps = plan.steps;
                    task.foreign = plan.foreign;
                }
            }
            observed.apply(&steps, &wanted);
            changes.extend(steps.into_iter().map(|step| Change { task: number, step }));
        }
        changes
    }

    /// The request for a change. `dumped` are the addresses that the plan was made from.
    pub(super) fn message(&self, change: &Change, dumped: &[AddressMessage]) -> Option<Message> {
        match change.step {
            Step::Add { key, .. } => {
                let label = self.address(change).and_then(|wanted| wanted.label.as_deref());
                Some(messages::add(key, label))
            }
            Step::Remove { key } => Some(messages::remove(key)),
            Step::Restore { key } => messages::restore(key, dumped),
        }
    }

    /// The configured address that a change is about.
    pub(super) fn address(&self, change: &Change) -> Option<&VirtualAddress> {
        let addresses = self.0.get(change.task)?.job.addresses();
        match change.step {
            Step::Add { wanted, .. } => addresses.get(wanted),
            Step::Remove { key } | Step::Restore { key } => {
                addresses.iter().find(|wanted| wanted.address == key.address)
            }
        }
    }

    /// Takes note of the kernel's answer to a change.
    pub(super) fn settle(&mut self, change: &Change, answer: Result<(), i32>) -> Settled {
        match (change.step, answer) {
            (_, Err(errno)) if is_short(errno) => Settled::Short(errno),
            (Step::Add { key, .. }, Ok(())) => Settled::Added(key),
            (Step::Add { key, .. }, Err(libc::EEXIST)) => Settled::Exists(key),
            (Step::Add { key, .. }, Err(errno)) => {
                self.refuse(change, errno);
                Settled::Gone(key)
            }
            (Step::Remove { key }, Ok(()) | Err(libc::EADDRNOTAVAIL | libc::ENODEV)) => Settled::Gone(key),
            (Step::Restore { key }, Err(errno)) if errno != libc::EEXIST => {
                owed::lament(&key, &io::Error::from_raw_os_error(errno));
                Settled::Unchanged
            }
            (Step::Restore { .. }, _) => Settled::Unchanged,
            (Step::Remove { .. }, Err(errno)) => {
                self.refuse(change, errno);
                Settled::Unchanged
            }
        }
    }

    /// An address that was there when it was to be added turns out to be somebody else's.
    pub(super) fn is_foreign(&mut self, change: &Change, key: Key) {
        let address = self.address(change).cloned();
        if let Some(task) = self.0.get_mut(change.task) {
            task.added.retain(|added| *added != key);
            task.notes.extend(address.map(ClaimNote::Foreign));
        }
    }

    /// The first refusal of a job is the one that is reported.
    pub(super) fn refuse(&mut self, change: &Change, errno: i32) {
        let Some(address) = self.address(change).cloned() else {
            return;
        };
        let refusal = match errno {
            libc::ENODEV => Refusal::NoInterface(address.interface),
            _ => Refusal::Kernel { address, errno },
        };
        if let Some(task) = self.0.get_mut(change.task) {
            task.refusal.get_or_insert(refusal);
        }
    }

    /// The outcome is unknown for good: of every job, and no address is to blame.
    pub(super) fn give_up(&mut self) {
        for task in &mut self.0 {
            task.refusal.get_or_insert(Refusal::TimedOut);
        }
    }

    /// What refused claims have put there, or may have: it has to go again.
    pub(super) fn undo(&mut self) -> Vec<Key> {
        self.0
            .iter_mut()
            .filter(|task| task.refusal.is_some())
            .flat_map(|task| std::mem::take(&mut task.added))
            .collect()
    }

    /// The outcome of every job, in order.
    pub(super) fn reports(self) -> impl Iterator<Item = Report> {
        self.0.into_iter().map(
            |Task {
                 job,
                 refusal,
                 notes,
                 foreign,
                 ..
             }| match job {
                Job::Claim { owner, epoch, .. } => Report::Claimed {
                    owner,
                    epoch,
                    result: refusal.map_or(Ok(notes), Err),
                },
                Job::Release { owner, epoch, .. } => Report::Released {
                    owner,
                    epoch,
                    result: refusal.map_or(Ok(foreign), Err),
                },
            },
        )
    }
}

/// Takes the jobs that can be done together from the front of the queue: no two of one owner, and no two that
/// share an address, because what the first one does is only known when it is done.
pub(super) fn take(queue: &mut VecDeque<Job>) -> Vec<Job> {
    let mut owners = HashSet::new();
    let mut addresses = HashSet::new();
    let mut round = Vec::new();
    while let Some(job) = queue.pop_front() {
        let known = owners.contains(&job.owner())
            || job
                .addresses()
                .iter()
                .any(|wanted| addresses.contains(&wanted.address));
        if known {
            queue.push_front(job);
            break;
        }
        owners.insert(job.owner());
        addresses.extend(job.addresses().iter().map(|wanted| wanted.address));
        round.push(job);
    }
    round
}

/// A claim is for all addresses, so every interface has to be there.
fn claimable<'a>(
    addresses: &'a [VirtualAddress],
    index_of: &impl Fn(&InterfaceName) -> Result<Option<u32>, i32>,
) -> Result<Vec<Wanted<'a>>, Refusal> {
    addresses
        .iter()
        .map(|address| {
            let refused = |errno| Refusal::Kernel {
                address: address.clone(),
                errno,
            };
            if address.address.is_ipv6() {
                return Err(refused(libc::EAFNOSUPPORT));
            }
            let index = index_of(&address.interface).map_err(refused)?;
            let index = index.ok_or_else(|| Refusal::NoInterface(address.interface.clone()))?;
            Ok(Wanted { index, address })
        })
        .collect()
}

/// Whether the kernel lacks memory for one request. It says so in answer to that request, so this is not about
/// the others; an interface without IPv4 is answered in the same way, and that for good.
pub(super) const fn is_short(errno: i32) -> bool {
    matches!(errno, libc::ENOBUFS | libc::ENOMEM)
}

/// Where an address may be: on the interface that we put it on, and on the one that has the name now. A
/// refusal if that one is not known for certain: the rest is released all the same.
fn releasable<'a>(
    addresses: &'a [VirtualAddress],
    index_of: &impl Fn(&InterfaceName) -> Result<Option<u32>, i32>,
    listed_at: &impl Fn(&VirtualAddress) -> Option<u32>,
) -> (Vec<Wanted<'a>>, Option<Refusal>) {
    let mut wanted = Vec::with_capacity(addresses.len());
    let mut refusal = None;
    for address in addresses {
        let listed = listed_at(address);
        let named = index_of(&address.interface).unwrap_or_else(|errno| {
            refusal.get_or_insert_with(|| Refusal::Kernel {
                address: address.clone(),
                errno,
            });
            None
        });
        wanted.extend(listed.map(|index| Wanted { index, address }));
        wanted.extend(
            named
                .filter(|_| named != listed)
                .map(|index| Wanted { index, address }),
        );
    }
    (wanted, refusal)
}
