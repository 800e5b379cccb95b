use super::*;

fn url(tls: bool, host: &str, port: u16, path: &str) -> Url {
    Url {
        tls,
        endpoint: Endpoint {
            host: host.to_owned(),
            port,
        },
        path: path.to_owned(),
    }
}

#[test]
fn urls_that_can_be_checked() {
    let cases = [
        ("http://a", url(false, "a", 80, "/")),
        ("https://a", url(true, "a", 443, "/")),
        ("HTTP://a/", url(false, "a", 80, "/")),
        ("http://a:8080/x/y?z=1&q", url(false, "a", 8080, "/x/y?z=1&q")),
        ("http://a?q", url(false, "a", 80, "/?q")),
        ("https://127.0.0.1:65535/", url(true, "127.0.0.1", 65535, "/")),
        ("http://[::1]:8080/x", url(false, "::1", 8080, "/x")),
        ("https://[fe80::1]", url(true, "fe80::1", 443, "/")),
        ("http://a-b.example_1/", url(false, "a-b.example_1", 80, "/")),
        ("http://a/x#part", url(false, "a", 80, "/x")),
        ("http://a#part", url(false, "a", 80, "/")),
        ("http://a/user@b", url(false, "a", 80, "/user@b")),
    ];
    for (text, expected) in cases {
        assert_eq!(Url::parse(text), Ok(expected), "{text}");
    }
}

#[test]
fn urls_that_cannot_be_checked() {
    let name = |host: &str| UrlFlaw::Endpoint(EndpointFlaw::Name(host.to_owned()));
    let ipv4 = |host: &str| UrlFlaw::Endpoint(EndpointFlaw::NoIpv4(host.to_owned()));
    let cases = [
        ("ftp://a/", UrlFlaw::Scheme),
        ("ws://a/", UrlFlaw::Scheme),
        ("/health", UrlFlaw::Scheme),
        ("example.org", UrlFlaw::Scheme),
        ("example.org:80", UrlFlaw::Scheme),
        ("http://user@a/", UrlFlaw::UserInfo),
        ("http://user:password@a:80/", UrlFlaw::UserInfo),
        ("http://[fe80::1%25eth0]/", EndpointFlaw::Zone.into()),
        ("https://[fe80::1%25eth0]:8443/x", EndpointFlaw::Zone.into()),
        ("http://[a]/", EndpointFlaw::NoIpv6.into()),
        ("http://999.999.999.999/", ipv4("999.999.999.999")),
        ("http://127.1/", ipv4("127.1")),
        ("http://a..b/", name("a..b")),
        ("http://-a-/", name("-a-")),
        ("http://a:/", EndpointFlaw::Port.into()),
        ("http://a:0/", EndpointFlaw::Port.into()),
        ("http://a:99999/", EndpointFlaw::Port.into()),
        ("http://a:+80/", EndpointFlaw::Port.into()),
        ("http://[::1]:70000/", EndpointFlaw::Port.into()),
    ];
    for (text, flaw) in cases {
        assert_eq!(Url::parse(text), Err(flaw), "{text}");
    }
}

#[test]
fn what_is_no_url_says_so() {
    for text in [
        "",
        "#",
        "http://",
        "http:///x",
        "http://:80/",
        "http://a b/",
        "http://a/x y",
        "http://a:x/",
        "http://a:1:2/",
        "http://::1/",
        "http://[::1/",
        "http://[::1]80/",
    ] {
        let flaw = Url::parse(text).expect_err(text);
        assert!(
            matches!(flaw, UrlFlaw::Syntax(_) | UrlFlaw::Endpoint(_)),
            "{text:?}: {flaw:?}"
        );
    }
}

#[test]
fn it_is_written_as_it_is_typed() {
    for text in ["http://a:80/", "https://[::1]:443/x?y"] {
        assert_eq!(Url::parse(text).expect(text).to_string(), text);
    }
}
