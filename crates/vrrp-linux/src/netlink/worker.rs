//! Carries out jobs.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use netlink_packet_route::address::AddressMessage;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tokio::time::timeout;
use vrrp_core::plan::{self, Holder, KEEPALIVED_MARK, Key, Observed, Ownership, Present, Step, Wanted};
use vrrp_core::{InterfaceName, VirtualAddress};

use super::command::Command;
use super::dump::Lost;
use super::ledger::{self, Ledger};
use super::round::{self, Round, Settled};
use super::{Job, Report, Reporter, messages};

/// How long the sweep waits for the monitor to report first.
const SNAPSHOT_WITHIN: Duration = Duration::from_secs(2);

pub(super) struct Worker<'a> {
    reporter: &'a Reporter,
    ledger: Ledger,
    command: Command,
}

impl<'a> Worker<'a> {
    pub(super) fn open(reporter: &'a Reporter, ledger: Ledger) -> io::Result<Self> {
        Ok(Self {
            reporter,
            ledger,
            command: Command::open()?,
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
            if queue.is_empty() && jobs.recv_many(&mut arrived, usize::MAX).await == 0 {
                return;
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
        if let Err(lost) = outcome {
            tracing::warn!(reason = %lost, "lost the outcome of address changes, trying once more");
            self.reconnect();
            outcome = self.attempt(&mut round).await;
        }
        if let Err(lost) = outcome {
            round.give_up(lost);
            self.reconnect();
        }
        self.undo(round.undo()).await;
        self.ledger.save();
        for report in round.reports() {
            self.reporter.send(report);
        }
    }

    /// Looks, plans, and makes the changes. An error means that nobody knows which were made; another attempt
    /// then sees, and makes the rest.
    async fn attempt(&mut self, round: &mut Round) -> Result<(), Lost> {
        let dumped = self.command.addresses().await?;
        self.forget_gone(&dumped);
        let wanted: HashSet<IpAddr> = round.addresses().map(|wanted| wanted.address).collect();
        let mut observed = self.observed(&dumped, &wanted);
        let places = self.ledger.places();
        let mut indexes = Indexes::default();
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

        let (mut sent, mut requests) = (Vec::new(), Vec::new());
        for change in changes {
            if let Some(message) = round.message(&change, &dumped) {
                sent.push(change);
                requests.push(message);
            }
        }
        let answers = self.command.carry_out(requests).await?;
        let mut met = Vec::new();
        let mut lost = None;
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
                Settled::Lost(reason) => lost = Some(reason),
            }
        }
        if let Some(lost) = lost {
            return Err(lost);
        }
        if met.is_empty() {
            Ok(())
        } else {
            self.look_again(round, &met).await
        }
    }

    /// Somebody was quicker with these: they are held, by whomever.
    async fn look_again(&mut self, round: &mut Round, met: &[(&round::Change, Key)]) -> Result<(), Lost> {
        for (_, key) in met {
            self.ledger.remove(key);
        }
        let dumped = self.command.addresses().await?;
        let observed = self.observed(&dumped, &met.iter().map(|(_, key)| key.address).collect());
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
                            tracing::error!(address = %key.address, prefix = key.prefix, errno,
                                "cannot take back an address of a claim that failed; remove it by hand");
                        }
                    }
                }
            }
            Err(lost) => {
                // They stay listed, so that the next release or the next run removes them.
                tracing::error!(reason = %lost, "cannot take back the addresses of a claim that failed");
                self.reconnect();
            }
        }
    }

    async fn sweep(&mut self, configured: &[VirtualAddress]) {
        let mut swept = self.try_sweep(configured).await;
        if swept.is_err() {
            self.reconnect();
            swept = self.try_sweep(configured).await;
        }
        let removed = swept.unwrap_or_else(|lost| {
            tracing::error!(reason = %lost, "cannot look for addresses that an earlier run may have left");
            Vec::new()
        });
        self.ledger.save();
        self.reporter.send(Report::Swept { removed });
    }

    async fn try_sweep(&mut self, configured: &[VirtualAddress]) -> Result<Vec<VirtualAddress>, Lost> {
        let dumped = self.command.addresses().await?;
        let observed = self.observed(
            &dumped,
            &configured.iter().map(|address| address.address).collect(),
        );
        let mut indexes = Indexes::default();
        let wanted: Vec<Wanted<'_>> = configured
            .iter()
            .filter_map(|address| {
                Some(Wanted {
                    index: indexes.get(&address.interface)?,
                    address,
                })
            })
            .collect();
        let steps = plan::sweep(&wanted, &observed);
        let requests = steps.iter().filter_map(|step| match *step {
            Step::Remove { key } => Some((key, true, messages::remove(key))),
            Step::Restore { key } => messages::restore(key, &dumped).map(|message| (key, false, message)),
            Step::Add { .. } => None,
        });
        let (keys, requests): (Vec<_>, Vec<_>) = requests
            .map(|(key, removes, request)| ((key, removes), request))
            .unzip();
        let answers = self.command.carry_out(requests).await?;
        let (mut removed, mut refused) = (Vec::new(), BTreeSet::new());
        for ((key, removes), answer) in keys.into_iter().zip(answers) {
            match answer {
                Ok(()) if removes => {
                    let interface = self
                        .ledger
                        .interface(&key)
                        .cloned()
                        .or_else(|| indexes.name(key.index));
                    removed.extend(interface.map(|interface| ledger::virtual_address(key, interface)));
                }
                Ok(()) | Err(libc::EADDRNOTAVAIL | libc::ENODEV | libc::EEXIST) => {}
                Err(errno) => {
                    refused.insert(key);
                    tracing::error!(address = %key.address, prefix = key.prefix, errno,
                        "cannot remove an address that an earlier run left; remove it by hand");
                }
            }
        }
        self.ledger.retain(|key| refused.contains(key));
        Ok(removed)
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

    fn observed(&self, dumped: &[AddressMessage], wanted: &HashSet<IpAddr>) -> Observed {
        let present: Vec<Present> = dumped.iter().filter_map(messages::present).collect();
        let keepalived =
            |there: &Present| there.mark == Some(KEEPALIVED_MARK) && wanted.contains(&there.key.address);
        let ownership = Ownership {
            ours: self.ledger.keys(),
            others: self.ledger.others(),
            keepalived_runs: present.iter().any(keepalived) && keepalived_runs(),
        };
        Observed::new(present, ownership)
    }

    /// A connection that lost an answer may get it later, and mistake it for another.
    fn reconnect(&mut self) {
        match Command::open() {
            Ok(command) => self.command = command,
            Err(error) => {
                tracing::error!(%error, "cannot open another netlink socket, going on with the old one");
            }
        }
    }
}

