use super::*;

#[test]
fn the_same_number_means_what_was_being_done() {
    assert!(errno_meaning(Doing::Send, libc::EPERM).contains("firewall"));
    assert!(errno_meaning(Doing::Address, libc::EPERM).contains("CAP_NET_ADMIN"));
    assert!(errno_meaning(Doing::Socket, libc::EPERM).contains("CAP_NET_RAW"));
}

#[test]
fn every_number_has_a_text() {
    for doing in [Doing::Socket, Doing::Send, Doing::Address] {
        for errno in 0..200 {
            assert!(!errno_meaning(doing, errno).is_empty());
        }
    }
}
