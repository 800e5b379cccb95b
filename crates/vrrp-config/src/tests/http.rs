//! `[http]`.

use super::{BASE, assert_text, load_files, loaded, said};

/// Asserts, of each value of `listen`, what is said of it.
fn assert_listen(cases: &[(&str, &str)]) {
    for (listen, expected) in cases {
        assert_text(&format!("[http]\nlisten = {listen}\n{BASE}"), &[expected]);
    }
}

#[test]
fn the_status_is_served_on_demand() {
    let http = |table: &str| loaded(&format!("{table}\n{BASE}")).config.http;
    assert_eq!(http(""), None);
    assert_eq!(http("[http]"), None);
    let at = |listen: &str| Some(listen.parse().unwrap());
    assert_eq!(http("[http]\nlisten = \"127.0.0.1:9650\""), at("127.0.0.1:9650"));
    assert_eq!(http("http = { listen = \"[fd00::1]:80\" }"), at("[fd00::1]:80"));
    assert_eq!(
        http("[http]\nlisten = \"${ADDRESS:eth0}:${UNSET:-9650}\""),
        at("10.77.0.1:9650")
    );
}

#[test]
fn it_takes_an_address_and_a_port() {
    let endpoint = |text: &str| {
        format!(
            "2:10: `{text}` is not an address and a port; write an address of this host and a port, as 127.0.0.1:9650 or \
             [fd00::1]:9650"
        )
    };
    assert_listen(&[
        ("\"localhost:9650\"", &endpoint("localhost:9650")),
        ("\"fd00::1:9650\"", &endpoint("fd00::1:9650")),
        ("\"127.0.0.1\"", &endpoint("127.0.0.1")),
        (
            "\":9650\"",
            "2:10: `:9650` names no address; write one of this host before the port, as 127.0.0.1:9650",
        ),
        (
            "\"9650\"",
            "2:10: `9650` names no address; write one of this host before the port, as 127.0.0.1:9650",
        ),
        ("\"127.0.0.1:0\"", "2:10: `0` is not a port: 1 to 65535"),
        ("\"[::1]:65536\"", "2:10: `65536` is not a port: 1 to 65535"),
        (
            "\"224.0.0.18:9650\"",
            "2:10: 224.0.0.18 is a multicast address, and nothing can be served there; write another address of this host, \
             as 127.0.0.1:9650",
        ),
        (
            "\"[fe80::1]:9650\"",
            "2:10: fe80::1 is a link-local address, and nothing can be served there; write another address of this host, as \
             127.0.0.1:9650",
        ),
        (
            "9650",
            "2:10: `http.listen` wants an address and a port in quotes, and this is a whole number; for example: listen = \
             \"127.0.0.1:9650\"",
        ),
        (
            "\"\"",
            "2:10: `http.listen` is empty; write for example: listen = \"127.0.0.1:9650\"",
        ),
    ]);
    assert_text(
        &format!("http = \"127.0.0.1:9650\"\n{BASE}"),
        &["1:8: `http` wants a table, and this is a text; for example: [http]"],
    );
    assert_text(
        &format!("[http]\nport = 9650\n{BASE}"),
        &["2:1: unknown key `port` in [http]; its keys are `listen`"],
    );
    assert_text(
        &format!("listen = \"127.0.0.1:9650\"\n{BASE}"),
        &["1:1: unknown key `listen` in the top level; did you mean `http.listen`?"],
    );
}

#[test]
fn every_address_is_everybody() {
    for address in ["0.0.0.0", "[::]"] {
        let bare = address.trim_matches(['[', ']']);
        assert_listen(&[(
            &format!("\"{address}:9650\""),
            &format!(
                "2:10: warning: {bare} is every address of this host, and everybody on its networks may read the status; \
                 write one of them, as 127.0.0.1:9650"
            ),
        )]);
    }
}

#[test]
fn not_at_an_address_that_moves() {
    let moves = |place: &str, address: &str| {
        format!(
            "2:10: {address} is a virtual address ({place}), which moves from host to host; write an address that this host \
             keeps"
        )
    };
    assert_listen(&[
        ("\"10.77.0.100:9650\"", &moves("line 7", "10.77.0.100")),
        ("\"${VIP}:9650\"", &moves("line 7", "10.77.0.100")),
        ("\"[::ffff:10.77.0.100]:9650\"", &moves("line 7", "10.77.0.100")),
    ]);
    let excluded = format!("{BASE}excluded_addresses = [\"10.77.0.101\"]\n");
    let main = "include = [\"a.toml\"]\nhttp.listen = \"10.77.0.101:9650\"\n";
    assert_eq!(
        said(&[("vrrpd.toml", main), ("a.toml", &excluded)]),
        [format!(
            "vrrpd.toml:2:15: {}",
            &moves("a.toml:6", "10.77.0.101")[6..]
        )]
    );
    // The owner keeps its addresses.
    let owner = format!("http.listen = \"10.77.0.100:9650\"\n{BASE}priority = 255\n");
    assert_eq!(said(&[("vrrpd.toml", &owner)]), [""; 0]);
}

/// Where an address could not be understood, nothing is said of it twice.
#[test]
fn a_wrong_instance_is_named_alone() {
    let text =
        format!("http.listen = \"10.77.0.100:9650\"\n{BASE}").replace("10.77.0.100\"]", "10.77.0.100/0\"]");
    let refused = load_files(&[("vrrpd.toml", &text)]).unwrap_err();
    assert_eq!(refused.len(), 1, "{refused:#?}");
}
