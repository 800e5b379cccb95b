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
    let cases = [
        ("ftp://a/", UrlFlaw::Scheme),
        ("ws://a/", UrlFlaw::Scheme),
        ("/health", UrlFlaw::Scheme),
        ("example.org", UrlFlaw::Scheme),
        ("example.org:80", UrlFlaw::Scheme),
        ("http://user@a/", UrlFlaw::UserInfo),
        ("http://user:password@a:80/", UrlFlaw::UserInfo),
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
        "http://a b/",
        "http://a/x y",
        "http://a:/",
        "http://a:0/",
        "http://a:99999/",
        "http://a:+80/",
        "http://[::1]:70000/",
        "http://a:x/",
        "http://[::1/",
    ] {
        let flaw = Url::parse(text).expect_err(text);
        assert!(
            matches!(flaw, UrlFlaw::Syntax(_) | UrlFlaw::NoHost),
            "{text:?}: {flaw:?}"
        );
    }
}

#[test]
fn an_endpoint_is_written_as_it_is_typed() {
    assert_eq!(url(false, "a", 80, "/").endpoint.to_string(), "a:80");
    assert_eq!(url(false, "::1", 80, "/").endpoint.to_string(), "[::1]:80");
}

#[test]
fn patterns_are_equal_if_they_are_written_alike() {
    let pattern = |text| Pattern::new(text).expect(text);
    assert_eq!(pattern("ok|OK"), pattern("ok|OK"));
    assert_ne!(pattern("ok"), pattern("(ok)"));
    assert!(pattern("^ok$").is_in("ok"));
    assert!(!pattern("^ok$").is_in("not ok"));
    assert!(Pattern::new("(").is_err());
}