/// Interfaces by name, each asked for once.
#[derive(Default)]
struct Indexes(HashMap<InterfaceName, Option<u32>>);

impl Indexes {
    fn get(&mut self, name: &InterfaceName) -> Option<u32> {
        if let Some(index) = self.0.get(name) {
            return *index;
        }
        let index = nix::net::if_::if_nametoindex(name.as_str()).ok();
        self.0.insert(name.clone(), index);
        index
    }

    fn name(&self, index: u32) -> Option<InterfaceName> {
        self.0
            .iter()
            .find(|(_, known)| **known == Some(index))
            .map(|(name, _)| name.clone())
    }
}

/// Whether a keepalived runs in our network namespace, among the processes that we can see. In a container of
/// its own we see none: an address that we are to hold is then taken from a keepalived that we do not know
/// of, which would be there by mistake.
fn keepalived_runs() -> bool {
    let Ok(processes) = fs::read_dir("/proc") else {
        return false;
    };
    let ours = ledger::network_namespace(Path::new("/proc/thread-self"));
    processes.flatten().any(|process| {
        let path = process.path();
        fs::read_to_string(path.join("comm")).is_ok_and(|name| name.trim_end() == "keepalived")
            // If we may not look, it may well be ours.
            && ledger::network_namespace(&path).is_none_or(|namespace| Some(namespace) == ours)
    })
}
