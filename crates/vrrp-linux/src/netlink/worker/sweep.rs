//! What the worker does first: it removes what an earlier run left.

use std::collections::{BTreeSet, HashSet};
use std::io;

use vrrp_core::VirtualAddress;
use vrrp_core::plan::{self, Key, Step, Wanted};

use super::Worker;
use crate::netlink::dump::Lost;
use crate::netlink::indexes::Indexes;
use crate::netlink::round::is_short;
use crate::netlink::{Report, ledger, messages, owed};

/// What was removed, and what the kernel did not let go.
type Swept = (Vec<VirtualAddress>, Vec<VirtualAddress>);

impl Worker<'_> {
    /// Removes, and reports what.
    pub(super) async fn sweep(&mut self, configured: &[VirtualAddress]) {
        let mut swept = self.try_sweep(configured).await;
        if swept.is_err() {
            self.reconnect();
            swept = self.try_sweep(configured).await;
        }
        let (removed, stuck) = swept.unwrap_or_else(|lost| {
            tracing::error!(
                event = "leftovers_unknown", reason = %lost,
                "cannot look for addresses that an earlier run may have left"
            );
            (Vec::new(), Vec::new())
        });
        self.put_back().await;
        self.ledger.save();
        self.reporter.send(Report::Swept { removed, stuck });
    }

    async fn try_sweep(&mut self, configured: &[VirtualAddress]) -> Result<Swept, Lost> {
        // As in every attempt: an earlier one may have lost what this look cannot show.
        self.pay().await?;
        let indexes = Indexes::of(&self.command, configured.iter().map(|address| &address.interface)).await?;
        let dumped = self.command.addresses().await?;
        let addresses = configured.iter().map(|address| address.address).collect();
        let observed = self.observed(&dumped, &addresses).await;
        let wanted: Vec<Wanted<'_>> = configured
            .iter()
            .filter_map(|address| match indexes.get(&address.interface) {
                Ok(index) => index.map(|index| Wanted { index, address }),
                Err(errno) => {
                    tracing::error!(
                        event = "leftover_unknown", %address, errno,
                        "cannot look whether an earlier run left this address"
                    );
                    None
                }
            })
            .collect();
        let steps = plan::sweep(&wanted, &observed);
        let requests = steps.into_iter().filter_map(|step| {
            let request = match step {
                Step::Remove { key } => messages::remove(key),
                Step::Restore { key } => messages::restore(key, &dumped)?,
                Step::Add { .. } => return None,
            };
            Some((step, request))
        });
        let (steps, requests): (Vec<_>, Vec<_>) = requests.unzip();
        for (step, request) in steps.iter().zip(&requests) {
            if let Step::Restore { key } = *step {
                self.owed.note(key, request.clone());
            }
        }
        let answers = self.command.carry_out(requests).await?;
        let address = |key: Key| {
            let interface = self.ledger.interface(&key).cloned();
            let interface = interface.or_else(|| indexes.name(key.index))?;
            Some(ledger::virtual_address(key, interface))
        };
        let (mut removed, mut refused, mut still_owed) = (Vec::new(), BTreeSet::new(), HashSet::new());
        for (step, answer) in steps.into_iter().zip(answers) {
            match (step, answer) {
                (Step::Remove { key }, Ok(())) => removed.extend(address(key)),
                (Step::Remove { .. }, Err(libc::EADDRNOTAVAIL | libc::ENODEV)) => {}
                (Step::Remove { key }, Err(errno)) => {
                    refused.insert(key);
                    tracing::error!(
                        event = "leftover_not_removed",
                        address = %key.address, prefix = key.prefix, errno,
                        "cannot remove an address that an earlier run left; remove it by hand"
                    );
                }
                (Step::Restore { key }, Err(errno)) if is_short(errno) => drop(still_owed.insert(key)),
                (Step::Restore { key }, Err(errno)) if errno != libc::EEXIST => {
                    owed::lament(&key, &io::Error::from_raw_os_error(errno));
                }
                (Step::Restore { .. } | Step::Add { .. }, _) => {}
            }
        }
        self.owed.only(&still_owed);
        let stuck = refused.iter().copied().filter_map(address).collect();
        self.ledger.retain(|key| refused.contains(key));
        Ok((removed, stuck))
    }
}
