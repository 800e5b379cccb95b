//! Preemption, and what it makes of weights.

use vrrp_core::{Preempt, Priority};

use super::{assert_said, assert_said_after, base_with, loaded};

const CHECK: &str = "[[check]]\nname = \"web\"\ntcp = \"a:1\"\n";

#[test]
fn a_threshold() {
    let loaded = loaded(&base_with(&[
        "preempt = { below = \"${PRIORITY}\" }",
        "priority = 120",
        "track_interfaces = [{ interface = \"eth1\", weight = -20 }]",
    ]));
    assert_eq!(loaded.warnings, []);
    assert_eq!(
        loaded.config.instances[0].params.preempt,
        Preempt::Below(Priority::new(110).unwrap())
    );
}

#[test]
fn thresholds_that_cannot_be() {
    for written in ["0", "255", "-1", "1000"] {
        assert_said(&[(
            &[&format!("preempt = {{ below = {written} }}")],
            &[&format!(
                "6:21: {written} is not a threshold: 1 to 254, the priority below which a MASTER is replaced"
            )],
        )]);
    }
    assert_said(&[
        (
            &["preempt = {}"],
            &["6:11: `preempt` has no `below`; add for example: preempt = { below = 100 }"],
        ),
        (
            &["preempt = { belwo = 100 }"],
            &["6:13: unknown key `belwo` in `preempt`; did you mean `below`?"],
        ),
        (
            &["preempt = { below = true }"],
            &[
                "6:21: `preempt.below` wants a whole number, and this is a boolean; for example: preempt = { below = \
               100 }",
            ],
        ),
        (
            &["preempt = { below = 100 }", "priority = 255"],
            &[
                "6:11: `preempt.below` at priority 255: the owner of the addresses always preempts at once; write \
               preempt = true, or give a priority of 1 to 254",
            ],
        ),
    ]);
}

#[test]
fn a_delay_beside_a_threshold() {
    assert_said(&[(
        &[
            "preempt = { below = 100 }",
            "track_interfaces = [{ interface = \"eth1\", weight = -20 }]",
            "preempt_delay = \"5s\"",
        ],
        &[
            "8:17: warning: `preempt_delay` does nothing with preempt = { below = ... }; remove it, or write preempt = \
           true",
        ],
    )]);
}

#[test]
fn without_preemption_a_weight_moves_nothing() {
    let never = |what: &str, line: &str| {
        format!(
            "warning: with preempt = false nobody takes over from a MASTER because of a weight, as the {what} ({line}); \
             write preempt = {{ below = N }}, N being the least priority of a healthy node, or weight = 0"
        )
    };
    assert_said_after(&[
        (
            &format!("preempt = false\nchecks = [\"web\"]\n{CHECK}weight = -20\n"),
            &[&format!("6:11: {}", never("-20 of the check web", "line 7"))],
        ),
        (
            "preempt = false\ntrack_interfaces = [\"eth1\",\n{ interface = \"eth2\", weight = 5 }]\n",
            &[&format!("6:11: {}", never("+5 of the interface eth2", "line 8"))],
        ),
        (&format!("preempt = false\nchecks = [\"web\"]\n{CHECK}"), &[]),
        (
            &format!("preempt = true\nchecks = [\"web\"]\n{CHECK}weight = -20\n"),
            &[],
        ),
    ]);
}

#[test]
fn a_threshold_lies_between_the_worst_and_the_best() {
    let never = |below: u8, least: u8| {
        format!(
            "6:11: warning: nothing that is tracked brings this instance below {below}: whatever fails, its priority is \
             {least} or more; raise the threshold, give the checks heavier negative weights, or weight = 0"
        )
    };
    let always = |below: u8, most: u8| {
        format!(
            "6:11: warning: this instance is always below {below}: its priority is {most} at best, so that others take \
             over from it even when nothing fails; write {most} or less"
        )
    };
    let tracking = |below: u8, weights: &[i16]| {
        let tracked: Vec<String> = weights
            .iter()
            .enumerate()
            .map(|(n, weight)| format!("{{ interface = \"if{n}\", weight = {weight} }}"))
            .collect();
        format!(
            "preempt = {{ below = {below} }}\ntrack_interfaces = [{}]\n",
            tracked.join(", ")
        )
    };
    assert_said_after(&[
        (&tracking(100, &[-1]), &[]),
        (&tracking(90, &[-5, -6]), &[]),
        (&tracking(90, &[-5, -5]), &[&never(90, 90)]),
        (&tracking(90, &[-5, 0]), &[&never(90, 95)]),
        (&tracking(90, &[30]), &[&never(90, 100)]),
        (&tracking(90, &[]), &[&never(90, 100)]),
        (&tracking(90, &[0]), &[]),
        (&tracking(120, &[20]), &[]),
        (&tracking(121, &[20]), &[&always(121, 120)]),
        (&tracking(101, &[0]), &[&always(101, 100)]),
        (&tracking(254, &[254]), &[]),
        (&tracking(1, &[-254]), &[&never(1, 1)]),
    ]);
}

/// The number in a file makes of a weight whatever it likes; its mere presence does not.
#[test]
fn a_number_reaches_every_threshold() {
    let file = |lines: &str| {
        format!(
            "preempt = {{ below = 50 }}\nchecks = [{{ check = \"drain\", weight = -1 }}]\n[[check]]\nname = \"drain\"\n\
             file = \"drain\"\n{lines}\n"
        )
    };
    assert_said_after(&[
        (&file(""), &[]),
        (
            &file("presence = true"),
            &[
                "6:11: warning: nothing that is tracked brings this instance below 50: whatever fails, its priority is \
               99 or more; raise the threshold, give the checks heavier negative weights, or weight = 0",
            ],
        ),
    ]);
}

#[test]
fn a_weight_for_the_owner() {
    assert_said_after(&[(
        "priority = 255\ntrack_interfaces = [\"eth1\", { interface = \"eth2\", weight = -5 }]\n",
        &[
            "7:43: warning: the weight -5 of the interface eth2 does nothing at priority 255, which never changes; write \
           weight = 0, or give a priority of 1 to 254",
        ],
    )]);
}
