//! Linux capabilities by their names.

use vrrp_checks::Capabilities;

use crate::reader::{Field, Reader};
use crate::{ScriptFlaw, suggest};

/// The names of capabilities(7) in small letters; the place of each is its number in `linux/capability.h`.
pub(crate) const NAMES: &[&str] = &[
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
];

/// Reads a list of capabilities; `None` if one of them is wrong.
pub(crate) fn read(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Capabilities> {
    let items = reader.list(field, field.key)?;
    let bits: Vec<Option<u64>> = items.iter().map(|item| read_one(reader, item)).collect();
    bits.into_iter()
        .try_fold(0, |set, bit| Some(set | bit?))
        .map(Capabilities)
}

fn read_one(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<u64> {
    let written = reader.text(field)?.text;
    let lower = written.to_lowercase();
    let name = lower.strip_prefix("cap_").unwrap_or(&lower);
    let number = NAMES.iter().position(|known| *known == name);
    if number.is_none() {
        let near = suggest::nearest(NAMES.iter().copied(), name);
        reader.report(field.at, ScriptFlaw::Capability { name: written, near });
    }
    number.map(|number| 1 << number)
}
