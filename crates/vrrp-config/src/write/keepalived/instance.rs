//! One instance, as a `vrrp_instance`.

use std::time::Duration;

use vrrp_core::{Announcing, Authentication, Password, Preempt, Transport, VirtualAddress};

use super::lines::Lines;
use super::{check, script, track, word};
use crate::write::{Reason, Scribe, Subject};
use crate::{InstanceConfig, keys};

/// The longest `preempt_delay` and `garp_master_delay`, in seconds.
const LONGEST_PREEMPT_DELAY: Duration = Duration::from_secs(1000);
const LONGEST_GARP_DELAY: u64 = 4294;
/// Nobody waits longer for a refresh, and it is far below what keepalived takes.
const LONGEST_REFRESH: u64 = 1_000_000;

/// `grouped` if it is in a group, where what it tracks is written.
pub(super) fn write(instance: &InstanceConfig, grouped: bool, lines: &mut Lines, scribe: &mut Scribe<'_>) {
    let of = Subject::Instance(instance.name.clone());
    let params = &instance.params;
    let name = scribe.name(&of, keys::NAME, &instance.name);
    let interface = scribe.name(&of, keys::INTERFACE, instance.interface.as_str());
    lines.open(&format!("vrrp_instance {name}"));
    lines.put("state BACKUP");
    lines.put(&format!("interface {interface}"));
    lines.put(&format!("virtual_router_id {}", params.vrid));
    lines.put(&format!("priority {}", params.priority.get()));
    lines.put(&format!("advert_int {}", params.interval.get().as_secs()));
    // The owner preempts in any case.
    if !params.priority.is_owner() {
        write_preempt(params.preempt, &of, lines, scribe);
    }
    if let Authentication::Simple(password) = params.authentication {
        write_password(password, &of, lines, scribe);
    }
    write_transport(instance, &of, lines, scribe);
    write_announcing(&params.announce, lines);
    if !instance.link_debounce.is_zero() {
        scribe.report(&of, Reason::Debounce(instance.link_debounce));
    }
    if !grouped {
        track::write(&[instance], &of, lines, scribe);
    }
    let addresses = instance.addresses.iter().map(|own| address(own, &of, scribe));
    let mut advertised: Vec<String> = addresses.collect();
    let excluded = advertised.split_off(params.advertised.len().min(advertised.len()));
    lines.block("virtual_ipaddress", &advertised);
    lines.block("virtual_ipaddress_excluded", &excluded);
    script::write_hooks(&instance.hooks, &of, lines, scribe);
    lines.close();
}

fn write_preempt(preempt: Preempt, of: &Subject, lines: &mut Lines, scribe: &mut Scribe<'_>) {
    match preempt {
        Preempt::Never => lines.put("nopreempt"),
        Preempt::After(delay) if delay.is_zero() => {}
        Preempt::After(delay) if delay > LONGEST_PREEMPT_DELAY => {
            scribe.report(of, Reason::LongDelay(delay));
        }
        Preempt::After(delay) => lines.put(&format!("preempt_delay {}", check::seconds(delay))),
        Preempt::Below(threshold) => scribe.report(of, Reason::Below(threshold)),
    }
}

/// keepalived fills up with zeros, too.
fn write_password(password: Password, of: &Subject, lines: &mut Lines, scribe: &mut Scribe<'_>) {
    let bytes = password.to_wire();
    let Ok(text) = core::str::from_utf8(&bytes) else {
        scribe.report(of, Reason::PasswordBytes);
        return;
    };
    let text = text.trim_end_matches('\0');
    let Some(word) = word::value(text).filter(|_| !text.is_empty()) else {
        scribe.report(of, Reason::PasswordWord);
        return;
    };
    let entries = ["auth_type PASS".to_owned(), format!("auth_pass {word}")];
    lines.block("authentication", &entries);
}

fn write_transport(instance: &InstanceConfig, of: &Subject, lines: &mut Lines, scribe: &mut Scribe<'_>) {
    let (source_key, peers) = match &instance.params.transport {
        Transport::Multicast => ("mcast_src_ip", None),
        Transport::Unicast { peers } => ("unicast_src_ip", Some(peers)),
    };
    if let Some(source) = instance.source {
        lines.put(&format!("{source_key} {source}"));
    }
    let Some(peers) = peers else {
        return;
    };
    if peers.is_empty() {
        scribe.report(of, Reason::NoPeers);
    }
    // Adverts are taken from them only.
    lines.put("check_unicast_src");
    let peers: Vec<String> = peers.iter().map(ToString::to_string).collect();
    lines.block("unicast_peer", &peers);
}

/// keepalived has two rounds, each with so many announcements: the second is put where our last one is.
fn write_announcing(announce: &Announcing, lines: &mut Lines) {
    let last = announce.again.last().map_or(0, |&time| check::ceiling(time));
    let refresh = announce.refresh.map_or(0, check::ceiling);
    lines.put(&format!("garp_master_repeat {}", announce.repeat));
    lines.put(&format!("garp_master_delay {}", last.min(LONGEST_GARP_DELAY)));
    lines.put(&format!("garp_master_refresh {}", refresh.min(LONGEST_REFRESH)));
    lines.put("garp_master_refresh_repeat 1");
}

fn address(own: &VirtualAddress, of: &Subject, scribe: &mut Scribe<'_>) -> String {
    let interface = scribe.name(of, keys::ADDRESS_INTERFACE, own.interface.as_str());
    let mut line = format!("{}/{} dev {interface}", own.address, own.prefix);
    if let Some(label) = &own.label {
        line += " label ";
        line += &scribe.name(of, keys::LABEL, label);
    }
    line
}
