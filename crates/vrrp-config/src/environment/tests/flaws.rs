//! Every message.

use super::{Pod, in_24};

/// Variables, and what is said of them.
pub(super) type Case<'c> = (&'c [(&'c str, &'c str)], &'c [&'c str]);

/// Asserts, of each case, that these variables of a pod make this to be said of them.
pub(super) fn assert_said(cases: &[Case<'_>]) {
    for (variables, expected) in cases {
        assert_eq!(Pod::with(variables).said(), *expected, "of {variables:?}");
    }
}

const VIPS: &str = "OPENSHIFT_HA_VIRTUAL_IPS";

#[test]
fn items_that_are_no_addresses() {
    let not_an_item = |position: usize, item: &str| {
        format!(
            "{VIPS}: item {position}, `{item}`, is not an address or a range; write 10.77.0.100, 10.77.0.100-102 or \
             10.77.0.100-10.77.0.102, with commas or spaces between"
        )
    };
    for item in [
        "10.0.0",
        "10.0.0.256",
        "10.0.0.1-",
        "-5",
        "10.0.0.1-+5",
        "10.0.0.1-300",
        "web",
        "10.0.0.01",
        "10.0.0.1-2-3",
    ] {
        let text = format!("10.0.0.1, \t{item}\n10.0.0.2");
        assert_eq!(Pod::with(&[(VIPS, &text)]).said(), [not_an_item(2, item)]);
    }
    assert_said(&[
        (
            &[(VIPS, "10.0.0.9-3 10.0.0.1-10.0.1.3,10.0.0.5/33 10.0.0.255/24")],
            &[
                "OPENSHIFT_HA_VIRTUAL_IPS: item 1, `10.0.0.9-3`, ends before it begins; write the lower address first",
                "OPENSHIFT_HA_VIRTUAL_IPS: item 2, `10.0.0.1-10.0.1.3`, differs in more than the last number; write a range \
                 for each of them",
                "OPENSHIFT_HA_VIRTUAL_IPS: item 3, `10.0.0.5/33`: `/33` is not a prefix length of IPv4; write /1 to /32, or \
                 none for /32",
                "OPENSHIFT_HA_VIRTUAL_IPS: item 4, `10.0.0.255/24`: 10.0.0.255/24 is the network's broadcast address; write \
                 a host's address, or 10.0.0.255/32 if you mean this one address",
            ],
        ),
        (
            &[(VIPS, "fd00::A-F 2001:db8::1,224.0.0.18")],
            &[
                "OPENSHIFT_HA_VIRTUAL_IPS: item 1, `fd00::A-F`: `fd00::A` is an IPv6 address, which needs VRRPv3: VRRPv3 is \
                 not supported yet; write an IPv4 address",
                "OPENSHIFT_HA_VIRTUAL_IPS: item 2, `2001:db8::1`: `2001:db8::1` is an IPv6 address, which needs VRRPv3: \
                 VRRPv3 is not supported yet; write an IPv4 address",
                "OPENSHIFT_HA_VIRTUAL_IPS: item 3, `224.0.0.18`: 224.0.0.18 is a multicast address; a virtual address is \
                 the address of one host, as 10.77.0.100",
            ],
        ),
        (
            &[(VIPS, "10.0.0.1-4 10.0.0.2 10.0.0.3-5")],
            &[
                "OPENSHIFT_HA_VIRTUAL_IPS: warning: item 2, `10.0.0.2`: 10.0.0.2 is in the list before, and kept once",
                "OPENSHIFT_HA_VIRTUAL_IPS: warning: item 3, `10.0.0.3-5`: 10.0.0.3 and another one are in the list before, \
                 and kept once",
            ],
        ),
    ]);
}

#[test]
fn numbers_out_of_range() {
    assert_said(&[
        (
            &[("OPENSHIFT_HA_VIP_GROUPS", "two")],
            &[
                "OPENSHIFT_HA_VIP_GROUPS: `two` is not a number of groups: a whole number, or 0 for one virtual router for each \
               address",
            ],
        ),
        (
            &[("OPENSHIFT_HA_VIP_GROUPS", "9")],
            &["OPENSHIFT_HA_VIP_GROUPS: warning: 9 groups for 7 addresses: that many groups of one are made"],
        ),
        (
            &[
                ("OPENSHIFT_HA_VRRP_ID_OFFSET", "255"),
                ("OPENSHIFT_HA_CHECK_INTERVAL", "0"),
            ],
            &[
                "OPENSHIFT_HA_CHECK_INTERVAL: `0` is not an interval: 1 to 3600 seconds",
                "OPENSHIFT_HA_VRRP_ID_OFFSET: `255` is not an offset: 0 to 254, and the first VRID is the next number",
            ],
        ),
        (
            &[
                ("HA_EXCLUDED_VRRP_IDS", "1 0"),
                ("OPENSHIFT_HA_EXCLUDED_VRRP_IDS", "2,x"),
            ],
            &[
                "HA_EXCLUDED_VRRP_IDS: `0` is not a VRID to leave out: 1 to 255, with commas or spaces between several",
                "OPENSHIFT_HA_EXCLUDED_VRRP_IDS: `x` is not a VRID to leave out: 1 to 255, with commas or spaces between \
                 several",
            ],
        ),
        (
            &[("OPENSHIFT_HA_REPLICA_COUNT", "2.5")],
            &["OPENSHIFT_HA_REPLICA_COUNT: `2.5` is not a number of replicas: a whole number"],
        ),
        (
            &[("OPENSHIFT_HA_MONITOR_PORT", "http")],
            &["OPENSHIFT_HA_MONITOR_PORT: `http` is not a port: 1 to 65535, or 0 for no check"],
        ),
        (
            &[("OPENSHIFT_HA_MONITOR_PORT", "tcp://10.0.0.1:80")],
            &["OPENSHIFT_HA_MONITOR_PORT: `tcp://10.0.0.1:80` is not a port: 1 to 65535, or 0 for no check"],
        ),
        (
            &[("OPENSHIFT_HA_MONITOR_PORT", "8080/tcp")],
            &["OPENSHIFT_HA_MONITOR_PORT: warning: `8080/tcp` is taken as the port 8080; write 8080"],
        ),
    ]);
}

#[test]
fn more_virtual_routers_than_vrids() {
    assert_said(&[
        (
            &[
                ("OPENSHIFT_HA_VRRP_ID_OFFSET", "250"),
                ("HA_EXCLUDED_VRRP_IDS", "252"),
            ],
            &[
                "OPENSHIFT_HA_VIRTUAL_IPS: 7 virtual routers, and above the offset 250 only 4 of the VRIDs 1 to 255 are left: \
               10.245.2.105 is the first address without one; OPENSHIFT_HA_VIP_GROUPS=4 would fit",
            ],
        ),
        (
            &[
                ("OPENSHIFT_HA_VRRP_ID_OFFSET", "254"),
                ("OPENSHIFT_HA_VIP_GROUPS", "2"),
            ],
            &[
                "OPENSHIFT_HA_VIP_GROUPS: 2 virtual routers, and above the offset 254 only 1 of the VRIDs 1 to 255 are left: \
               10.245.2.105 is the first address without one; OPENSHIFT_HA_VIP_GROUPS=1 would fit",
            ],
        ),
        (
            &[
                ("OPENSHIFT_HA_VRRP_ID_OFFSET", "254"),
                ("HA_EXCLUDED_VRRP_IDS", "255"),
            ],
            &[
                "OPENSHIFT_HA_VIRTUAL_IPS: 7 virtual routers, and above the offset 254 only 0 of the VRIDs 1 to 255 are left: \
               10.245.2.101 is the first address without one; lower OPENSHIFT_HA_VRRP_ID_OFFSET, exclude fewer VRIDs, or \
               name fewer addresses",
            ],
        ),
        (
            &[
                (VIPS, "10.0.0.0-255 10.0.1.0-255"),
                ("OPENSHIFT_HA_VIP_GROUPS", "2"),
            ],
            &[
                "OPENSHIFT_HA_VIP_GROUPS: 256 addresses in one virtual router, and an advert lists at most 255; write 3 or more",
            ],
        ),
    ]);
    assert_eq!(
        Pod::with(&[(VIPS, "10.0.0.0-255")]).said(),
        [
            "OPENSHIFT_HA_VIRTUAL_IPS: 256 virtual routers, and above the offset 0 only 255 of the VRIDs 1 to 255 are left: \
          10.0.0.255 is the first address without one; OPENSHIFT_HA_VIP_GROUPS=255 would fit"
        ]
    );
}

#[test]
fn interfaces() {
    assert_said(&[
        (
            &[("OPENSHIFT_HA_NETWORK_INTERFACE", "ens3")],
            &[
                "OPENSHIFT_HA_NETWORK_INTERFACE: this host has no interface `ens3`; set it to one of: eth0, eth1",
            ],
        ),
        (
            &[("OPENSHIFT_HA_NETWORK_INTERFACE", "eth1")],
            &[
                "OPENSHIFT_HA_NETWORK_INTERFACE: the interface eth1 has no IPv4 address but virtual ones, and priority and \
               check need the node's own; give it one, or name another interface",
            ],
        ),
    ]);
    let mut pod = Pod::with(&[]);
    pod.has_default_route = false;
    assert_eq!(
        pod.said(),
        [
            "OPENSHIFT_HA_NETWORK_INTERFACE: it is not set, and this host has no default route that says which interface is \
          meant; set it to one of: eth0, eth1"
        ]
    );
}

#[test]
fn strategies_and_scripts() {
    let strategy = |text: &str| {
        format!(
            "OPENSHIFT_HA_PREEMPTION: `{text}` is not a strategy; write `nopreempt`, `preempt`, or `preempt_delay N` with 0 \
             to 1000 seconds"
        )
    };
    for text in [
        "Preempt",
        "preempt_delay",
        "preempt_delay 5s",
        "preempt -1",
        "nopreempt 3",
        "preempt_delay 1001",
        "true",
    ] {
        assert_eq!(
            Pod::with(&[("OPENSHIFT_HA_PREEMPTION", text)]).said(),
            [strategy(text)]
        );
    }
    assert_said(&[
        (
            &[("OPENSHIFT_HA_PREEMPTION", "preempt 300")],
            &["OPENSHIFT_HA_PREEMPTION: warning: `preempt 300` is taken as `preempt_delay 300`; write that"],
        ),
        (
            &[
                ("OPENSHIFT_HA_CHECK_SCRIPT", "/missing/check.sh"),
                ("OPENSHIFT_HA_NOTIFY_SCRIPT", "notify.sh"),
            ],
            &[
                "OPENSHIFT_HA_CHECK_SCRIPT: warning: `/missing/check.sh` cannot be started now: No such file or directory (os \
                 error 2); the check fails until it can, and the node is in FAULT",
                "OPENSHIFT_HA_NOTIFY_SCRIPT: `notify.sh` is not an absolute path, and nothing is searched for; write it from /",
            ],
        ),
    ]);
}

#[test]
fn unicast() {
    assert_said(&[
        (
            &[("OPENSHIFT_HA_USE_UNICAST", "true")],
            &[
                "OPENSHIFT_HA_USE_UNICAST: it is `true` and OPENSHIFT_HA_UNICAST_PEERS is not set, which alone decides; set that \
               to the nodes' addresses, or remove this for multicast",
            ],
        ),
        (
            &[(
                "OPENSHIFT_HA_UNICAST_PEERS",
                "192.168.50.24,192.168.50.300,10.245.2.101",
            )],
            &[
                "OPENSHIFT_HA_UNICAST_PEERS: item 2, `192.168.50.300`: `192.168.50.300` is not an IPv4 address; write four \
                 numbers from 0 to 255, as 10.77.0.100",
                "OPENSHIFT_HA_UNICAST_PEERS: 10.245.2.101 is one of OPENSHIFT_HA_VIRTUAL_IPS, which move from host to host; \
                 write the address that the node keeps",
            ],
        ),
        (
            &[("OPENSHIFT_HA_UNICAST_PEERS", "192.168.50.23")],
            &[
                "OPENSHIFT_HA_UNICAST_PEERS: warning: every peer is this host itself: no advert is sent or heard, so this virtual \
               router becomes MASTER whatever others do; name the other nodes too",
            ],
        ),
        (
            &[
                ("MULTICAST_SOURCE_IPADDRESS", "192.168.50.99"),
                ("UNICAST_SOURCE_IPADDRESS", "web"),
            ],
            &[
                "UNICAST_SOURCE_IPADDRESS: `web` is not an IPv4 address; write four numbers from 0 to 255, as 10.77.0.100",
                "MULTICAST_SOURCE_IPADDRESS: warning: no interface of this host has the source 192.168.50.99; adverts leave \
                 only once it is there",
            ],
        ),
    ]);
}

#[test]
fn names_chains_and_spreads() {
    let long = "a".repeat(57);
    assert_said(&[
        (
            &[("OPENSHIFT_HA_CONFIG_NAME", "é!")],
            &[
                "OPENSHIFT_HA_CONFIG_NAME: `é!` has none of A-Z, a-z, 0-9, `_` and `-`, of which the names of virtual routers \
               are made; write some",
            ],
        ),
        (
            &[("OPENSHIFT_HA_CONFIG_NAME", &long)],
            &[
                "OPENSHIFT_HA_CONFIG_NAME: it has 57 characters, and the names of virtual routers are made of it, which have \
               64: write 56 at most",
            ],
        ),
        (
            &[("OPENSHIFT_HA_IPTABLES_CHAIN", "IN;PUT")],
            &[
                "OPENSHIFT_HA_IPTABLES_CHAIN: `IN;PUT` is not the name of a chain: 1 to 28 of A-Z, a-z, 0-9, `_`, `.` and `-`, \
               as `iptables -S` shows it",
            ],
        ),
        (
            &[("VRRPD_SPREAD", "even")],
            &["VRRPD_SPREAD: `even` is not a way to spread the addresses; write `fair`, or remove it"],
        ),
        (
            &[("VRRPD_SPREAD", "fair")],
            &[
                "VRRPD_SPREAD: `fair` needs to know all nodes; set VRRPD_NODES or OPENSHIFT_HA_UNICAST_PEERS to their addresses",
            ],
        ),
        (
            &[
                ("VRRPD_SPREAD", "fair"),
                ("VRRPD_NODES", "192.168.50.24 192.168.50.25"),
            ],
            &[
                "VRRPD_NODES: this node's address 192.168.50.23 is not in the list; write the addresses of all nodes, the same \
               list on each",
            ],
        ),
    ]);
}

#[test]
fn variables_that_nobody_reads() {
    assert_said(&[(
        &[
            ("OPENSHIFT_HA_VIRTUAL_IP", "10.0.0.1"),
            ("OPENSHIFT_HA_ROUTER", "x"),
            ("OPENSHIFT_HA_SELECTOR", "x=y"),
            ("OTHER", "x"),
            ("VRRPD_SPRED", "fair"),
            ("VRRPD_HTTP_LISTN", "9650"),
            ("VRRPD_LOG", "debug"),
            ("VRRPD_SERVICE_HOST", "10.0.0.1"),
        ],
        &[
            "OPENSHIFT_HA_ROUTER: warning: nobody reads this variable",
            "OPENSHIFT_HA_VIRTUAL_IP: warning: nobody reads this variable; did you mean OPENSHIFT_HA_VIRTUAL_IPS?",
            "VRRPD_HTTP_LISTN: warning: nobody reads this variable; did you mean VRRPD_HTTP_LISTEN?",
            "VRRPD_SPRED: warning: nobody reads this variable; did you mean VRRPD_SPREAD?",
        ],
    )]);
}

#[test]
fn all_at_once_and_in_the_order_of_the_documentation() {
    let said = Pod::with(&[
        ("OPENSHIFT_HA_PREEMPTION", "x"),
        (VIPS, "x"),
        ("OPENSHIFT_HA_NETWORK_INTERFACE", "x"),
        ("OPENSHIFT_HA_CONFIG_NAME", "\u{fffd}"),
        ("OPENSHIFT_HA_VIP_GROUPS", "x"),
        ("OPENSHIFT_HA_UNICAST_PEERS", "x"),
    ])
    .said();
    let names: Vec<&str> = said.iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(
        names,
        [
            "OPENSHIFT_HA_CONFIG_NAME",
            VIPS,
            "OPENSHIFT_HA_VIP_GROUPS",
            "OPENSHIFT_HA_NETWORK_INTERFACE",
            "OPENSHIFT_HA_PREEMPTION",
            "OPENSHIFT_HA_UNICAST_PEERS",
        ]
    );
}

#[test]
fn addresses_that_the_node_has_itself_or_that_nobody_can_have() {
    let own = "OPENSHIFT_HA_VIRTUAL_IPS: 192.168.50.23 is this node's own address (192.168.50.23/24 on eth0), which cannot \
               move; take it out of the list";
    let mut pod = Pod::with(&[(VIPS, "10.0.0.1 192.168.50.23")]);
    assert_eq!(pod.said(), [own]);
    pod.addresses.push(in_24("192.168.50.24"));
    assert_eq!(pod.said(), [own]);
    // What was left behind, in either form, is no own one.
    let mut pod = Pod::with(&[(VIPS, "192.168.50.100-101/24")]);
    pod.addresses.push("192.168.50.100/24".parse().unwrap());
    pod.addresses.push("192.168.50.101/32".parse().unwrap());
    assert_eq!(pod.said(), [""; 0]);
    assert_eq!(
        Pod::with(&[(VIPS, "192.168.50.254-255"), ("OPENSHIFT_HA_VIP_GROUPS", "1")]).said(),
        [
            "OPENSHIFT_HA_VIRTUAL_IPS: warning: 192.168.50.255 is the first or the last address of 192.168.50.0/24, which no host \
          can have; take it out of the list"
        ]
    );
}

#[test]
fn what_is_no_plain_text() {
    let control = |name: &str| format!("{name}: it has control characters; write plain text");
    for name in ["OPENSHIFT_HA_CONFIG_NAME", "OPENSHIFT_HA_CHECK_SCRIPT", VIPS] {
        assert_eq!(Pod::with(&[(name, "/a\u{1b}[1mb")]).said(), [control(name)]);
    }
    let name = "OPENSHIFT_HA_CONFIG_NAME";
    assert_eq!(Pod::with(&[(name, "a\nb")]).said(), [control(name)]);
    assert_said(&[
        (
            &[("OPENSHIFT_HA_CONFIG_NAME", "abc\u{65e5}\u{672c}")],
            &[
                "OPENSHIFT_HA_CONFIG_NAME: its first 8 bytes are the password, and end within a character; let the first 8 be of \
               A-Z, a-z, 0-9, `_` and `-`",
            ],
        ),
        (
            &[("OPENSHIFT_HA_\u{1b}[31m", "3")],
            &["OPENSHIFT_HA_\\u{1b}[31m: warning: nobody reads this variable"],
        ),
        (
            &[("KEEPALIVED_CONFIG", "keepalived.conf")],
            &["KEEPALIVED_CONFIG: `keepalived.conf` is not an absolute path; write it from /"],
        ),
    ]);
}

#[test]
fn what_has_no_effect() {
    assert_said(&[
        (
            &[("VRRPD_NODES", "192.168.50.23")],
            &["VRRPD_NODES: warning: it has no effect without VRRPD_SPREAD=fair; set that, or remove this"],
        ),
        // The port is not looked at, and neither is the source of the other transport.
        (
            &[
                ("OPENSHIFT_HA_CHECK_SCRIPT", "/bin/true"),
                ("OPENSHIFT_HA_MONITOR_PORT", "http"),
            ],
            &[],
        ),
        (&[("UNICAST_SOURCE_IPADDRESS", "192.168.50.99")], &[]),
    ]);
}

#[test]
fn numbers_that_are_too_large_are_as_good_as_large_ones() {
    let number = "9".repeat(40);
    let replicas = |number: &str| {
        Pod::with(&[("OPENSHIFT_HA_REPLICA_COUNT", number)])
            .first()
            .params
            .priority
    };
    assert_eq!(replicas(&format!("-{number}")), replicas("1"));
    assert_eq!(replicas(&number), replicas("1000"));
}
