//! One virtual router in words.

use std::cmp::Reverse;
use std::io;

use vrrp_config::InstanceConfig;
use vrrp_core::{Preempt, State, Transport};
use vrrp_linux::{Doing, errno_meaning};

use super::Now;
use crate::report;
use crate::report::DueTo;
use crate::run::engine::picture::RouterPicture;
use crate::run::engine::sightings::Sighting;
use crate::run::engine::tally::Tally;
use crate::run::narrate;

pub(super) fn router(
    now: Now,
    config: &InstanceConfig,
    group: Option<&str>,
    seen: &RouterPicture,
) -> report::Router {
    let status = &seen.status;
    let advertised = config.params.advertised.len();
    report::Router {
        name: config.name.clone(),
        interface: config.interface.to_string(),
        vrid: config.params.vrid.get(),
        group: group.map(str::to_owned),
        state: status.state.into(),
        since: now.ago(status.since),
        because: narrate::cause(&status.cause),
        cause: status.cause.name().to_owned(),
        priority: priority(config, seen),
        preempt: preempt(config.params.preempt),
        transport: match config.params.transport {
            Transport::Multicast => report::Transport::Multicast,
            Transport::Unicast { .. } => report::Transport::Unicast,
        },
        advert_interval: config.params.interval.get().as_secs_f64(),
        master_down_interval: seen.master_down_interval.as_secs_f64(),
        source: seen.network.source,
        master: status.master.map(|address| report::Master {
            address,
            us: seen.advertises,
            priority: if seen.advertises {
                Some(seen.priority.get())
            } else {
                seen.masters_priority.map(|(_, priority)| priority.get())
            },
            heard: seen
                .masters_priority
                .filter(|_| !seen.advertises)
                .map(|(at, _)| now.ago(at)),
        }),
        next: next(now, config, seen),
        addresses: seen
            .present(&config.addresses)
            .enumerate()
            .map(|(place, (held, present))| report::Address {
                address: format!("{}/{}", held.address, held.prefix),
                interface: held.interface.to_string(),
                present,
                advertised: place < advertised,
            })
            .collect(),
        peers: peers(now, seen),
        more_peers: seen.sightings.unlisted(),
        send_error: seen.send_error.filter(|_| seen.advertises).map(send_error),
        counters: counters(&seen.tally),
    }
}

fn priority(config: &InstanceConfig, seen: &RouterPicture) -> report::Priority {
    let tracked = config.params.tracks.iter().zip(&seen.standings);
    report::Priority {
        base: config.params.priority.get(),
        effective: seen.priority.get(),
        parts: tracked
            .map(|(track, standing)| report::Part {
                what: track.what.to_string(),
                weight: track.weight.get(),
                adjustment: if config.params.priority.is_owner() {
                    0
                } else {
                    track.adjustment(standing)
                },
                standing: standing.to_string(),
            })
            .collect(),
    }
}

fn preempt(preempt: Preempt) -> String {
    match preempt {
        Preempt::Never => "nopreempt".to_owned(),
        Preempt::After(delay) if delay.is_zero() => "preempt".to_owned(),
        Preempt::After(delay) => format!("preempt_delay {} s", delay.as_secs_f64()),
        Preempt::Below(threshold) => format!("below {threshold}"),
    }
}

fn next(now: Now, config: &InstanceConfig, seen: &RouterPicture) -> Option<report::Deadline> {
    let status = &seen.status;
    let displaces = seen
        .masters_priority
        .is_some_and(|(_, theirs)| !config.params.preempt.spares(theirs, seen.priority));
    let (what, at) = match status.state {
        _ if seen.advertises => (DueTo::Advertise, status.deadline?),
        State::Fault => (DueTo::TryAgain, status.deadline?),
        State::Backup if displaces => (DueTo::Preempt, status.preempt_at.or(status.deadline)?),
        State::Init | State::Backup | State::Master => (DueTo::TakeOver, status.deadline?),
    };
    Some(report::Deadline {
        what,
        seconds: at.since(now.time).as_secs_f64(),
    })
}

/// Those that should be heard, then those that were, the latest first, then those that were only ignored.
fn peers(now: Now, seen: &RouterPicture) -> Vec<report::Peer> {
    let mut sightings: Vec<&Sighting> = seen.sightings.iter().collect();
    sightings.sort_by_key(|sighting| {
        let heard = sighting.heard.map(|(at, _)| at);
        let ignored = sighting.ignored.map(|ignored| ignored.at);
        (!sighting.configured, Reverse(heard), Reverse(ignored))
    });
    sightings
        .into_iter()
        .map(|sighting| peer(now, sighting))
        .collect()
}

fn peer(now: Now, sighting: &Sighting) -> report::Peer {
    report::Peer {
        address: sighting.address,
        configured: sighting.configured,
        heard: sighting.heard.map(|(at, _)| now.ago(at)),
        priority: sighting.heard.map(|(_, priority)| priority.get()),
        adverts: sighting.adverts,
        difference: sighting.difference.map(|difference| report::Difference {
            missing: difference.missing,
            unknown: difference.unknown,
        }),
        reject: sighting.ignored.map(|ignored| report::Reject {
            reason: ignored.discard.name().to_owned(),
            because: ignored.discard.to_string(),
            when: now.ago(ignored.at),
        }),
        rejects: sighting.ignored_times,
    }
}

fn send_error(errno: i32) -> report::SendError {
    report::SendError {
        errno,
        name: io::Error::from_raw_os_error(errno).to_string(),
        meaning: errno_meaning(Doing::Send, errno).to_owned(),
    }
}

fn counters(tally: &Tally) -> report::Counters {
    let transitions = tally
        .transitions
        .iter()
        .map(|((to, cause), times)| report::Transition {
            to: (*to).into(),
            cause: (*cause).to_owned(),
            times: *times,
        });
    report::Counters {
        adverts_sent: tally.adverts_sent,
        resignations_sent: tally.resignations_sent,
        send_errors: tally.send_errors,
        adverts_received: tally.adverts_received,
        resignations_received: tally.resignations_received,
        address_lists_differing: tally.address_lists_differing,
        became_master: tally.became_master,
        left_master: tally.left_master,
        transitions: transitions.collect(),
        discards: tally
            .discards
            .iter()
            .map(|(reason, times)| ((*reason).to_owned(), *times))
            .collect(),
        gratuitous_arps: tally.gratuitous_arps,
        gratuitous_arps_failed: tally.gratuitous_arps_failed,
        claims_refused: tally.claims_refused,
        repairs: tally.repairs,
    }
}
