use super::*;

#[test]
fn the_same_number_means_what_was_being_done() {
    assert!(errno_meaning(Doing::Send, libc::EPERM).contains("firewall"));
    assert!(errno_meaning(Doing::Address, libc::EPERM).contains("CAP_NET_ADMIN"));
    assert!(errno_meaning(Doing::Socket, libc::EPERM).contains("CAP_NET_RAW"));
}

#[test]
fn without_a_descriptor_the_limit_is_to_be_raised() {
    for doing in [Doing::Socket, Doing::Send, Doing::Address] {
        let text = errno_meaning(doing, libc::EMFILE);
        assert!(
            text.contains("no descriptor is left") && text.contains("LimitNOFILE"),
            "{text}"
        );
        assert!(errno_meaning(doing, libc::ENFILE).contains("no descriptor is left"));
    }
}

#[test]
fn every_number_has_a_text() {
    for doing in [Doing::Socket, Doing::Send, Doing::Address] {
        for errno in 0..200 {
            assert!(!errno_meaning(doing, errno).is_empty());
        }
    }
}
