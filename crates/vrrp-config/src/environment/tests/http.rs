//! Where a pod serves its status.

use super::Pod;
use super::flaws::assert_said;
use crate::Control;

#[test]
fn the_status_is_served_at_the_nodes_own_address_or_at_another() {
    let http = |listen: &str| {
        let pod = Pod::with(&[("VRRPD_HTTP_LISTEN", listen)]);
        assert_eq!(pod.said(), [""; 0], "of {listen}");
        pod.loaded().config.http.map(|listen| listen.to_string())
    };
    assert_eq!(http(""), None);
    assert_eq!(http(" 9650\n").as_deref(), Some("192.168.50.23:9650"));
    assert_eq!(http("127.0.0.1:9650").as_deref(), Some("127.0.0.1:9650"));
    assert_eq!(http("[fd00::1]:65535").as_deref(), Some("[fd00::1]:65535"));
    let config = Pod::with(&[]).loaded().config;
    assert_eq!((config.http, config.control), (None, Control::default()));
    // Not at one that was left behind.
    let mut pod = Pod::with(&[("VRRPD_HTTP_LISTEN", "9650")]);
    pod.addresses.insert(0, "10.245.2.103/32".parse().unwrap());
    assert_eq!(
        pod.loaded().config.http,
        Some("192.168.50.23:9650".parse().unwrap())
    );
}

/// Of a port alone, the node's own address is what is missing, and that is said of the interface.
#[test]
fn where_the_status_is_served() {
    const LISTEN: &str = "VRRPD_HTTP_LISTEN";
    for text in [
        ":9650",
        "localhost:9650",
        "127.0.0.1",
        "fd00::1:9650",
        "-1",
        "9650/tcp",
    ] {
        let expected = format!(
            "{LISTEN}: `{text}` is neither a port nor an address and a port; write 9650 for that port of this node's own \
             address, or an address of this node, as 127.0.0.1:9650 or [fd00::1]:9650"
        );
        assert_eq!(Pod::with(&[(LISTEN, text)]).said(), [expected]);
    }
    for (text, port) in [("0", "0"), ("65536", "65536"), ("127.0.0.1:x", "x")] {
        let expected = format!("{LISTEN}: `{port}` is not a port: 1 to 65535");
        assert_eq!(Pod::with(&[(LISTEN, text)]).said(), [expected]);
    }
    assert_said(&[
        (
            &[(LISTEN, "0.0.0.0:9650")],
            &[
                "VRRPD_HTTP_LISTEN: warning: 0.0.0.0 is every address of this host, and everybody on its networks may read the \
                 status; write one of them, as 127.0.0.1:9650",
            ],
        ),
        (
            &[(LISTEN, "10.245.2.103:9650")],
            &[
                "VRRPD_HTTP_LISTEN: 10.245.2.103 is one of OPENSHIFT_HA_VIRTUAL_IPS, which move from host to host; write the \
                 address that the node keeps",
            ],
        ),
        (
            &[(LISTEN, "224.0.0.18:9650")],
            &[
                "VRRPD_HTTP_LISTEN: 224.0.0.18 is a multicast address, and nothing can be served there; write another address of \
                 this host, as 127.0.0.1:9650",
            ],
        ),
        (
            &[(LISTEN, "9650"), ("OPENSHIFT_HA_NETWORK_INTERFACE", "eth1")],
            &[
                "OPENSHIFT_HA_NETWORK_INTERFACE: the interface eth1 has no IPv4 address but virtual ones, and priority and \
                 check need the node's own; give it one, or name another interface",
            ],
        ),
        (
            &[(LISTEN, "0"), ("OPENSHIFT_HA_NETWORK_INTERFACE", "ens3")],
            &[
                "OPENSHIFT_HA_NETWORK_INTERFACE: this host has no interface `ens3`; set it to one of: eth0, eth1",
                "VRRPD_HTTP_LISTEN: `0` is not a port: 1 to 65535",
            ],
        ),
    ]);
}

#[test]
fn the_check_must_not_find_the_daemon_itself() {
    let on = |listen: &str, port: &str| {
        let listen = ("VRRPD_HTTP_LISTEN", listen);
        Pod::with(&[listen, ("OPENSHIFT_HA_MONITOR_PORT", port)]).said()
    };
    let itself = "VRRPD_HTTP_LISTEN: the check connects to port 9650 of this node, and would find vrrpd itself; write another \
                  port, or another OPENSHIFT_HA_MONITOR_PORT";
    assert_eq!(on("9650", "9650"), [itself]);
    assert_eq!(on("192.168.50.23:9650", "9650"), [itself]);
    assert_eq!(on("[::]:9650", "9650").last().unwrap(), itself);
    assert_eq!(on("127.0.0.1:9650", "9650"), [""; 0]);
    assert_eq!(on("9650", "9651"), [""; 0]);
}
