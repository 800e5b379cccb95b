//! Virtual addresses, peers and sources that cannot be.

use super::{BASE, assert_said, said};

fn vip(text: &str) -> String {
    format!("virtual_addresses = [\"{text}\"]")
}

#[test]
fn no_address_of_a_host() {
    let role = "a virtual address is the address of one host, as 10.77.0.100";
    let cases = [
        ("web", "`web` is not an IPv4 address; write four numbers from 0 to 255, as 10.77.0.100".to_owned()),
        ("10.77.0.256", "`10.77.0.256` is not an IPv4 address; write four numbers from 0 to 255, as 10.77.0.100".into()),
        ("", "`` is not an IPv4 address; write four numbers from 0 to 255, as 10.77.0.100".into()),
        (
            "fd00::1/64",
            "`fd00::1` is an IPv6 address, which needs VRRPv3: VRRPv3 is not supported yet; write an IPv4 address"
                .into(),
        ),
        ("224.0.0.18", format!("224.0.0.18 is a multicast address; {role}")),
        ("255.255.255.255", format!("255.255.255.255 is the broadcast address; {role}")),
        ("127.0.0.1", format!("127.0.0.1 is a loopback address; {role}")),
        ("0.0.0.0", format!("0.0.0.0 is an unspecified address; {role}")),
        ("10.77.0.1/33", "`/33` is not a prefix length of IPv4; write /1 to /32, or none for /32".into()),
        ("10.77.0.1/0", "`/0` is not a prefix length of IPv4; write /1 to /32, or none for /32".into()),
        ("10.77.0.1/", "`/` is not a prefix length of IPv4; write /1 to /32, or none for /32".into()),
        (
            "10.77.0.1/255.255.255.0",
            "`/255.255.255.0` is not a prefix length of IPv4; write /1 to /32, or none for /32".into(),
        ),
        (
            "10.77.0.0/24",
            "10.77.0.0/24 is the network's own address, not a host's; write a host's address, or 10.77.0.0/32 if you \
             mean this one address"
                .into(),
        ),
        (
            "10.77.0.255/24",
            "10.77.0.255/24 is the network's broadcast address; write a host's address, or 10.77.0.255/32 if you mean \
             this one address"
                .into(),
        ),
    ];
    for (text, message) in cases {
        assert_said(&[(&[&vip(text)], &[&format!("5:22: {message}")])]);
    }
}

#[test]
fn both_addresses_of_a_31_and_any_32_are_hosts() {
    for text in ["10.77.0.0/31", "10.77.0.1/31", "10.77.0.0/32", "10.77.0.255"] {
        assert_said(&[(&[&vip(text)], &[])]);
    }
}

#[test]
fn no_virtual_address() {
    let none = "5:21: no virtual address: an advert lists 1 to 255; for example: virtual_addresses = [\"10.77.0.100\"]";
    assert_said(&[(&["virtual_addresses = []"], &[none])]);
}

#[test]
fn a_virtual_address_twice() {
    assert_said(&[
        (
            &["virtual_addresses = [\n\"10.77.0.100\",\n\"10.77.0.100/24\"]"],
            &["7:1: 10.77.0.100 is already a virtual address at line 6; keep one of the two"],
        ),
        (
            &["excluded_addresses = [{ interface = \"eth1\", address = \"10.77.0.100\" }]"],
            &["6:55: 10.77.0.100 is already a virtual address at line 5; keep one of the two"],
        ),
    ]);
    let second = BASE.replace("web", "db").replace("51", "52");
    assert_eq!(
        said(&[
            ("vrrpd.toml", &format!("include = [\"db.toml\"]\n{BASE}")),
            ("db.toml", &second)
        ]),
        ["db.toml:5:22: 10.77.0.100 is already a virtual address at vrrpd.toml:6; keep one of the two"]
    );
}

