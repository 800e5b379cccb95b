//! One `[[instance]]`.

use core::net::IpAddr;

use vrrp_core::{
    Announcing, Authentication, Interval, Password, Preempt, Priority, Track, Tracked, Transport,
    VirtualAddress, Weight,
};

use super::Table;
use super::value::{duration, inline, list, text};
use crate::write::{Reason, Scribe, Subject};
use crate::{InstanceConfig, Key, keys};

pub(super) fn write(instance: &InstanceConfig, tracks: &[&Track], scribe: &mut Scribe<'_>) -> Table {
    let of = Subject::Instance(instance.name.clone());
    let params = &instance.params;
    let mut table = Table::with_header(keys::INSTANCE);
    table.put(keys::NAME, &text(&instance.name));
    table.put(keys::INTERFACE, &text(instance.interface.as_str()));
    table.put(keys::VRID, &params.vrid.to_string());
    if params.priority != Priority::DEFAULT {
        table.put(keys::PRIORITY, &params.priority.get().to_string());
    }
    if params.interval != Interval::DEFAULT {
        table.put(keys::ADVERT_INTERVAL, &duration(params.interval.get()));
    }
    match params.preempt {
        // The owner does in any case.
        _ if params.priority.is_owner() => {}
        Preempt::Never => table.put(keys::PREEMPT, "false"),
        Preempt::Below(threshold) => {
            let below = (keys::BELOW, threshold.get().to_string());
            table.put(keys::PREEMPT, &inline(&[below]));
        }
        Preempt::After(delay) if delay.is_zero() => {}
        Preempt::After(delay) => table.put(keys::PREEMPT_DELAY, &duration(delay)),
    }
    let addresses = instance.addresses.iter().map(|own| address(own, instance));
    let mut advertised: Vec<String> = addresses.collect();
    let excluded = advertised.split_off(params.advertised.len().min(advertised.len()));
    table.put(keys::VIRTUAL_ADDRESSES, &list(&advertised));
    if !excluded.is_empty() {
        table.put(keys::EXCLUDED_ADDRESSES, &list(&excluded));
    }
    write_authentication(&mut table, params.authentication, &of, scribe);
    write_transport(&mut table, instance, &of, scribe);
    write_announcing(&mut table, &params.announce);
    write_tracks(&mut table, tracks);
    if !instance.link_debounce.is_zero() {
        table.put(keys::LINK_DEBOUNCE, &duration(instance.link_debounce));
    }
    table.put_hooks(&of, &instance.hooks, scribe);
    table
}

/// A text alone if it is where the adverts are and has no label.
fn address(own: &VirtualAddress, instance: &InstanceConfig) -> String {
    let address = match own.prefix {
        32 => own.address.to_string(),
        prefix => format!("{}/{prefix}", own.address),
    };
    let mut entries = vec![(keys::ADDRESS, text(&address))];
    if own.interface != instance.interface {
        entries.push((keys::ADDRESS_INTERFACE, text(own.interface.as_str())));
    }
    if let Some(label) = &own.label {
        entries.push((keys::LABEL, text(label)));
    }
    match entries.len() {
        1 => text(&address),
        _ => inline(&entries),
    }
}

fn write_authentication(
    table: &mut Table,
    authentication: Authentication,
    of: &Subject,
    scribe: &mut Scribe<'_>,
) {
    let Authentication::Simple(password) = authentication else {
        return;
    };
    let Some(password) = password_text(password) else {
        scribe.report(of, Reason::PasswordBytes);
        return;
    };
    let entries = [(keys::TYPE, text("simple")), (keys::PASSWORD, text(&password))];
    table.put(keys::AUTHENTICATION, &inline(&entries));
}

/// Without the zeros that fill it up. One of nothing else is still a password.
fn password_text(password: Password) -> Option<String> {
    let bytes = password.to_wire();
    let text = core::str::from_utf8(&bytes).ok()?.trim_end_matches('\0');
    Some(if text.is_empty() { "\0" } else { text }.to_owned())
}

fn write_transport(table: &mut Table, instance: &InstanceConfig, of: &Subject, scribe: &mut Scribe<'_>) {
    let source = instance.source.map(|source| text(&source.to_string()));
    let Transport::Unicast { peers } = &instance.params.transport else {
        if let Some(source) = source {
            table.put(keys::SOURCE, &source);
        }
        return;
    };
    let mut peers: Vec<IpAddr> = peers.clone();
    if peers.is_empty() {
        // A list must not be empty, and this host is left out of it.
        peers.extend(own_address(instance, scribe));
    }
    if peers.is_empty() {
        scribe.report(of, Reason::NoPeerToName);
        return;
    }
    let peers: Vec<String> = peers.iter().map(|peer| text(&peer.to_string())).collect();
    let mut entries: Vec<(&'static Key, String)> = Vec::new();
    entries.extend(source.map(|source| (keys::UNICAST_SOURCE, source)));
    entries.push((keys::PEERS, list(&peers)));
    table.put(keys::UNICAST, &inline(&entries));
}

/// An address of this host that may stand among the peers.
fn own_address(instance: &InstanceConfig, scribe: &Scribe<'_>) -> Option<IpAddr> {
    let own = scribe.surroundings.own_addresses();
    let is_virtual = |address: &IpAddr| instance.addresses.iter().any(|own| own.address == *address);
    let mut own = own
        .into_iter()
        .filter(|own| own.is_ipv4() && !own.is_loopback() && !is_virtual(own));
    instance.source.map(IpAddr::V4).or_else(|| own.next())
}

fn write_announcing(table: &mut Table, announce: &Announcing) {
    let default = Announcing::default();
    let mut entries = Vec::new();
    if announce.repeat != default.repeat {
        entries.push((keys::REPEAT, announce.repeat.to_string()));
    }
    if announce.again != default.again {
        let again: Vec<String> = announce.again.iter().map(|&time| duration(time)).collect();
        entries.push((keys::AGAIN, list(&again)));
    }
    if announce.refresh != default.refresh {
        let refresh = announce.refresh.map_or_else(|| text("off"), duration);
        entries.push((keys::REFRESH, refresh));
    }
    if !entries.is_empty() {
        table.put(keys::GARP, &inline(&entries));
    }
}

fn write_tracks(table: &mut Table, tracks: &[&Track]) {
    let mut checks = Vec::new();
    let mut interfaces = Vec::new();
    for track in tracks {
        let (into, name, name_key, weight_key) = match &track.what {
            Tracked::Check(name) => (
                &mut checks,
                &**name,
                keys::track::CHECK,
                keys::track::CHECK_WEIGHT,
            ),
            Tracked::Interface(name) => (
                &mut interfaces,
                name.as_str(),
                keys::track::INTERFACE,
                keys::track::INTERFACE_WEIGHT,
            ),
        };
        into.push(match track.weight {
            Weight::FAULT => text(name),
            weight => inline(&[(name_key, text(name)), (weight_key, weight.get().to_string())]),
        });
    }
    for (key, tracked) in [
        (keys::track::CHECKS, checks),
        (keys::track::INTERFACES, interfaces),
    ] {
        if !tracked.is_empty() {
            table.put(key, &list(&tracked));
        }
    }
}
