use core::net::{IpAddr, Ipv4Addr};

use super::{AddressDifference, Fault};
use crate::InterfaceName;

#[test]
fn every_fault_names_what_is_missing() {
    let interface = || InterfaceName::new("eth0").unwrap();
    let source = IpAddr::V4(Ipv4Addr::new(10, 77, 0, 5));
    for (fault, shown) in [
        (
            Fault::InterfaceMissing(interface()),
            "interface eth0 does not exist",
        ),
        (Fault::InterfaceDown(interface()), "interface eth0 is down"),
        (
            Fault::NoSource(interface()),
            "interface eth0 has no IPv4 address of its own",
        ),
        (
            Fault::SourceMissing(source),
            "source address 10.77.0.5 is on no interface of this host",
        ),
        (
            Fault::NoSocket(interface(), 1),
            "no socket on interface eth0 (errno 1)",
        ),
    ] {
        assert_eq!(fault.to_string(), shown);
    }
}

#[test]
fn a_difference_is_shown_from_our_side() {
    let difference = AddressDifference {
        missing: 2,
        unknown: 1,
    };
    assert_eq!(difference.to_string(), "2 of ours missing, 1 not ours");
}
