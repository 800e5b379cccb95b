//! From what the protocol thread says and what is configured to the status that everybody is shown.

mod router;

use std::time::Duration;

use vrrp_config::Config;
use vrrp_core::Time;

use super::checks::CheckBook;
use crate::report;
use crate::report::{Ago, State, Wall};
use crate::run::engine::picture::Picture;
use crate::run::engine::tally::{BOUNDS, Lateness};

/// One reading of the clocks: every age is measured from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) time: Time,
    /// Since 1970.
    pub(super) wall: Duration,
}

impl Now {
    /// Reads the clocks.
    pub(super) fn read() -> Self {
        let moment = vrrp_linux::Moment::now();
        Self {
            time: moment.time,
            wall: moment.wall(),
        }
    }

    /// When something was.
    pub(super) fn ago(&self, then: Time) -> Ago {
        Ago::before(self.wall, self.time.since(then))
    }

    /// The wall clock then.
    pub(super) fn wall_at(&self, then: Time) -> Wall {
        self.ago(then).at
    }
}

/// The status, without conditions: these are judged by it.
pub(super) fn assemble(
    now: Now,
    config: &Config,
    picture: Option<&Picture>,
    checks: &CheckBook,
    daemon: report::Daemon,
) -> report::Status {
    let routers: Vec<report::Router> = picture
        .into_iter()
        .flat_map(|picture| config.instances.iter().zip(&picture.routers))
        .enumerate()
        .map(|(place, (instance, seen))| {
            let group = config.groups.iter().find(|group| group.members.contains(&place));
            router::router(now, instance, group.map(|group| group.name.as_str()), seen)
        })
        .collect();
    let groups = config.groups.iter().map(|group| {
        let members: Vec<_> = group
            .members
            .iter()
            .filter_map(|&place| routers.get(place))
            .collect();
        report::Group {
            name: group.name.clone(),
            members: members.iter().map(|router| router.name.clone()).collect(),
            state: members
                .iter()
                .map(|router| router.state)
                .min()
                .unwrap_or(State::Init),
        }
    });
    report::Status {
        version: report::VERSION,
        taken_at: Wall::since_epoch(now.wall),
        daemon,
        conditions: Vec::new(),
        groups: groups.collect(),
        checks: checks.report(now, config),
        interfaces: picture.map(interfaces).unwrap_or_default(),
        routers,
    }
}

fn interfaces(picture: &Picture) -> Vec<report::Interface> {
    let ports = picture.ports.iter().map(|port| report::Interface {
        name: port.name.clone(),
        present: port.present,
        listening: port.listening,
        discards: port
            .discards
            .iter()
            .map(|(reason, times)| ((*reason).to_owned(), *times))
            .collect(),
        foreign_vrids: port
            .vrids
            .iter()
            .filter(|heard| !heard.ours)
            .map(|heard| heard.vrid)
            .collect(),
    });
    ports.collect()
}

/// How late adverts were.
pub(super) fn lateness(seen: &Lateness) -> report::Lateness {
    let bounds = BOUNDS.iter().map(|bound| Some(bound.as_secs_f64())).chain([None]);
    report::Lateness {
        buckets: bounds.zip(seen.buckets).collect(),
        sum: seen.sum.as_secs_f64(),
        worst: seen.worst.as_secs_f64(),
    }
}
