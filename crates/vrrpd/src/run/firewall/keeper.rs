//! The thread: it opens the firewall, opens it again whenever somebody has swept the rule away, and closes it.

use std::os::fd::AsFd;
use std::sync::mpsc;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tracing::{info, warn};
use vrrp_core::Time;
use vrrp_linux::firewall::{self, Changes, Opening, RulesetNews};
use vrrp_linux::{WakeUp, now};

use super::pace::Pace;
use super::remove_forsaken;
use super::standing::Standing;
use super::told::Told;

/// How often it is looked at where no news is to be had, and after a failure.
const WITHOUT_NEWS: Duration = Duration::from_secs(30);

pub(super) struct Keeper {
    opening: Opening,
    from_env: bool,
    /// Readable when the daemon stops.
    stopped: WakeUp,
    pace: Pace,
    told: Told,
    standing: Standing,
    /// When to look even if nothing has happened.
    anyway: Option<Time>,
}

impl Keeper {
    pub(super) fn new(opening: Opening, from_env: bool, stopped: WakeUp, standing: Standing) -> Self {
        Self {
            opening,
            from_env,
            stopped,
            pace: Pace::default(),
            told: Told::default(),
            standing,
            anyway: None,
        }
    }

    /// Until the daemon stops. `placing` goes when it was opened for the first time, or could not be.
    pub(super) fn keep(mut self, placing: mpsc::Sender<()>) {
        // Before the first look, so that nothing is missed in between.
        let news = RulesetNews::subscribe();
        if let Err(error) = &news {
            info!(
                event = "firewall_no_news",
                "firewall: the kernel does not tell when it is changed ({error}): it is looked at every {} s",
                WITHOUT_NEWS.as_secs()
            );
        }
        let news = news.ok();
        self.look(news.as_ref());
        drop(placing);
        if let Err(error) = remove_forsaken(&self.opening.name, self.from_env) {
            // If it is the same as before, that was said.
            self.told.error(&error);
        }
        while self.wait(news.as_ref()) {
            let now = now();
            if let Some(news) = &news {
                self.note(news.take(), 0, now);
            }
            if self.deadline().is_some_and(|deadline| deadline <= now) {
                self.look(news.as_ref());
            }
        }
        self.close();
    }

    /// Waits for news, or until it is time to look. `false` when the daemon stops.
    fn wait(&self, news: Option<&RulesetNews>) -> bool {
        let patience = self.deadline().map_or(PollTimeout::NONE, |deadline| {
            // Rounded up, so that it is time then.
            let left = deadline.since(now()) + Duration::from_millis(1);
            PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX)
        });
        let stopped = PollFd::new(self.stopped.as_fd(), PollFlags::POLLIN);
        let news = news.map(|news| PollFd::new(news.as_fd(), PollFlags::POLLIN));
        let mut watched: Vec<PollFd<'_>> = [stopped].into_iter().chain(news).collect();
        // An error is a signal, or no memory: it is looked at again.
        let _woken = poll(&mut watched, patience);
        !watched.first().and_then(PollFd::any).unwrap_or_default()
    }

    fn deadline(&self) -> Option<Time> {
        self.anyway.into_iter().chain(self.pace.due()).min()
    }

    fn look(&mut self, news: Option<&RulesetNews>) {
        let placed = self.opening.place();
        let now = now();
        let put_back = placed.as_ref().is_ok_and(|placed| !placed.changed.is_empty());
        self.pace.looked(now, put_back);
        let ours = placed.as_ref().map_or(0, |placed| placed.commits);
        if let Some(news) = news {
            self.note(news.take(), ours, now);
        }
        self.anyway = (news.is_none() || placed.is_err()).then(|| now + WITHOUT_NEWS);
        self.standing.looked(placed.as_ref());
        match placed {
            Ok(placed) => self.told.placed(placed),
            Err(error) => self.told.error(&error),
        }
    }

    /// Takes note of changes, if there are others than so many of our own.
    fn note(&mut self, changes: Changes, ours: usize, now: Time) {
        let others = match changes {
            Changes::Counted(count) => count > ours,
            Changes::Countless => true,
        };
        if others {
            self.pace.happened(now);
        }
    }

    /// Takes it back. Also after an error: some of it may have been done.
    fn close(self) {
        match firewall::close(&self.opening.name) {
            Ok(chains) => {
                for chain in chains {
                    info!(event = "firewall_rule_removed", %chain, "firewall: the rule in {chain} is removed");
                }
            }
            Err(error) => warn!(
                event = "firewall_rule_left",
                "firewall: a rule may be left behind (`vrrpd cleanup` removes it): {error}"
            ),
        }
    }
}
