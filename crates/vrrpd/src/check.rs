//! `vrrpd check`.

use std::io::Write as _;
use std::process::ExitCode;

use vrrp_config::{Config, InstanceConfig};
use vrrp_core::{Transport, VirtualAddress};

use crate::cli::Check;
use crate::problems;

/// Exit code of a configuration with errors.
const WRONG: u8 = 2;

/// Names every problem on standard error, or shows on standard output what would run.
pub(crate) fn run(options: &Check) -> ExitCode {
    let Ok(loaded) = problems::load(&options.config.path) else {
        return ExitCode::from(WRONG);
    };
    let _unread = std::io::stdout()
        .lock()
        .write_all(table(&loaded.config).as_bytes());
    ExitCode::SUCCESS
}

/// What would run, a line for each virtual router, in columns.
fn table(config: &Config) -> String {
    let header = [
        "INSTANCE",
        "INTERFACE",
        "VRID",
        "PRIORITY",
        "TRANSPORT",
        "ADDRESSES",
    ]
    .map(str::to_owned);
    let rows: Vec<[String; 6]> = core::iter::once(header)
        .chain(config.instances.iter().map(row))
        .collect();
    let mut widths = [0; 6];
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
