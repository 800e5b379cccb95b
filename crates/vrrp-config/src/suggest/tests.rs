use super::{Hint, KEEPALIVED, hint};
use crate::keys;

#[test]
fn near_words_are_found_and_far_ones_are_not() {
    let cases = [
        ("vird", Some("vrid")),
        ("VRID", Some("vrid")),
        ("advert-interval", Some("advert_interval")),
        ("advert_intervall", Some("advert_interval")),
        ("prioritee", Some("priority")),
        ("virtual_adresses", Some("virtual_addresses")),
        ("nam", Some("name")),
        ("garb", Some("garp")),
        ("speed", None),
        ("vvv", None),
    ];
    for (unknown, expected) in cases {
        let spelling = match hint(keys::INSTANCE_KEYS, unknown) {
            Hint::Spelling(key) => Some(key),
            _ => None,
        };
        assert_eq!(spelling, expected, "of {unknown}");
    }
}

#[test]
fn a_key_of_another_table_is_named_with_it() {
    assert_eq!(
        hint(keys::INSTANCE_KEYS, "peers"),
        Hint::Misplaced("unicast.peers")
    );
    assert_eq!(
        hint(keys::INSTANCE_KEYS, "password"),
        Hint::Misplaced("authentication.password")
    );
}

#[test]
fn keepalived_s_words_are_translated() {
    for (word, mend) in KEEPALIVED {
        let found = hint(keys::INSTANCE_KEYS, word);
        assert_eq!(found, Hint::Keepalived(mend), "of {word}");
        assert_eq!(
            found.to_string(),
            format!("what keepalived calls so is here: {mend}")
        );
    }
}

#[test]
fn nothing_near_lists_the_keys() {
    assert_eq!(
        hint(keys::GARP_KEYS, "x").to_string(),
        "its keys are `repeat`, `again`, `refresh`"
    );
}
