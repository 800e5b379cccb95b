//! The metrics that the widespread exporter for keepalived has, under its names and labels, for the dashboards and alerts
//! that exist: <https://github.com/mehdy/keepalived-exporter>.
//!
//! Bounds of the labels: `iname`, `intf`, `vrid`, `ip_address` and `name` are all configured.

use std::fmt;

use super::page::{Page, flag};
use crate::report::{Router, Standing, State, Status};

/// The labels that all counters of a virtual router have.
type Labels = [(&'static str, String); 3];

/// A counter of a virtual router.
type Counted = (&'static str, &'static str, fn(&Router) -> u64);

const COUNTED: [Counted; 14] = [
    (
        "keepalived_advertisements_received",
        "Advertisements received",
        |router| router.counters.adverts_received,
    ),
    (
        "keepalived_advertisements_sent",
        "Advertisements sent",
        |router| router.counters.adverts_sent,
    ),
    ("keepalived_become_master", "Became master", |router| {
        router.counters.became_master
    }),
    ("keepalived_release_master", "Released master", |router| {
        router.counters.left_master
    }),
    (
        "keepalived_packet_length_errors",
        "Packet length errors",
        |router| {
            let reasons = [
                "too_short",
                "too_long",
                "ip_too_short",
                "ip_total_length",
                "ip_truncated",
            ];
            reasons.into_iter().map(|reason| discards(router, reason)).sum()
        },
    ),
    (
        "keepalived_advertisements_interval_errors",
        "Advertisement interval errors",
        |router| discards(router, "interval"),
    ),
    ("keepalived_ip_ttl_errors", "TTL errors", |router| {
        discards(router, "ttl")
    }),
    (
        "keepalived_invalid_type_received",
        "Invalid type errors",
        |router| discards(router, "type"),
    ),
    (
        "keepalived_address_list_errors",
        "Address list errors",
        |router| router.counters.address_lists_differing,
    ),
    // A type that does not exist is a mismatch here.
    (
        "keepalived_authentication_invalid",
        "Authentication invalid",
        |_| 0,
    ),
    (
        "keepalived_authentication_mismatch",
        "Authentication mismatch",
        |router| discards(router, "authentication_type"),
    ),
    (
        "keepalived_authentication_failure",
        "Authentication failure",
        |router| discards(router, "password"),
    ),
    (
        "keepalived_priority_zero_received",
        "Priority zero received",
        |router| router.counters.resignations_received,
    ),
    ("keepalived_priority_zero_sent", "Priority zero sent", |router| {
        router.counters.resignations_sent
    }),
];

pub(super) fn write(page: &mut Page<'_>, status: &Status) -> fmt::Result {
    let answering = status.daemon.answering;
    page.gauge("keepalived_up", "Status", flag(answering))?;
    if !answering {
        // As it is with keepalived: nothing is better than what was true once.
        return Ok(());
    }
    page.gauges("keepalived_vrrp_state", "State of vrrp", states(status, true))?;
    page.gauges(
        "keepalived_vrrp_excluded_state",
        "State of vrrp with excluded VIP",
        states(status, false),
    )?;
    for (name, help, count) in COUNTED {
        let routers = status.routers.iter();
        page.counters(name, help, routers.map(|router| (labels(router), count(router))))?;
    }
    let scripts = status.checks.iter().filter_map(|check| {
        let good = match check.standing {
            Standing::Unknown => return None,
            Standing::Passing | Standing::Value(_) => true,
            Standing::Failing => false,
        };
        Some(([("name", check.name.as_str())], flag(good)))
    });
    page.gauges("keepalived_script_status", "Tracker Script Status", scripts)
}

/// One for each address that is in adverts, or for each that is not, with the interface that the address is on. A
/// virtual router that has none in adverts is there all the same, once, without an address.
fn states(status: &Status, advertised: bool) -> impl Iterator<Item = ([(&'static str, String); 4], u32)> {
    status.routers.iter().flat_map(move |router| {
        let addresses = router.addresses.iter();
        let of_this_kind = addresses.filter(move |address| address.advertised == advertised);
        let mut places: Vec<(&str, &str)> = of_this_kind
            .map(|address| (address.interface.as_str(), address.address.as_str()))
            .collect();
        if places.is_empty() && advertised {
            places.push((&router.interface, ""));
        }
        places.into_iter().map(|(interface, address)| {
            let labels = [
                ("iname", router.name.clone()),
                ("intf", interface.to_owned()),
                ("vrid", router.vrid.to_string()),
                ("ip_address", address.to_owned()),
            ];
            (labels, number(router.state))
        })
    })
}

fn labels(router: &Router) -> Labels {
    [
        ("iname", router.name.clone()),
        ("intf", router.interface.clone()),
        ("vrid", router.vrid.to_string()),
    ]
}

fn number(state: State) -> u32 {
    match state {
        State::Init => 0,
        State::Backup => 1,
        State::Master => 2,
        State::Fault => 3,
    }
}

fn discards(router: &Router, reason: &str) -> u64 {
    router.counters.discards.get(reason).copied().unwrap_or_default()
}
