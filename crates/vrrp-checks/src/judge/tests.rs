use proptest::prelude::*;

use super::*;

fn judge(rise: u32, fall: u32) -> Judge {
    let number = |number| NonZeroU32::new(number).expect("more than zero");
    Judge::new(number(rise), number(fall))
}

fn failing(reason: &str) -> Standing {
    Standing::Failing(reason.to_owned())
}

/// `+` passes, `-` fails; what is written below is what the judge says to each: `.` nothing, or the new standing.
fn verdicts(rise: u32, fall: u32, results: &str) -> String {
    let mut judge = judge(rise, fall);
    results
        .chars()
        .map(|result| {
            let heard = if result == '+' {
                Standing::Passing
            } else {
                failing("x")
            };
            match judge.hear(heard) {
                None => '.',
                Some(Standing::Passing) => '+',
                Some(Standing::Failing(_)) => '-',
                Some(Standing::Value(_)) => '?',
            }
        })
        .collect()
}

#[test]
fn rise_and_fall() {
    let cases = [
        (1, 1, "+-+-", "+-+-"),
        (1, 1, "++--", "+.-."),
        (1, 1, "--++", "-.+."),
        // The first counts alone, whatever rise and fall are.
        (3, 3, "+", "+"),
        (3, 3, "-", "-"),
        (3, 2, "+--", "+.-"),
        (3, 2, "-+++", "-..+"),
        // What is interrupted starts anew.
        (2, 3, "+--+--+---", "+........-"),
        (3, 1, "-++-++-+++", "-........+"),
        // After a change the count starts anew.
        (2, 2, "+--++--", "+.-.+.-"),
        (2, 2, "+--+-++", "+.-...+"),
    ];
    for (rise, fall, results, expected) in cases {
        assert_eq!(
            verdicts(rise, fall, results),
            expected,
            "rise {rise}, fall {fall}: {results}"
        );
    }
}

#[test]
fn another_reason_is_no_change() {
    let mut judge = judge(2, 2);
    assert_eq!(judge.standing(), None);
    assert_eq!(judge.hear(failing("refused")), Some(&failing("refused")));
    assert_eq!(judge.hear(failing("timed out")), None);
    assert_eq!(judge.standing(), Some(&failing("refused")));
}

#[test]
fn the_reason_is_that_of_the_run_that_made_the_change() {
    let mut judge = judge(1, 2);
    judge.hear(Standing::Passing);
    assert_eq!(judge.hear(failing("first")), None);
    assert_eq!(judge.hear(failing("second")), Some(&failing("second")));
}

#[test]
fn a_number_counts_at_once() {
    let mut judge = judge(3, 3);
    assert_eq!(judge.hear(Standing::Value(5)), Some(&Standing::Value(5)));
    assert_eq!(judge.hear(Standing::Value(5)), None);
    assert_eq!(judge.hear(Standing::Value(-6)), Some(&Standing::Value(-6)));
    // Of a file that cannot be read three times in a row nobody knows what it says.
    assert_eq!(judge.hear(failing("denied")), None);
    assert_eq!(judge.hear(failing("denied")), None);
    assert_eq!(judge.hear(failing("denied")), Some(&failing("denied")));
    assert_eq!(judge.hear(Standing::Value(-6)), Some(&Standing::Value(-6)));
}

#[test]
fn a_number_between_failures_starts_the_count_anew() {
    let mut judge = judge(1, 2);
    judge.hear(Standing::Value(1));
    assert_eq!(judge.hear(failing("x")), None);
    assert_eq!(judge.hear(Standing::Value(1)), None);
    assert_eq!(judge.hear(failing("x")), None);
    assert_eq!(judge.hear(failing("x")), Some(&failing("x")));
}

/// How a check stands after these results, told by looking at all of them from the beginning.
fn model(rise: usize, fall: usize, results: &[bool]) -> Option<bool> {
    let (&first, rest) = results.split_first()?;
    let mut standing = first;
    let mut from = 0;
    for end in 1..=rest.len() {
        let needed = if standing { fall } else { rise };
        let since = rest.get(from..end)?;
        let against = since
            .iter()
            .rev()
            .take_while(|&&result| result != standing)
            .count();
        if against >= needed {
            standing = !standing;
            from = end;
        }
    }
    Some(standing)
}

fn heard(result: bool) -> Standing {
    if result { Standing::Passing } else { failing("x") }
}

proptest! {
    #[test]
    fn it_stands_as_the_model_says(
        rise in 1..5_u32,
        fall in 1..5_u32,
        results in prop::collection::vec(any::<bool>(), 0..60),
    ) {
        let mut judge = judge(rise, fall);
        for (end, &result) in results.iter().enumerate() {
            let before = judge.standing().cloned();
            let told = judge.hear(heard(result)).cloned();
            let expected = model(rise as usize, fall as usize, &results[..=end]).map(heard);
            prop_assert_eq!(judge.standing(), expected.as_ref());
            // It tells of a change, of every change, and of nothing else.
            prop_assert_eq!(told, if before == expected { None } else { expected });
        }
    }

    #[test]
    fn it_flips_only_after_so_many_in_a_row(
        rise in 1..5_u32,
        fall in 1..5_u32,
        results in prop::collection::vec(any::<bool>(), 1..60),
    ) {
        let mut judge = judge(rise, fall);
        for (index, &result) in results.iter().enumerate() {
            let flipped = judge.hear(heard(result)).is_some();
            if index > 0 && flipped {
                let needed = if result { rise } else { fall } as usize;
                prop_assert!(index >= needed);
                prop_assert!(results[index + 1 - needed..=index].iter().all(|&one| one == result));
            }
        }
    }

    #[test]
    fn the_last_number_always_stands(
        rise in 1..5_u32,
        fall in 1..5_u32,
        results in prop::collection::vec(prop::option::of(-3..3_i64), 1..60),
    ) {
        let mut judge = judge(rise, fall);
        for result in results {
            let before = judge.standing().cloned();
            let Some(number) = result else {
                judge.hear(failing("x"));
                continue;
            };
            let told = judge.hear(Standing::Value(number)).is_some();
            prop_assert_eq!(judge.standing(), Some(&Standing::Value(number)));
            prop_assert_eq!(told, before != Some(Standing::Value(number)));
        }
    }
}
