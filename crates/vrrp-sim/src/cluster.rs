//! What must hold of all routers together: who is MASTER, how soon, and for how long there may be two.

#[cfg(test)]
mod tests;

use core::net::Ipv4Addr;
use core::time::Duration;

use vrrp_core::{Preempt, Priority};

use crate::clock::Moment;
use crate::daemon::View;
use crate::scenario::{LAN_SLOWEST, Name, Node};
use crate::watch::{Breach, Rule, Timing, hold};

/// What a wake-up, a claim, an answer and a packet may take together when nothing is wrong.
const SLACK: Duration = Duration::from_millis(150);
/// Clocks may differ by twice 0.1 %: a bound is stretched by so many thousandths.
const DRIFT: u32 = 2;

/// A router as the cluster sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) view: View,
    pub(crate) address: Ipv4Addr,
    pub(crate) keepalived: bool,
    /// Whether it runs and can send and hear.
    pub(crate) sound: bool,
}

/// Watches all routers.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    /// Whether its routers are members of sync groups.
    grouped: bool,
    /// How many disturbances are going on that make a LAN unquiet.
    unquiet: u32,
    /// The last moment at which something disturbed an election.
    disturbed: Moment,
    ties: Vec<Tie>,
    /// By sender, then receiver: the last moment at which a packet was lost or late.
    harmed: Vec<Vec<Moment>>,
}

/// What is remembered of one router.
#[derive(Clone, Copy, Debug, Default)]
struct Tie {
    took_part: bool,
    priority: Option<Priority>,
    master_since: Option<Moment>,
    /// The last moment at which it could not be relied on.
    unsound: Moment,
}

impl Cluster {
    pub(crate) fn new(count: usize, grouped: bool) -> Self {
        Self {
            grouped,
            unquiet: 0,
            disturbed: Moment::default(),
            ties: vec![Tie::default(); count],
            harmed: vec![vec![Moment::default(); count]; count],
        }
    }

    /// Something happened that elections must first get over.
    pub(crate) fn disturb(&mut self, now: Moment) {
        self.disturbed = self.disturbed.max(now);
    }

    /// Something begins that keeps disturbing elections.
    pub(crate) fn begin(&mut self, now: Moment) {
        self.unquiet += 1;
        self.disturb(now);
    }

    /// And ends.
    pub(crate) fn end(&mut self, now: Moment) {
        self.unquiet = self.unquiet.saturating_sub(1);
        self.disturb(now);
    }

    /// A packet on this way was lost or late.
    pub(crate) fn harm(&mut self, from: Node, to: Node, now: Moment) {
        self.harmed[from][to] = now;
    }

    /// This router is another than before: what was exchanged with it may not count any more.
    pub(crate) fn changed(&mut self, node: Node, now: Moment) {
        self.ties[node].unsound = now;
    }

    /// After this moment, if nothing disturbs it, the cluster must have settled.
    pub(crate) fn settled_at(&self, members: &[Member]) -> Moment {
        self.disturbed + self.some_master(members) + self.right_master(members)
    }

    /// After every event.
    pub(crate) fn check(&mut self, now: Moment, members: &[Member]) -> Result<(), Breach> {
        for (tie, member) in self.ties.iter_mut().zip(members) {
            let takes_part = member.sound && member.view.takes_part;
            if takes_part != tie.took_part {
                tie.took_part = takes_part;
                self.disturbed = now;
            }
            // Whatever changed it.
            if tie.priority.replace(member.view.priority) != Some(member.view.priority) {
                tie.unsound = now;
                self.disturbed = now;
            }
            if !member.sound {
                tie.unsound = now;
            }
            let advertising = member.view.advertising;
            tie.master_since = tie
                .master_since
                .filter(|_| advertising)
                .or(advertising.then_some(now));
        }
        self.two_masters(now, members)?;
        if self.unquiet > 0 {
            return Ok(());
        }
        let quiet = now.since(self.disturbed);
        let present = || {
            members
                .iter()
                .enumerate()
                .filter(|(_, member)| member.sound && member.view.takes_part)
        };
        let mut masters = present().filter(|(_, member)| member.view.advertising);
        let (first, second) = (masters.next(), masters.next());
        let Some((node, master)) = first else {
            let late = quiet > self.some_master(members) && present().next().is_some();
            return hold(!late, Rule::NoMaster, || format!("quiet for {quiet:?}"));
        };
        if quiet <= self.some_master(members) + self.right_master(members) {
            return Ok(());
        }
        if let Some((other, _)) = second {
            return hold(false, Rule::NotOneMaster, || {
                format!("{} and {} after {quiet:?} of quiet", Name(node), Name(other))
            });
        }
        hold(master.view.serving, Rule::NotOneMaster, || {
            format!("{} does not serve after {quiet:?} of quiet", Name(node))
        })?;
        let better = present().find(|(_, member)| displaces(member, master));
        hold(better.is_none(), Rule::WrongMaster, || {
            let better = better.map_or(node, |(node, _)| node);
            format!(
                "{} is MASTER and {} lets it be, after {quiet:?} of quiet",
                Name(node),
                Name(better)
            )
        })
    }

