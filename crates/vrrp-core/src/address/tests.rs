use core::net::{IpAddr, Ipv4Addr};

use super::{InterfaceName, Refusal, VirtualAddress};

#[test]
fn a_name_is_what_the_kernel_would_take() {
    for name in ["e", "eth0", "br-1a2b3c.100", "fifteen-bytes-x", "..."] {
        let taken = InterfaceName::new(name).unwrap();
        assert_eq!((taken.as_str(), taken.to_string().as_str()), (name, name));
    }
    for name in [
        "",
        "sixteen-bytes-xy",
        ".",
        "..",
        "a/b",
        "eth0:1",
        "eth 0",
        "eth0\t",
        "eth0\n",
        "eth\0",
    ] {
        assert_eq!(InterfaceName::new(name), None, "{name:?}");
    }
}

#[test]
fn a_refusal_is_shown_with_its_address_and_error_number() {
    let interface = InterfaceName::new("eth0").unwrap();
    let address = VirtualAddress {
        address: IpAddr::V4(Ipv4Addr::new(10, 77, 0, 100)),
        prefix: 24,
        interface: interface.clone(),
        label: None,
    };
    for (refusal, shown) in [
        (Refusal::NoInterface(interface), "interface eth0 does not exist"),
        (
            Refusal::Kernel { address, errno: 13 },
            "the kernel refused 10.77.0.100/24 on eth0 (errno 13)",
        ),
        (
            Refusal::TimedOut,
            "the kernel did not answer in time, and what became of the addresses is unknown",
        ),
    ] {
        assert_eq!(refusal.to_string(), shown);
    }
}
