use core::net::{IpAddr, Ipv4Addr};

use super::{Cause, State};
use crate::{Fault, InterfaceName, Refusal, WirePriority};

#[test]
fn states_are_shown_as_the_rfc_writes_them() {
    let shown = [State::Init, State::Fault, State::Backup, State::Master].map(|state| state.to_string());
    assert_eq!(shown, ["INIT", "FAULT", "BACKUP", "MASTER"]);
}

#[test]
fn every_cause_is_shown_with_what_it_knows() {
    let master = IpAddr::V4(Ipv4Addr::new(10, 77, 0, 6));
    let theirs = WirePriority::new(90);
    let interface = InterfaceName::new("eth0").unwrap();
    for (cause, shown) in [
        (Cause::Started, "started"),
        (Cause::Stopped, "stopped"),
        (Cause::Owner, "it owns the addresses (priority 255)"),
        (Cause::Silence, "no MASTER was heard"),
        (Cause::Resigned(master), "MASTER 10.77.0.6 resigned"),
        (
            Cause::Preempted { master, theirs },
            "MASTER 10.77.0.6 has the lower priority 90",
        ),
        (
            Cause::HigherPriority { master, theirs },
            "10.77.0.6 has the higher priority 90",
        ),
        (
            Cause::HigherAddress { master },
            "10.77.0.6 has the same priority and a higher address",
        ),
        (
            Cause::Fault(Fault::InterfaceDown(interface)),
            "interface eth0 is down",
        ),
        (
            Cause::Refused(Refusal::TimedOut),
            "the kernel did not answer in time, and what became of the addresses is unknown",
        ),
        (Cause::Recovered, "what was in the way is gone"),
    ] {
        assert_eq!(cause.to_string(), shown);
    }
}
