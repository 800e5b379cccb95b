use super::*;

#[test]
fn a_name_is_one_that_a_comment_can_carry() {
    for name in ["a", "Main-2.lan_x", &"n".repeat(64)] {
        check(name).unwrap();
    }
    for name in ["", "a b", "a\"b", "a\nb", "ä", &"n".repeat(65)] {
        let error = check(name).unwrap_err();
        assert!(
            matches!(&error, FirewallError::Name { name: told } if told == name),
            "{error}"
        );
        let error = close(name).unwrap_err();
        assert!(matches!(error, FirewallError::Name { .. }), "{error}");
    }
}

#[test]
fn a_complaint_is_known_by_its_words() {
    let of = |said: &str| FirewallError::of("nft", said.to_owned());
    let unprivileged = "Operation not permitted (you must be root) netlink: Error: cache initialization failed: \
                        Operation not permitted";
    assert!(matches!(of(unprivileged), FirewallError::NotPermitted { .. }));
    let without = "netlink: Error: cache initialization failed: Protocol not supported";
    assert!(matches!(of(without), FirewallError::NotSupported { .. }));
    let json = "Error: JSON support not compiled-in";
    assert!(matches!(of(json), FirewallError::NoJson { .. }));
    let gone = of("internal:0:0-0: Error: Could not process rule: No such file or directory");
    assert!(gone.is_gone());
    assert!(!of("Error: syntax error").is_gone());
    assert_eq!(of("Error: syntax error").refusal(), Some("Error: syntax error"));
}

#[test]
fn what_remains_says_what_mends_it() {
    let missing = |there: &[&str]| {
        let there = there.iter().map(|&name| name.to_owned()).collect();
        let wanted = "MINE".to_owned();
        Remains::NoSuchChain { wanted, there }.to_string()
    };
    assert_eq!(
        missing(&["INPUT", "USER"]),
        "iptables' filter table has no chain MINE (it has: INPUT, USER): name one of these, or none"
    );
    assert!(missing(&[]).contains("(it has: none)"));
}
