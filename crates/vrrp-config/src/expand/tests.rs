use super::expand;
use crate::VariableFlaw;
use crate::tests::{Alpha, Nobody};

#[test]
fn what_is_replaced() {
    let cases = [
        ("plain", "plain", false),
        ("", "", false),
        ("$$", "$", false),
        ("$${HOSTNAME}", "${HOSTNAME}", false),
        ("${HOSTNAME}", "alpha", true),
        ("a-${HOSTNAME}-${PRIORITY}", "a-alpha-110", true),
        ("${ADDRESS:eth0}/24", "10.77.0.1/24", true),
        ("${ADDRESS:eth9:-10.0.0.9}", "10.0.0.9", true),
        ("${UNSET:-default}", "default", true),
        ("${UNSET:-}", "", true),
        ("${EMPTY}", "", true),
        ("${EMPTY:-default}", "default", true),
        ("${PRIORITY:-default}", "110", true),
        ("${UNSET:-a:-b}", "a:-b", true),
        ("${NESTED}", "${HOSTNAME}", true),
        ("}{", "}{", false),
    ];
    for (text, expected, variable) in cases {
        let expanded = expand(text, &Alpha).unwrap();
        assert_eq!(
            (expanded.text.as_str(), expanded.variable),
            (expected, variable),
            "of {text}"
        );
    }
}

#[test]
fn what_is_refused() {
    let cases = [
        ("$", VariableFlaw::LoneDollar),
        ("$HOSTNAME", VariableFlaw::LoneDollar),
        ("a$$$", VariableFlaw::LoneDollar),
        ("${HOSTNAME", VariableFlaw::Unclosed),
        ("${}", VariableFlaw::BadName(String::new())),
        ("${:-x}", VariableFlaw::BadName(String::new())),
        ("${1A}", VariableFlaw::BadName("1A".to_owned())),
        ("${A B}", VariableFlaw::BadName("A B".to_owned())),
        (
            "${address:eth0}",
            VariableFlaw::BadName("address:eth0".to_owned()),
        ),
        ("${UNSET}", VariableFlaw::Unset("UNSET".to_owned())),
        ("${ADDRESS}", VariableFlaw::Unset("ADDRESS".to_owned())),
        ("${ADDRESS:eth9}", VariableFlaw::NoAddress("eth9".to_owned())),
        ("${ADDRESS:}", VariableFlaw::NoAddress(String::new())),
    ];
    for (text, flaw) in cases {
        assert_eq!(expand(text, &Alpha), Err(flaw), "of {text}");
    }
    assert_eq!(expand("${HOSTNAME}", &Nobody), Err(VariableFlaw::NoHostname));
}

#[test]
fn each_refusal_says_what_would_be_right() {
    let cases = [
        (
            VariableFlaw::LoneDollar,
            "a `$` begins a variable, as `${NAME}`; write `$$` for the character itself",
        ),
        (
            VariableFlaw::Unclosed,
            "`${` is never closed; write `${NAME}`, or `$${` for the characters themselves",
        ),
        (
            VariableFlaw::BadName("1A".to_owned()),
            "`${1A}` names no variable; write `${HOSTNAME}`, `${ADDRESS:eth0}`, an environment variable as \
             `${NAME}`, or `${NAME:-default}`",
        ),
        (
            VariableFlaw::Unset("SITE".to_owned()),
            "the environment variable `SITE` is not set; set it, or give a default as `${SITE:-default}`",
        ),
        (
            VariableFlaw::NoHostname,
            "this host has no readable name for `${HOSTNAME}`; give it one, or a default as `${HOSTNAME:-default}`",
        ),
        (
            VariableFlaw::NoAddress("eth9".to_owned()),
            "the interface `eth9` is missing or has no IPv4 address; give it one, or a default as \
             `${ADDRESS:eth9:-10.77.0.1}`",
        ),
    ];
    for (flaw, message) in cases {
        assert_eq!(flaw.to_string(), message);
    }
}
