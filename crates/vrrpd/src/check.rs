//! `vrrpd check`.

use std::process::ExitCode;

use vrrp_config::{Config, GroupConfig, InstanceConfig};
use vrrp_core::{Tracked, Transport, VirtualAddress, Weight};

use crate::cli::Check;
use crate::problems;

/// Names every problem on standard error, or shows on standard output what would run.
pub(crate) fn run(options: &Check) -> ExitCode {
    let loaded = match problems::load(&options.config) {
        Ok(loaded) => loaded,
        Err(refused) => return refused.into(),
    };
    problems::print("check", &summary(&loaded.config))
}

/// What would run: a table of the virtual routers, and one each of what they track and of sync groups if there are any.
fn summary(config: &Config) -> String {
    let header = [
        "INSTANCE",
        "INTERFACE",
        "VRID",
        "PRIORITY",
        "TRANSPORT",
        "ADDRESSES",
    ];
    let mut text = columns(header, config.instances.iter().map(row).collect());
    let tracked = tracked(config);
    if !tracked.is_empty() {
        text.push('\n');
        text.push_str(&columns(["TRACKED", "WHAT", "COUNTS FOR"], tracked));
    }
    let groups: Vec<_> = config
        .groups
        .iter()
        .map(|group| group_row(config, group))
        .collect();
    if !groups.is_empty() {
        text.push('\n');
        text.push_str(&columns(["GROUP", "INSTANCES"], groups));
    }
    text
}

/// Lines of cells, in columns.
fn columns<const N: usize>(header: [&str; N], rows: Vec<[String; N]>) -> String {
    let rows = rows
        .into_iter()
        .map(|row| row.map(|cell| vrrp_config::shown(&cell)));
    let rows: Vec<[String; N]> = core::iter::once(header.map(str::to_owned)).chain(rows).collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let line: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Every check, and every interface that is tracked, with whom it counts for and how much.
fn tracked(config: &Config) -> Vec<[String; 3]> {
    let tracks = || {
        config
            .instances
            .iter()
            .flat_map(|instance| &instance.params.tracks)
    };
    let mut interfaces: Vec<Tracked> = Vec::new();
    for track in tracks() {
        if matches!(track.what, Tracked::Interface(_)) && !interfaces.contains(&track.what) {
            interfaces.push(track.what.clone());
        }
    }
    let checks = config.checks.iter().map(|check| {
        let every = humantime::format_duration(check.interval);
        let what = Tracked::Check(check.name.as_str().into());
        (what, format!("{} every {every}", check.probe))
    });
    let interfaces = interfaces.into_iter().map(|what| (what, "its link".to_owned()));
    checks
        .chain(interfaces)
        .map(|(what, how)| {
            let counts = counts_for(config, &what);
            [what.to_string(), how, counts]
        })
        .collect()
}

fn counts_for(config: &Config, what: &Tracked) -> String {
    let instances = config.instances.iter().filter_map(|instance| {
        let track = instance.params.tracks.iter().find(|track| track.what == *what)?;
        Some(match track.weight {
            Weight::FAULT => format!("{} (FAULT)", instance.name),
            weight => format!("{} ({weight})", instance.name),
        })
    });
    let instances: Vec<String> = instances.collect();
    if instances.is_empty() {
        "nobody".to_owned()
    } else {
        instances.join(", ")
    }
}

fn group_row(config: &Config, group: &GroupConfig) -> [String; 2] {
    let members = group
        .members
        .iter()
        .filter_map(|&place| config.instances.get(place));
    let names: Vec<&str> = members.map(|member| member.name.as_str()).collect();
    [group.name.clone(), names.join(", ")]
}

fn row(instance: &InstanceConfig) -> [String; 6] {
    let params = &instance.params;
    let addresses: Vec<String> = instance
        .addresses
        .iter()
        .enumerate()
        .map(|(nth, address)| {
            let excluded = nth >= params.advertised.len();
            format!(
                "{}{}",
                shown(instance, address),
                if excluded { " (excluded)" } else { "" }
            )
        })
        .collect();
    [
        instance.name.clone(),
        instance.interface.to_string(),
        params.vrid.to_string(),
        params.priority.to_string(),
        transport(instance),
        addresses.join(", "),
    ]
}

/// An address, with the interface where that is not the instance's.
fn shown(instance: &InstanceConfig, address: &VirtualAddress) -> String {
    if address.interface == instance.interface {
        format!("{}/{}", address.address, address.prefix)
    } else {
        address.to_string()
    }
}

fn transport(instance: &InstanceConfig) -> String {
    let from = instance
        .source
        .map(|source| format!(" from {source}"))
        .unwrap_or_default();
    match &instance.params.transport {
        Transport::Multicast => format!("multicast{from}"),
        Transport::Unicast { peers } if peers.is_empty() => format!("unicast{from} to nobody"),
        Transport::Unicast { peers } => {
            let peers: Vec<String> = peers.iter().map(ToString::to_string).collect();
            format!("unicast{from} to {}", peers.join(" "))
        }
    }
}
