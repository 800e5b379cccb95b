//! Virtual routers, their peers, sync groups and interfaces.
//!
//! Bounds of the labels: `router`, `interface`, `vrid` and `group` are configured; `state`, `to`, `cause` and `reason`
//! are words of this program, a few dozen at most. `peer` is an address that others choose: only those that the status
//! has room for are there, and of these only the configured ones and those with an advert that counted. That is a few
//! dozen for each virtual router. A packet that was ignored adds no series, whoever it says it is from.

use std::fmt;

use super::page::{Page, STATES, flag, many};
use crate::report::{Counters, Peer, Router, Status};

pub(super) fn write(page: &mut Page<'_>, status: &Status) -> fmt::Result {
    let routers = &status.routers;
    states(page, routers)?;
    addresses(page, routers)?;
    counters(page, routers)?;
    peers(page, routers)?;
    let groups = status.groups.iter().flat_map(|group| {
        STATES.map(|state| {
            let labels = [("group", group.name.clone()), ("state", state.to_string())];
            (labels, flag(group.state == state))
        })
    });
    page.gauges(
        "vrrpd_group_state",
        "The least state of a sync group's members: 1 for the state that it is, 0 for the others.",
        groups,
    )?;
    interfaces(page, status)
}

fn of(router: &Router) -> [(&'static str, &str); 1] {
    [("router", &router.name)]
}

fn states(page: &mut Page<'_>, routers: &[Router]) -> fmt::Result {
    let states = routers.iter().flat_map(|router| {
        STATES.map(|state| {
            let labels = [
                ("router", router.name.clone()),
                ("interface", router.interface.clone()),
                ("vrid", router.vrid.to_string()),
                ("state", state.to_string()),
            ];
            (labels, flag(router.state == state))
        })
    });
    page.gauges(
        "vrrpd_router_state",
        "The state of a virtual router: 1 for the state that it is in, 0 for the others.",
        states,
    )?;
    page.gauges(
        "vrrpd_router_state_age_seconds",
        "How long a virtual router has been in its state.",
        routers
            .iter()
            .map(|router| (of(router), router.since.seconds_ago)),
    )?;
    page.gauges(
        "vrrpd_router_priority",
        "The priority that a virtual router advertises.",
        routers
            .iter()
            .map(|router| (of(router), u32::from(router.priority.effective))),
    )?;
    page.gauges(
        "vrrpd_router_base_priority",
        "The configured priority of a virtual router.",
        routers
            .iter()
            .map(|router| (of(router), u32::from(router.priority.base))),
    )?;
    page.gauges(
        "vrrpd_router_advert_interval_seconds",
        "How often a MASTER sends an advert.",
        routers.iter().map(|router| (of(router), router.advert_interval)),
    )
}

fn addresses(page: &mut Page<'_>, routers: &[Router]) -> fmt::Result {
    page.gauges(
        "vrrpd_router_addresses",
        "How many addresses a virtual router has.",
        routers
            .iter()
            .map(|router| (of(router), many(router.addresses.len()))),
    )?;
    page.gauges(
        "vrrpd_router_addresses_present",
        "How many of its addresses the kernel of this host has.",
        routers.iter().map(|router| {
            let present = router.addresses.iter().filter(|address| address.present);
            (of(router), many(present.count()))
        }),
    )
}

/// A counter of a virtual router.
type Counted = (&'static str, &'static str, fn(&Counters) -> u64);

const COUNTED: [Counted; 12] = [
    (
        "vrrpd_router_adverts_sent",
        "Adverts sent, to the group or to all peers; resignations are not among them.",
        |counters| counters.adverts_sent,
    ),
    (
        "vrrpd_router_adverts_received",
        "Adverts that counted; resignations are not among them.",
        |counters| counters.adverts_received,
    ),
    (
        "vrrpd_router_resignations_sent",
        "Resignations sent (priority 0).",
        |counters| counters.resignations_sent,
    ),
    (
        "vrrpd_router_resignations_received",
        "Resignations heard (priority 0).",
        |counters| counters.resignations_received,
    ),
    (
        "vrrpd_router_send_errors",
        "Adverts that could not be sent to everybody.",
        |counters| counters.send_errors,
    ),
    (
        "vrrpd_router_address_lists_differing",
        "Adverts that counted and listed other addresses than ours.",
        |counters| counters.address_lists_differing,
    ),
    (
        "vrrpd_router_became_master",
        "How often it became MASTER.",
        |counters| counters.became_master,
    ),
    (
        "vrrpd_router_left_master",
        "How often it was MASTER no longer.",
        |counters| counters.left_master,
    ),
    (
        "vrrpd_router_claims_refused",
        "How often the kernel refused the addresses.",
        |counters| counters.claims_refused,
    ),
    (
        "vrrpd_router_repairs",
        "How often an address was put back that somebody had removed.",
        |counters| counters.repairs,
    ),
    (
        "vrrpd_router_gratuitous_arps_sent",
        "Gratuitous ARP sent, one for each address and time.",
        |counters| counters.gratuitous_arps,
    ),
    (
        "vrrpd_router_gratuitous_arps_failed",
        "Gratuitous ARP that could not be sent.",
        |counters| counters.gratuitous_arps_failed,
    ),
];

fn counters(page: &mut Page<'_>, routers: &[Router]) -> fmt::Result {
    for (name, help, count) in COUNTED {
        let samples = routers.iter().map(|router| (of(router), count(&router.counters)));
        page.counters(name, help, samples)?;
    }
    let transitions = routers.iter().flat_map(|router| {
        router.counters.transitions.iter().map(|transition| {
            let labels = [
                ("router", router.name.clone()),
                ("to", transition.to.to_string()),
                ("cause", transition.cause.clone()),
            ];
            (labels, transition.times)
        })
    });
    page.counters(
        "vrrpd_router_transitions",
        "Transitions of a virtual router, by the state that it went to and the cause.",
        transitions,
    )?;
    let discards = routers.iter().flat_map(|router| {
        let discards = router.counters.discards.iter();
        discards.map(|(reason, &count)| {
            let labels = [("router", router.name.as_str()), ("reason", reason.as_str())];
            (labels, count)
        })
    });
    page.counters(
        "vrrpd_router_discards",
        "Packets for a virtual router that were ignored, by the reason.",
        discards,
    )
}

fn peers(page: &mut Page<'_>, routers: &[Router]) -> fmt::Result {
    let peers: Vec<([(&str, String); 2], &Peer)> = routers
        .iter()
        .flat_map(|router| {
            let counted = |peer: &&Peer| peer.configured || peer.adverts > 0;
            router.peers.iter().filter(counted).map(|peer| {
                let labels = [
                    ("router", router.name.clone()),
                    ("peer", peer.address.to_string()),
                ];
                (labels, peer)
            })
        })
        .collect();
    let every = || peers.iter().map(|(labels, peer)| (labels.as_slice(), *peer));
    page.gauges(
        "vrrpd_peer_heard",
        "Whether an advert of this peer ever counted.",
        every().map(|(labels, peer)| (labels, flag(peer.heard.is_some()))),
    )?;
    page.gauges(
        "vrrpd_peer_heard_age_seconds",
        "How long ago an advert of this peer counted. A BACKUP is silent, so this grows while all is well.",
        every().filter_map(|(labels, peer)| Some((labels, peer.heard.as_ref()?.seconds_ago))),
    )?;
    page.gauges(
        "vrrpd_peer_priority",
        "The priority in that advert; 0 = it resigned.",
        every().filter_map(|(labels, peer)| Some((labels, u32::from(peer.priority?)))),
    )
}

fn interfaces(page: &mut Page<'_>, status: &Status) -> fmt::Result {
    let every = || {
        let interfaces = status.interfaces.iter();
        interfaces.map(|interface| ([("interface", interface.name.as_str())], interface))
    };
    page.gauges(
        "vrrpd_interface_present",
        "Whether the interface exists.",
        every().map(|(labels, interface)| (labels, flag(interface.present))),
    )?;
    page.gauges(
        "vrrpd_interface_listening",
        "Whether the socket for adverts is open on the interface.",
        every().map(|(labels, interface)| (labels, flag(interface.listening))),
    )?;
    page.gauges(
        "vrrpd_interface_foreign_vrids",
        "How many VRIDs of others were heard on the interface lately.",
        every().map(|(labels, interface)| (labels, many(interface.foreign_vrids.len()))),
    )?;
    let discards = status.interfaces.iter().flat_map(|interface| {
        interface.discards.iter().map(|(reason, &count)| {
            let labels = [
                ("interface", interface.name.as_str()),
                ("reason", reason.as_str()),
            ];
            (labels, count)
        })
    });
    page.counters(
        "vrrpd_interface_discards",
        "Packets for none of our virtual routers, or too broken to say, that were ignored, by the reason.",
        discards,
    )
}