#[test]
fn labels() {
    let labelled =
        |label: &str| format!("virtual_addresses = [{{ address = \"10.77.0.100\", label = \"{label}\" }}]");
    let bad = |shown: &str| {
        format!(
            "5:57: the label `{shown}` is empty or holds white space or control characters; write one as \
             \"eth0:web\", or leave it out"
        )
    };
    assert_said(&[
        (&[&labelled("eth0:web")], &[]),
        (&[&labelled("eth0")], &[]),
        (&[&labelled("eth0:1234567890")], &[]),
        (
            &[&labelled("eth0:12345678901")],
            &["5:57: the label `eth0:12345678901` has 16 bytes, and the kernel takes 15; shorten it"],
        ),
        (&[&labelled("")], &[&bad("")]),
        (&[&labelled("eth0: web")], &[&bad("eth0: web")]),
        (
            &[&labelled("web")],
            &[
                "5:57: warning: the label `web` does not begin with the interface, and tools that look for it there will \
               not find it; write \"eth0:...\"",
            ],
        ),
        (
            &[
                "virtual_addresses = [{ address = \"10.77.0.100\", interface = \"eth1\", label = \"eth0:a\" }]",
            ],
            &[
                "5:77: warning: the label `eth0:a` does not begin with the interface, and tools that look for it there \
               will not find it; write \"eth1:...\"",
            ],
        ),
    ]);
}

#[test]
fn peers() {
    assert_said(&[
        (
            &["unicast = { peers = [] }"],
            &[
                "6:21: the list of peers is empty, and that is never a fall-back to multicast; name the other nodes, or \
               remove `unicast` for multicast",
            ],
        ),
        (
            &["unicast = { peers = [\"10.77.0.1\"] }"],
            &[
                "6:21: warning: every peer is this host itself: no advert is sent or heard, so this virtual router \
               becomes MASTER whatever others do; name the other nodes too",
            ],
        ),
        (
            &["unicast = { peers = [\"10.77.0.2\",\n\"10.77.0.3\", \"10.77.0.2\"] }"],
            &["7:14: warning: the peer 10.77.0.2 is already named at line 6; one of the two is enough"],
        ),
        (
            &["unicast = { peers = [\"10.77.0.100\"] }"],
            &[
                "6:22: the peer 10.77.0.100 is a virtual address (line 5), which moves from host to host; write the \
               address that the peer keeps",
            ],
        ),
        (
            &["unicast = { peers = [\"10.77.0.2/24\", \"10.77.0.2\"] }"],
            &["6:22: `10.77.0.2/24` has a prefix length, which a peer has not; write 10.77.0.2"],
        ),
        (
            &["unicast = { peers = [\"224.0.0.18\"] }"],
            &["6:22: 224.0.0.18 is a multicast address; a peer is the address of one host, as 10.77.0.100"],
        ),
        (
            &["unicast = { peers = [\"fd00::2\"] }"],
            &[
                "6:22: `fd00::2` is an IPv6 address, which needs VRRPv3: VRRPv3 is not supported yet; write an IPv4 \
               address",
            ],
        ),
    ]);
}

#[test]
fn sources() {
    assert_said(&[
        (
            &["unicast = { source = \"10.77.0.9\", peers = [\"10.77.0.2\"] }"],
            &[
                "6:22: warning: no interface of this host has the source 10.77.0.9; adverts leave only once it is there",
            ],
        ),
        (
            &["source = \"10.77.0.9\""],
            &[
                "6:10: warning: no interface of this host has the source 10.77.0.9; adverts leave only once it is there",
            ],
        ),
        (
            &["source = \"127.0.0.1\""],
            &[
                "6:10: 127.0.0.1 is a loopback address; the source of adverts is the address of one host, as \
               10.77.0.100",
            ],
        ),
        (
            &["virtual_addresses = [\"10.77.0.1\"]", "source = \"10.77.0.1\""],
            &[
                "6:10: the source 10.77.0.1 is a virtual address (line 5), which moves from host to host; write the \
               address that this host keeps",
            ],
        ),
        (
            &["source = \"10.77.0.1\"", "unicast = { peers = [\"10.77.0.2\"] }"],
            &[
                "6:10: `source` beside `unicast`; write it in there: unicast = { source = \"...\", peers = [...] }",
            ],
        ),
    ]);
}

#[test]
fn the_source_is_ours_even_before_an_interface_has_it() {
    assert_said(&[(
        &["unicast = { source = \"10.77.0.9\", peers = [\"10.77.0.9\"] }"],
        &[
            "6:22: warning: no interface of this host has the source 10.77.0.9; adverts leave only once it is there",
            "6:43: warning: every peer is this host itself: no advert is sent or heard, so this virtual router becomes \
             MASTER whatever others do; name the other nodes too",
        ],
    )]);
}
