use super::super::messages;
use super::*;

fn owing(count: u8) -> (Owed, Vec<Key>) {
    let keys: Vec<Key> = (1..=count)
        .map(|last| Key {
            index: 2,
            address: [10, 0, 0, last].into(),
            prefix: 24,
        })
        .collect();
    let mut owed = Owed::default();
    for key in &keys {
        owed.note(*key, messages::add(*key, None));
    }
    (owed, keys)
}

#[test]
fn what_the_kernel_is_short_of_memory_for_stays_owed() {
    let (mut owed, keys) = owing(5);
    owed.settle(vec![
        Ok(()),
        Err(libc::ENOBUFS),
        Err(libc::EEXIST),
        Err(libc::EPERM),
        Err(libc::ENOMEM),
    ]);
    let still = [keys[1], keys[4]].map(|key| messages::add(key, None));
    assert_eq!(owed.requests(), still);
    owed.settle(vec![Ok(()), Err(libc::EEXIST)]);
    assert_eq!(owed.requests(), []);
}

#[test]
fn what_was_answered_is_owed_no_more() {
    let (mut owed, keys) = owing(3);
    owed.only(&HashSet::from([keys[1]]));
    assert_eq!(owed.requests(), [messages::add(keys[1], None)]);
    owed.write_off(&"no reason");
    assert_eq!(owed.requests(), []);
}
