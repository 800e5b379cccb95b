//! What is understood, and what is said of the rest.

use super::{Ask, RefusalKind, Sign};

fn kind(line: &[u8]) -> RefusalKind {
    Ask::from_line(line).expect_err("it is no request").kind
}

#[test]
fn every_request_is_understood_as_it_was_meant() {
    let asks = [
        Ask::Status,
        Ask::Events {
            after: u64::MAX,
            follow: true,
        },
        Ask::Health { of: Sign::Live },
        Ask::Health { of: Sign::Ready },
        Ask::Reload,
    ];
    for ask in asks {
        let line = ask.to_line().expect("it can be written");
        let text = line.strip_suffix(b"\n").expect("it is a line");
        assert!(!text.contains(&b'\n'), "of one line");
        assert_eq!(Ask::from_line(text), Ok(ask));
    }
    let written = Ask::Health { of: Sign::Live }
        .to_line()
        .expect("it can be written");
    assert_eq!(
        String::from_utf8(written).as_deref(),
        Ok("{\"version\":1,\"ask\":\"health\",\"of\":\"live\"}\n")
    );
}

#[test]
fn what_is_left_out_has_a_default_and_what_is_new_is_ignored() {
    assert_eq!(
        Ask::from_line(br#" {"new":[1,{"a":2}],"ask":"events","version":1} "#),
        Ok(Ask::Events {
            after: 0,
            follow: false
        })
    );
    assert_eq!(
        Ask::from_line(br#"{"version":1,"ask":"status","verbose":true}"#),
        Ok(Ask::Status)
    );
}

#[test]
fn what_is_wrong_is_told_apart() {
    let malformed: [&[u8]; 12] = [
        b"",
        b"GET / HTTP/1.1",
        b"{",
        b"[]",
        b"1",
        b"\xff\xfe",
        br#"{"ask":"status"}"#,
        br#"{"version":1}"#,
        br#"{"version":1,"ask":7}"#,
        br#"{"version":1,"ask":"events","after":-1}"#,
        br#"{"version":1,"ask":"health"}"#,
        br#"{"version":1,"ask":"health","of":"sound"}"#,
    ];
    for line in malformed {
        assert_eq!(kind(line), RefusalKind::Malformed, "{}", line.escape_ascii());
    }
    for version in ["2", "0", "\"1\"", "1.5", "null"] {
        let line = format!(r#"{{"version":{version},"ask":"status"}}"#);
        assert_eq!(kind(line.as_bytes()), RefusalKind::UnsupportedVersion, "{line}");
    }
    assert_eq!(
        kind(br#"{"version":1,"ask":"stop"}"#),
        RefusalKind::UnknownRequest
    );
    let deep = "[".repeat(4000);
    assert_eq!(kind(deep.as_bytes()), RefusalKind::Malformed);
    assert_eq!(kind(&[b' '; 4097]), RefusalKind::TooLong);
}

#[test]
fn a_refusal_of_a_newer_daemon_is_still_one() {
    let refusal: super::Refusal =
        serde_json::from_str(r#"{"kind":"asleep","message":"later","more":1}"#).expect("it is");
    assert_eq!(refusal.kind, RefusalKind::Other);
    assert_eq!(refusal.message, "later");
}
