use super::{Authentication, Password, Priority, Vrid, WirePriority};

#[test]
fn a_vrid_is_1_to_255() {
    assert_eq!(Vrid::new(0), None);
    for value in 1..=255 {
        let vrid = Vrid::new(value).unwrap();
        assert_eq!((vrid.get(), vrid.to_string()), (value, value.to_string()));
    }
}

#[test]
fn a_priority_is_1_to_255_and_only_the_last_is_the_owners() {
    assert_eq!(Priority::new(0), None);
    for value in 1..=255 {
        let priority = Priority::new(value).unwrap();
        assert_eq!((priority.get(), priority.to_string()), (value, value.to_string()));
        assert_eq!(priority.is_owner(), value == 255);
        assert_eq!(WirePriority::from(priority).get(), value);
    }
    assert_eq!((Priority::OWNER.get(), Priority::DEFAULT.get()), (255, 100));
}

#[test]
fn only_priority_0_on_the_wire_resigns() {
    for value in 0..=255 {
        let priority = WirePriority::new(value);
        assert_eq!((priority.get(), priority.to_string()), (value, value.to_string()));
        assert_eq!(priority.is_resignation(), value == 0);
    }
    assert_eq!(WirePriority::RESIGN.get(), 0);
}

#[test]
fn a_password_is_padded_with_zeros_and_at_most_8_bytes() {
    assert_eq!(Password::new(b"secret").unwrap().to_wire(), *b"secret\0\0");
    assert_eq!(Password::new(b"1111abcd").unwrap().to_wire(), *b"1111abcd");
    assert_eq!(Password::new(b"").unwrap().to_wire(), [0; 8]);
    assert!(Password::new(b"123456789").is_none());
}

#[test]
fn passwords_differ_when_any_byte_does() {
    let password = Password::from_wire(*b"1111abcd");
    assert_eq!(password, Password::new(b"1111abcd").unwrap());
    for at in 0..8 {
        for bit in 0..8 {
            let mut wire = password.to_wire();
            wire[at] ^= 1 << bit;
            assert_ne!(password, Password::from_wire(wire), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn differences_between_passwords_do_not_cancel_out() {
    for (ours, theirs) in [(b"abcd", b"bacd"), (b"aaaa", b"bbbb"), (b"1100", b"0011")] {
        assert_ne!(Password::new(ours).unwrap(), Password::new(theirs).unwrap());
    }
}

#[test]
fn a_password_is_not_shown() {
    let shown = format!(
        "{:?}",
        Authentication::Simple(Password::new(b"1111abcd").unwrap())
    );
    assert_eq!(shown, "Simple(Password(hidden))");
}

#[test]
fn authentication_types_have_the_numbers_of_rfc_2338() {
    let simple = Authentication::Simple(Password::from_wire([0; 8]));
    let codes = [
        Authentication::None,
        simple,
        Authentication::Header,
        Authentication::Unknown(7),
    ];
    assert_eq!(codes.map(Authentication::code), [0, 1, 2, 7]);
}