    /// How long it takes until somebody is MASTER: 3 x interval + skew, the largest there is. In a sync group one that
    /// had to resign listens for up to a quarter of an interval more.
    fn some_master(&self, members: &[Member]) -> Duration {
        let longer = if self.grouped {
            longest(members, |member| member.view.interval.get()) / 4
        } else {
            Duration::ZERO
        };
        stretched(longest(members, down) + longer) + SLACK
    }

    /// How much longer until it is the right one: the claim of one that preempts, and its `preempt_delay`. When a sync
    /// group is displaced, all its members but one resign, and the next wrong MASTER is another one: each delay may
    /// begin anew after each other.
    fn right_master(&self, members: &[Member]) -> Duration {
        let delay = if self.grouped {
            members.iter().map(delayed).sum()
        } else {
            longest(members, delayed)
        };
        stretched(delay) + SLACK
    }

    /// A MASTER hears the next advert of a better one at the latest one interval after both are MASTER and it can.
    fn two_masters(&self, now: Moment, members: &[Member]) -> Result<(), Breach> {
        let masters = || {
            members
                .iter()
                .enumerate()
                .filter(|(_, member)| member.view.advertising && member.sound)
        };
        if masters().nth(1).is_none() {
            return Ok(());
        }
        for (high, better) in masters() {
            // Those of another interval reject each other's adverts, as the RFC says they must (section 7.1).
            let hears = |worse: &Member| worse.view.interval == better.view.interval;
            for (low, _) in masters().filter(|(_, worse)| rank(better) > rank(worse) && hears(worse)) {
                let (high_tie, low_tie) = (self.ties[high], self.ties[low]);
                let since = [high_tie.master_since, low_tie.master_since]
                    .into_iter()
                    .flatten()
                    .max();
                let since = since.unwrap_or(now).max(high_tie.unsound).max(low_tie.unsound);
                let since = since.max(self.harmed[high][low]);
                let exchange = stretched(better.view.interval.get()) + LAN_SLOWEST + SLACK;
                hold(now.since(since) <= exchange, Rule::TwoMasters, || {
                    let lasted = now.since(since);
                    format!("{} is MASTER beside {} for {lasted:?}", Name(low), Name(high))
                })?;
            }
        }
        Ok(())
    }
}

fn rank(member: &Member) -> (Priority, Ipv4Addr) {
    (member.view.priority, member.address)
}

/// Whether a router does not leave another in peace as MASTER.
fn displaces(member: &Member, master: &Member) -> bool {
    let view = &member.view;
    !view.preempt.spares(master.view.priority.into(), view.priority)
}

fn stretched(span: Duration) -> Duration {
    span + span * DRIFT / 1000
}

/// A `preempt_delay`, which begins when a router first hears the wrong MASTER. A keepalived waits for a whole
/// `Master_Down_Interval` after that.
fn delayed(member: &Member) -> Duration {
    match member.view.preempt {
        Preempt::After(delay) if !delay.is_zero() => {
            let rest = if member.keepalived {
                down(member)
            } else {
                skew(member)
            };
            member.view.interval.get() + delay + rest
        }
        _ => Duration::ZERO,
    }
}

fn longest(members: &[Member], span: impl Fn(&Member) -> Duration) -> Duration {
    members.iter().map(span).max().unwrap_or_default()
}

fn timing(member: &Member) -> Timing {
    Timing {
        interval: member.view.interval,
        priority: member.view.priority,
    }
}

fn skew(member: &Member) -> Duration {
    timing(member).skew()
}

fn down(member: &Member) -> Duration {
    timing(member).down()
}
