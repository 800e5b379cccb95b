//! Carries out jobs.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use netlink_packet_route::address::AddressMessage;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tokio::time::timeout;
use vrrp_core::VirtualAddress;
use vrrp_core::plan::{Holder, KEEPALIVED_MARK, Key, OUR_MARK, Observed, Ownership, Present, Reserved, Step};

use super::command::Command;
use super::dump::Lost;
use super::indexes::Indexes;
use super::ledger::Ledger;
use super::owed::Owed;
use super::round::{self, Change, Round, Settled};
use super::{Job, Reporter, keepalived, messages};
use crate::presence::Neighbours;

mod sweep;

/// How long the sweep waits for the monitor to report first.
const SNAPSHOT_WITHIN: Duration = Duration::from_secs(2);
/// How long a list of addresses that could not be written waits for the next attempt, if no job comes before.
const SAVE_AGAIN: Duration = Duration::from_secs(2);

pub(super) struct Worker<'a> {
    reporter: &'a Reporter,
    ledger: Ledger,
    neighbours: Neighbours,
    command: Command,
    owed: Owed,
}

impl<'a> Worker<'a> {
    pub(super) fn open(reporter: &'a Reporter, ledger: Ledger, neighbours: Neighbours) -> io::Result<Self> {
        Ok(Self {
            reporter,
            ledger,
            neighbours,
            command: Command::open()?,
            owed: Owed::default(),
        })
    }

    /// Sweeps, and then does jobs until no more can come.
    pub(super) async fn run(
        mut self,
        configured: &[VirtualAddress],
        first_snapshot: oneshot::Receiver<()>,
        mut jobs: UnboundedReceiver<Job>,
    ) {
        // Late is better than never: leftovers must go, seen or not.
        drop(timeout(SNAPSHOT_WITHIN, first_snapshot).await);
        self.sweep(configured).await;
        let mut queue = VecDeque::new();
        let mut arrived = Vec::new();
        loop {
            if queue.is_empty() {
                let arriving = jobs.recv_many(&mut arrived, usize::MAX);
                let count = if self.ledger.is_saved() {
                    arriving.await
                } else if let Ok(count) = timeout(SAVE_AGAIN, arriving).await {
                    count
                } else {
                    self.ledger.save();
                    continue;
                };
                if count == 0 {
                    return;
                }
            }
            while let Ok(job) = jobs.try_recv() {
                arrived.push(job);
            }
            queue.extend(arrived.drain(..));
            self.carry_out(Round::new(round::take(&mut queue))).await;
        }
    }

    async fn carry_out(&mut self, mut round: Round) {
        let mut outcome = self.attempt(&mut round).await;
        match &outcome {
            Ok(short) if short.is_empty() => {}
            Ok(short) => {
                tracing::debug!(
                    changes = short.len(),
                    "the kernel was short of memory, trying once more"
                );
                outcome = self.attempt(&mut round).await;
            }
            Err(lost) => {
                tracing::warn!(
                    event = "changes_repeated", reason = %lost,
                    "lost the outcome of address changes, trying once more"
                );
                self.reconnect();
                outcome = self.attempt(&mut round).await;
            }
        }
        match outcome {
            Ok(short) => {
                for (change, errno) in short {
                    round.refuse(&change, errno);
                    if let Step::Add { key, .. } = change.step {
                        self.ledger.remove(&key);
                    }
                }
            }
            Err(lost) => {
                tracing::error!(
                    event = "changes_unknown", reason = %lost,
                    "the outcome of address changes is unknown"
                );
                round.give_up();
                self.reconnect();
            }
        }
        self.put_back().await;
        self.undo(round.undo()).await;
        self.ledger.save();
        for report in round.reports() {
            self.reporter.send(report);
        }
    }

    /// Looks, plans, and makes the changes, but for those that the kernel was short of something for. An error
    /// means that nobody knows which were made. Another attempt then sees, and makes the rest.
    async fn attempt(&mut self, round: &mut Round) -> Result<Vec<(Change, i32)>, Lost> {
        // Before the look: it cannot show what an earlier attempt has lost.
        self.pay().await?;
        let indexes = Indexes::of(&self.command, round.addresses().map(|address| &address.interface)).await?;
        let dumped = self.command.addresses().await?;
        self.forget_gone(&dumped);
        let wanted: HashSet<IpAddr> = round.addresses().map(|wanted| wanted.address).collect();
        let mut observed = self.observed(&dumped, &wanted).await;
        self.adopt(round, &indexes, &dumped, &observed);
        let places = self.ledger.places();
        let changes = round.plan(
            &mut observed,
            |name| indexes.get(name),
            |address| places.get(&(&address.interface, address.address)).copied(),
        );
        for change in &changes {
            if let (Step::Add { key, .. }, Some(address)) = (change.step, round.address(change)) {
                self.ledger.add(key, &address.interface);
            }
        }
        self.ledger.save();

        let removed: HashSet<Key> = changes.iter().filter_map(Change::removes).collect();
        let (mut sent, mut requests) = (Vec::new(), Vec::new());
        for change in changes {
            if let Some(message) = round.message(&change, &dumped) {
                if let Step::Restore { key } = change.step
                    && !removed.contains(&key)
                {
                    self.owed.note(key, message.clone());
                }
                sent.push(change);
                requests.push(message);
            }
        }
        let answers = self.command.carry_out(requests).await?;
        let (mut met, mut short, mut still_owed) = (Vec::new(), Vec::new(), HashSet::new());
        for (change, answer) in sent.iter().zip(answers) {
            match round.settle(change, answer) {
                Settled::Added(key) => {
                    if let Some(address) = round.address(change) {
                        self.ledger.add(key, &address.interface);
                    }
                }
                Settled::Gone(key) => self.ledger.remove(&key),
                Settled::Exists(key) => met.push((change, key)),
                Settled::Unchanged => {}
                Settled::Short(errno) => match change.step {
                    Step::Restore { key } => drop(still_owed.insert(key)),
                    Step::Add { .. } | Step::Remove { .. } => short.push((*change, errno)),
                },
            }
        }
        self.owed.only(&still_owed);
        if !met.is_empty() {
            self.look_again(round, &met).await?;
        }
        Ok(short)
    }

