use super::*;

fn message(kind: u16, length: u32) -> Vec<u8> {
    let mut message = length.to_ne_bytes().to_vec();
    message.extend(kind.to_ne_bytes());
    let padded = usize::try_from(length).unwrap().next_multiple_of(4);
    message.resize(padded, 0);
    message
}

#[test]
fn the_ends_of_transactions_are_counted_among_other_messages() {
    let rule = message(10 << 8 | 6, 41);
    let end = message(COMMIT, 44);
    assert_eq!(commits(&[&rule[..], &end, &rule, &rule, &end].concat()), 2);
    assert_eq!(commits(&rule), 0);
    assert_eq!(commits(&end), 1);
}

#[test]
fn nonsense_is_no_news_and_ends() {
    assert_eq!(commits(&[]), 0);
    assert_eq!(commits(&[44, 0, 0]), 0);
    assert_eq!(commits(&message(3, 20)[..5]), 0);
    // A length that leads nowhere.
    let mut endless = message(3, 20);
    endless[..4].fill(0);
    assert_eq!(commits(&endless), 0);
    endless[..4].fill(0xFF);
    assert_eq!(commits(&endless), 0);
}
