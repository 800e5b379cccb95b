use super::*;

#[test]
fn a_table_that_accepts_everything_drops_nothing() {
    assert!(!may_drop(
        "-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n"
    ));
    assert!(!may_drop(
        "-P INPUT ACCEPT\n-A INPUT -p tcp -j LOG --log-prefix \"DROP \"\n"
    ));
}

#[test]
fn a_policy_or_a_target_may_drop() {
    assert!(may_drop("-P INPUT DROP\n"));
    assert!(may_drop("-P PREROUTING DROP\n"));
    assert!(may_drop("-P INPUT ACCEPT\n-A INPUT -s 10.0.0.0/8 -j DROP\n"));
    assert!(may_drop(
        "-P INPUT ACCEPT\n-A INPUT -j REJECT --reject-with icmp-host-prohibited\n"
    ));
    assert!(may_drop(
        "-P INPUT ACCEPT\n-N USER\n-A INPUT -j USER\n-A USER -j DROP\n"
    ));
}

#[test]
fn what_is_only_forwarded_or_sent_does_not_matter() {
    assert!(!may_drop(
        "-P INPUT ACCEPT\n-P FORWARD DROP\n-A OUTPUT -j DROP\n-A FORWARD -j REJECT\n"
    ));
}

#[test]
fn where_vrrp_is_accepted_first_nothing_remains() {
    assert!(!may_drop(
        "-P INPUT DROP\n-A INPUT -p vrrp -j ACCEPT\n-A INPUT -j DROP\n"
    ));
    assert!(may_drop(
        "-P INPUT DROP\n-A INPUT -p tcp -j ACCEPT\n-A INPUT -p vrrp -j ACCEPT\n"
    ));
}
