use std::net::SocketAddr;

use super::endpoint;
use crate::HttpFlaw;

#[test]
fn an_address_and_a_port() {
    for (text, expected) in [
        ("127.0.0.1:9650", "127.0.0.1:9650"),
        ("10.77.0.1:1", "10.77.0.1:1"),
        ("0.0.0.0:65535", "0.0.0.0:65535"),
        ("[::1]:9650", "[::1]:9650"),
        ("[FD00:0::0001]:09650", "[fd00::1]:9650"),
        // One that is mapped is the same socket, and must not hide what it is.
        ("[::ffff:10.77.0.1]:9650", "10.77.0.1:9650"),
        ("[::ffff:0.0.0.0]:9650", "0.0.0.0:9650"),
    ] {
        assert_eq!(
            endpoint(text),
            Ok(expected.parse::<SocketAddr>().unwrap()),
            "of {text}"
        );
    }
}

#[test]
fn what_is_none() {
    for text in [
        "",
        ":",
        "127.0.0.1",
        "127.0.0.1:",
        "[fd00::1]",
        "fd00::1:9650",
        "[fd00::1]9650",
        "[127.0.0.1]:9650",
        "[fe80::1%2]:9650",
        "[fe80::1%eth0]:9650",
        "localhost:9650",
        "10.77.0.01:9650",
        " 127.0.0.1:9650",
        "http://127.0.0.1:9650",
        "127.0.0.1/24:9650",
        "eth0:9650",
        "x",
    ] {
        assert_eq!(endpoint(text), Err(HttpFlaw::Endpoint(text.to_owned())));
    }
    for port in ["0", "65536", "-1", "+1", "http", "99999999999999999999", "9650 "] {
        for address in ["127.0.0.1", "[::1]"] {
            let text = format!("{address}:{port}");
            assert_eq!(endpoint(&text), Err(HttpFlaw::Port(port.to_owned())), "of {text}");
        }
    }
    for text in ["9650", ":9650"] {
        let (text, port) = (text.to_owned(), 9650);
        assert_eq!(endpoint(&text), Err(HttpFlaw::NoAddress { text, port }));
    }
    for (address, kind) in [
        ("224.0.0.18", "a multicast address"),
        ("[ff02::12]", "a multicast address"),
        ("255.255.255.255", "the broadcast address"),
        ("[fe80::1]", "a link-local address"),
    ] {
        let text = format!("{address}:9650");
        let address = address.trim_matches(['[', ']']).parse().unwrap();
        assert_eq!(endpoint(&text), Err(HttpFlaw::Unusable { address, kind }));
    }
}
