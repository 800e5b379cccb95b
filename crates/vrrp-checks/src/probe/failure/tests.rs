use super::*;

#[test]
fn the_kernels_words_come_without_their_number() {
    let error = io::Error::from_raw_os_error(Errno::EACCES as i32);
    assert_eq!(words(&error), "permission denied");
}

#[test]
fn the_resolvers_words_come_without_its_preface() {
    let error = io::Error::other("failed to lookup address information: Name or service not known");
    assert_eq!(words(&error), "name or service not known");
}

#[test]
fn an_abbreviation_stays_in_capitals() {
    assert_eq!(lower("TLS is needed"), "TLS is needed");
    assert_eq!(lower("Name"), "name");
    assert_eq!(lower("A"), "a");
    assert_eq!(lower(""), "");
}

#[test]
fn sentences() {
    let address = SocketAddr::from(([127, 0, 0, 1], 8080));
    let processes = |found, wanted| Failure::Processes {
        name: "haproxy".to_owned(),
        found,
        wanted,
    };
    let status = |wanted: &[u16]| Failure::Status {
        got: 503,
        wanted: wanted.to_vec(),
    };
    let body = |cut| Failure::Body {
        pattern: "ok".to_owned(),
        cut,
    };
    let cases = [
        (Failure::TimedOut(Duration::from_secs(1)), "timed out after 1 s"),
        (
            Failure::TimedOut(Duration::from_millis(250)),
            "timed out after 0.25 s",
        ),
        (Failure::Refused(address), "connection refused by 127.0.0.1:8080"),
        (
            Failure::Connect {
                address,
                error: io::Error::from_raw_os_error(Errno::ENETUNREACH as i32),
            },
            "cannot connect to 127.0.0.1:8080: network is unreachable",
        ),
        (status(&[]), "answered 503 instead of 200 to 299"),
        (status(&[200]), "answered 503 instead of 200"),
        (
            status(&[200, 204, 301]),
            "answered 503 instead of 200, 204 or 301",
        ),
        (body(false), "the body does not match /ok/"),
        (body(true), "the first MiB of the body does not match /ok/"),
        (processes(0, 1), "no process named haproxy runs (1 wanted)"),
        (processes(1, 2), "1 process named haproxy runs, 2 wanted"),
        (processes(2, 3), "2 processes named haproxy run, 3 wanted"),
        (
            Failure::Certificate(CertificateError::UnknownIssuer),
            "certificate: its issuer is not trusted",
        ),
        (
            Failure::NoRoots(Vec::new()),
            "certificate: this host has no root certificates to compare it with",
        ),
    ];
    for (failure, expected) in cases {
        assert_eq!(failure.to_string(), expected);
    }
}
