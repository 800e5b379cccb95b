//! The keys of what a virtual router tracks.

use super::{Key, Section};

keys! {
    CHECKS: "checks", "a list of checks' names in quotes, or tables",
        r#"checks = ["web", { check = "ready", weight = -20 }]"#;
    INTERFACES: "track_interfaces", "a list of interfaces' names in quotes, or tables",
        r#"track_interfaces = ["eth1", { interface = "eth2", weight = -30 }]"#;

    CHECK: "checks.check", "a check's name in quotes", r#"{ check = "ready", weight = -20 }"#;
    CHECK_WEIGHT: "checks.weight", "a whole number", r#"{ check = "ready", weight = -20 }"#;

    INTERFACE: "track_interfaces.interface", "an interface's name in quotes", r#"{ interface = "eth2", weight = -30 }"#;
    INTERFACE_WEIGHT: "track_interfaces.weight", "a whole number", r#"{ interface = "eth2", weight = -30 }"#;
}

pub(crate) const CHECK_KEYS: &Section = &Section {
    name: "a tracked check",
    keys: &[CHECK, CHECK_WEIGHT],
};

pub(crate) const INTERFACE_KEYS: &Section = &Section {
    name: "a tracked interface",
    keys: &[INTERFACE, INTERFACE_WEIGHT],
};
