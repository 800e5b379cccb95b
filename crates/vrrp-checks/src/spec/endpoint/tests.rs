use super::*;

#[test]
fn a_host_and_a_port() {
    for (text, host, port) in [
        ("127.0.0.1:1", "127.0.0.1", 1),
        ("[::1]:80", "::1", 80),
        ("a:65535", "a", 65535),
        ("a-b.Example_1:080", "a-b.Example_1", 80),
        ("1a.2:80", "1a.2", 80),
        ("_a_:80", "_a_", 80),
    ] {
        let host = host.to_owned();
        assert_eq!(Endpoint::parse(text), Ok(Endpoint { host, port }), "{text}");
    }
}

#[test]
fn what_is_none() {
    use EndpointFlaw::{AfterBrackets, Bare, Name, NoHost, NoIpv4, NoIpv6, NoPort, Port, Unclosed, Zone};
    let cases = [
        ("", NoHost),
        (":80", NoHost),
        ("a", NoPort),
        ("127.0.0.1", NoPort),
        ("[::1]", NoPort),
        ("a:", Port),
        ("a:0", Port),
        ("a:65536", Port),
        ("a:+80", Port),
        ("a:-1", Port),
        ("a: 80", Port),
        ("http://a:80", Port),
        ("::1", Bare),
        ("[::1", Unclosed),
        ("[::1]80", AfterBrackets),
        ("[::1]x:80", AfterBrackets),
        ("[]:80", NoIpv6),
        ("[a]:80", NoIpv6),
        ("[127.0.0.1]:80", NoIpv6),
        ("[[::1]]:80", NoIpv6),
        ("[fe80::1%eth0]:80", Zone),
        ("[fe80::1%25eth0]:80", Zone),
        ("fe80::1%eth0", Zone),
        ("fe80::1%eth0:80", Zone),
        ("999.999.999.999:80", NoIpv4("999.999.999.999".to_owned())),
        ("127.1:80", NoIpv4("127.1".to_owned())),
        ("127.0.0.1.:80", NoIpv4("127.0.0.1.".to_owned())),
    ];
    for (text, flaw) in cases {
        assert_eq!(Endpoint::parse(text), Err(flaw), "{text}");
    }
    for host in [
        "a..b", ".a", "a.", "-a", "a-", "a.-b", "a-.b", "a b", "a/b", "a%b", "é", "a]",
    ] {
        assert_eq!(
            Endpoint::parse(&format!("{host}:80")),
            Err(Name(host.to_owned())),
            "{host}"
        );
    }
}

#[test]
fn it_is_written_as_it_is_typed() {
    for text in ["a:80", "[::1]:80", "127.0.0.1:80"] {
        let endpoint = Endpoint::parse(text).expect(text);
        assert_eq!(endpoint.to_string(), text);
    }
}
