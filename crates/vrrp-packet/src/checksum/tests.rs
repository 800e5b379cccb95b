use proptest::prelude::*;

use super::{finish, replace, sum};

#[test]
fn the_example_of_rfc_1071() {
    // Section 3: the words 0001 f203 f4f5 f6f7 add up to 2ddf0, folded ddf2.
    let bytes = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
    assert_eq!(sum(&bytes), 0x2_ddf0);
    assert_eq!(finish(sum(&bytes)), !0xddf2);
}

#[test]
fn an_odd_last_byte_is_the_high_half_of_a_word() {
    assert_eq!(sum(&[0x12, 0x34, 0x56]), 0x1234 + 0x5600);
    assert_eq!(sum(&[]), 0);
}

#[test]
fn the_example_of_rfc_1624() {
    // Section 4: checksum dd2f, a word changes from 5555 to 3285: the sum was cd7a besides. RFC 1141 gave ffff here.
    assert_eq!(replace(0xdd2f, 0x5555, 0x3285), 0x0000);
}

#[test]
fn the_longest_packet_does_not_overflow() {
    assert_eq!(finish(sum(&vec![0xff; 65_535])), 0x00ff);
}

proptest! {
    #[test]
    fn replacing_is_computing_anew(
        mut words in prop::collection::vec(any::<u16>(), 2..40),
        at in any::<prop::sample::Index>(),
        new: u16,
    ) {
        words[0] |= 0x2000; // as the version does
        let checksum = |words: &[u16]| finish(words.iter().map(|&word| u32::from(word)).sum());
        let before = checksum(&words);
        let at = 1 + at.index(words.len() - 1);
        let old = core::mem::replace(&mut words[at], new);
        prop_assert_eq!(replace(before, old, new), checksum(&words));
    }
}