    /// Puts back what an earlier attempt owes.
    async fn pay(&mut self) -> Result<(), Lost> {
        let answers = self.command.carry_out(self.owed.requests()).await?;
        self.owed.settle(answers);
        Ok(())
    }

    /// A last time: what is not back after this stays away.
    async fn put_back(&mut self) {
        match self.pay().await {
            Ok(()) => self.owed.write_off(&"the kernel is short of memory"),
            Err(lost) => {
                self.owed.write_off(&lost);
                self.reconnect();
            }
        }
    }

    /// Somebody was quicker with these: they are held, by whomever.
    async fn look_again(&mut self, round: &mut Round, met: &[(&Change, Key)]) -> Result<(), Lost> {
        for (_, key) in met {
            self.ledger.remove(key);
        }
        let dumped = self.command.addresses().await?;
        let met_addresses = met.iter().map(|(_, key)| key.address).collect();
        let observed = self.observed(&dumped, &met_addresses).await;
        for (change, key) in met {
            match observed.holder(key) {
                Some(Holder::Ours) => {
                    if let Some(address) = round.address(change) {
                        self.ledger.add(*key, &address.interface);
                    }
                }
                Some(Holder::Foreign | Holder::Abandoned) => round.is_foreign(change, *key),
                None => round.refuse(change, libc::EEXIST),
            }
        }
        Ok(())
    }

    /// Takes back what refused claims had added.
    async fn undo(&mut self, keys: Vec<Key>) {
        if keys.is_empty() {
            return;
        }
        match self
            .command
            .carry_out(keys.iter().map(|key| messages::remove(*key)).collect())
            .await
        {
            Ok(answers) => {
                for (key, answer) in keys.iter().zip(answers) {
                    match answer {
                        Ok(()) | Err(libc::EADDRNOTAVAIL | libc::ENODEV) => self.ledger.remove(key),
                        Err(errno) => {
                            tracing::error!(
                                event = "undo_refused",
                                address = %key.address, prefix = key.prefix, errno,
                                "cannot take back an address of a claim that failed; remove it by hand"
                            );
                        }
                    }
                }
            }
            Err(lost) => {
                // They stay listed, so that the next release or the next run removes them.
                tracing::error!(
                    event = "undo_lost", reason = %lost,
                    "cannot take back the addresses of a claim that failed"
                );
                self.reconnect();
            }
        }
    }

    /// An address that somebody removed is no longer ours: whoever adds it next owns it.
    fn forget_gone(&mut self, dumped: &[AddressMessage]) {
        let present: BTreeSet<Key> = dumped
            .iter()
            .filter_map(messages::present)
            .map(|there| there.key)
            .collect();
        self.ledger.retain(|key| present.contains(key));
    }

    /// Lists what an earlier run has left of these addresses, if only the mark says so: from now on it is ours even
    /// if a daemon is started that has the same address in its configuration.
    fn adopt(&mut self, round: &Round, indexes: &Indexes, dumped: &[AddressMessage], observed: &Observed) {
        for Present { key, mark, .. } in dumped.iter().filter_map(messages::present) {
            let is_new = mark == Some(OUR_MARK) && self.ledger.interface(&key).is_none();
            let is_this = |wanted: &&VirtualAddress| {
                wanted.address == key.address && indexes.get(&wanted.interface) == Ok(Some(key.index))
            };
            if is_new
                && observed.holder(&key) == Some(Holder::Ours)
                && let Some(wanted) = round.addresses().find(is_this)
            {
                self.ledger.add(key, &wanted.interface);
            }
        }
    }

    /// Others are asked only if it depends on them whose an address is: mostly there is no such address, and a
    /// takeover does not wait.
    async fn observed(&mut self, dumped: &[AddressMessage], wanted: &HashSet<IpAddr>) -> Observed {
        let present: Vec<Present> = dumped.iter().filter_map(messages::present).collect();
        let is_wanted =
            |there: &Present, mark| there.mark == Some(mark) && wanted.contains(&there.key.address);
        let ours = self.ledger.keys();
        let is_doubtful = |there: &Present| is_wanted(there, OUR_MARK) && !ours.contains(&there.key);
        let reserved = if present.iter().any(is_doubtful) {
            self.neighbours.reserved().await
        } else {
            Reserved::default()
        };
        let keepalived = |there: &Present| is_wanted(there, KEEPALIVED_MARK);
        let ownership = Ownership {
            others: self.ledger.others(),
            reserved,
            keepalived_runs: present.iter().any(keepalived) && keepalived::runs(),
            ours,
        };
        Observed::new(present, ownership)
    }

    /// A connection that lost an answer may get it later, and mistake it for another.
    fn reconnect(&mut self) {
        match Command::open() {
            Ok(command) => self.command = command,
            Err(error) => {
                tracing::error!(
                    event = "netlink_not_reopened", %error,
                    "cannot open another netlink socket, going on with the old one"
                );
            }
        }
    }
}
