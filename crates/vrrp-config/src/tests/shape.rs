//! Broken TOML, unknown keys, missing keys, wrong types.

use super::{BASE, assert_said, said};

/// What is said of a file, whose lines are counted from the raw string's first.
#[track_caller]
fn assert_file(text: &str, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|line| format!("vrrpd.toml:{line}")).collect();
    assert_eq!(said(&[("vrrpd.toml", text)]), expected, "of\n{text}");
}

#[test]
fn every_syntax_error_is_named_once_a_line() {
    assert_file(
        "a = \"\\q\"\n b 3\n]]]\n",
        &[
            "1:7: not TOML: missing escaped value, expected `b`, `e`, `f`, `n`, `r`, `\\`, `\"`, `x`, `u`, `U`",
            "2:4: not TOML: key with no value, expected `=`",
            "3:1: not TOML: missing table open, expected `[`",
        ],
    );
}

#[test]
fn other_problems_are_named_beside_syntax_errors_unless_they_may_follow_from_them() {
    assert_file(
        "[[instance]]\nname = \"web\"\nvrid = 0\ninterface = eth0\npriority = 0\n[[instance]]\nvrid = 0\n",
        &[
            "3:8: 0 is not a VRID: 1 to 255, the same number on every node of this virtual router",
            "4:13: not TOML: string values must be quoted, expected literal string",
            "6:1: [[instance]] has no `name`; add for example: name = \"web\"",
            "6:1: [[instance]] has no `interface`; add for example: interface = \"eth0\"",
            "6:1: [[instance]] has no `virtual_addresses`; add for example: virtual_addresses = [\"10.77.0.100\"]",
            "7:8: 0 is not a VRID: 1 to 255, the same number on every node of this virtual router",
        ],
    );
}

#[test]
fn a_key_twice() {
    let text = format!("{BASE}vrid = 52\n");
    assert_file(
        &text,
        &["6:1: `vrid` is already given in this table; keep one of the two"],
    );
}

#[test]
fn unknown_keys_with_what_may_be_meant() {
    assert_said(&[
        (
            &["-vrid", "vird = 51"],
            &["5:1: unknown key `vird` in [[instance]]; did you mean `vrid`?"],
        ),
        (
            &["advert_int = 1"],
            &[
                "6:1: unknown key `advert_int` in [[instance]]; what keepalived calls so is here: \
               advert_interval = \"1s\"",
            ],
        ),
        (
            &["peers = []"],
            &["6:1: unknown key `peers` in [[instance]]; did you mean `unicast.peers`?"],
        ),
        (
            &["garp = { often = 1 }"],
            &["6:10: unknown key `often` in `garp`; its keys are `repeat`, `again`, `refresh`"],
        ),
        (
            &["unicast = { peer = [\"10.77.0.2\"] }"],
            &["6:13: unknown key `peer` in `unicast`; did you mean `peers`?"],
        ),
        (
            &["authentication = { type = \"none\", pass = \"x\" }"],
            &[
                "6:35: unknown key `pass` in `authentication`; its keys are `type`, `password`, `password_file`",
            ],
        ),
        (
            &["virtual_addresses = [{ adress = \"10.77.0.100\" }]"],
            &["5:24: unknown key `adress` in a virtual address; did you mean `address`?"],
        ),
    ]);
    assert_file(
        &format!("instances = 1\nfoo = 1\n{BASE}"),
        &[
            "1:1: unknown key `instances` in the top level; did you mean `instance`?",
            "2:1: unknown key `foo` in the top level; its keys are `name`, `include`, `script_user`, `script_security`, \
             `notify_fifo`, `firewall`, `http`, `control`, `check`, `instance`, `group`",
        ],
    );
}

#[test]
fn missing_keys_are_placed_at_the_table() {
    assert_said(&[
        (
            &["-name"],
            &["1:1: [[instance]] has no `name`; add for example: name = \"web\""],
        ),
        (
            &["-interface"],
            &["1:1: [[instance]] has no `interface`; add for example: interface = \"eth0\""],
        ),
        (
            &["-vrid"],
            &["1:1: [[instance]] has no `vrid`; add for example: vrid = 51"],
        ),
        (
            &["-virtual_addresses"],
            &[
                "1:1: [[instance]] has no `virtual_addresses`; add for example: virtual_addresses = \
               [\"10.77.0.100\"]",
            ],
        ),
        (
            &["virtual_addresses = [{ interface = \"eth0\" }]"],
            &["5:22: a virtual address has no `address`; add for example: { address = \"10.77.0.100/24\" }"],
        ),
        (
            &["unicast = { source = \"10.77.0.1\" }"],
            &["6:11: `unicast` has no `peers`; add for example: peers = [\"10.77.0.2\", \"10.77.0.3\"]"],
        ),
        (
            &["authentication = { password = \"secret\" }"],
            &["6:18: `authentication` has no `type`; add for example: type = \"simple\""],
        ),
    ]);
}

#[test]
fn wrong_types_say_what_is_wanted() {
    assert_said(&[
        (
            &["name = 1"],
            &["2:8: `name` wants a text in quotes, and this is a whole number; for example: name = \"web\""],
        ),
        (
            &["vrid = 5.1"],
            &["4:8: `vrid` wants a whole number, and this is a decimal number; for example: vrid = 51"],
        ),
        (
            &["vrid = \"x\""],
            &["4:8: `vrid` wants a whole number, and this is a text; for example: vrid = 51"],
        ),
        (
            &["vrid = true"],
            &["4:8: `vrid` wants a whole number, and this is a boolean; for example: vrid = 51"],
        ),
        (
            &["interface = 1979-05-27"],
            &[
                "3:13: `interface` wants an interface's name in quotes, and this is a date; for example: interface = \
               \"eth0\"",
            ],
        ),
        (
            &["preempt = \"yes\""],
            &[
                "6:11: `preempt` wants true, false or a table, and this is a text; for example: preempt = true",
            ],
        ),
        (
            &["preempt = 1"],
            &[
                "6:11: `preempt` wants true, false or a table, and this is a whole number; for example: preempt = true",
            ],
        ),
        (
            &["preempt_delay = 0.5"],
            &[
                "6:17: `preempt_delay` wants a duration in quotes, with its unit, and this is a decimal number; for \
               example: preempt_delay = \"30s\"",
            ],
        ),
        (
            &["virtual_addresses = \"10.77.0.100\""],
            &[
                "5:21: `virtual_addresses` wants a list of addresses, and this is a text; for example: \
               virtual_addresses = [\"10.77.0.100\"]",
            ],
        ),
        (
            &["excluded_addresses = [5]"],
            &[
                "6:23: `excluded_addresses` wants a list of addresses in quotes, or tables, and this is a whole number; \
               for example: [\"10.77.0.101\", { address = \"10.78.0.102/24\", interface = \"eth1\" }]",
            ],
        ),
        (
            &["unicast = [\"10.77.0.2\"]"],
            &[
                "6:11: `unicast` wants a table, and this is a list; for example: unicast = { source = \"10.77.0.1\", \
               peers = [\"10.77.0.2\"] }",
            ],
        ),
        (
            &["unicast = { peers = { a = 1 } }"],
            &[
                "6:21: `unicast.peers` wants a list of addresses, and this is a table; for example: peers = \
               [\"10.77.0.2\", \"10.77.0.3\"]",
            ],
        ),
        (
            &["garp = { again = [true] }"],
            &[
                "6:19: `garp.again` wants a list of durations in quotes, with their units, and this is a boolean; for \
               example: again = [\"1s\", \"2s\", \"5s\"]",
            ],
        ),
    ]);
    assert_file(
        &format!("include = \"a\"\n{BASE}"),
        &[
            "1:11: `include` wants a list of paths, and this is a text; for example: include = [\"conf.d/*.toml\"]",
        ],
    );
    assert_file(
        "instance = [1]",
        &[
            "1:13: `instance` wants a table for each virtual router, and this is a whole number; for example: \
           [[instance]]",
        ],
    );
    assert_file(
        "[instance]\nvrid = 51\n",
        &["1:1: this table is one of a list; write its header with two brackets: [[instance]]"],
    );
}

#[test]
fn numbers_and_booleans_stand_without_quotes_unless_variables_make_them() {
    assert_said(&[
        (
            &["priority = \"110\""],
            &["6:12: `priority` is a text here; write 110 without quotes"],
        ),
        (
            &["preempt = \"true\""],
            &["6:11: `preempt` is a text here; write true without quotes"],
        ),
        (
            &["priority = \"${TEXT}\""],
            &["6:12: `priority` wants a whole number, and its variables make it `many`"],
        ),
        (
            &["preempt = \"${TEXT}\""],
            &["6:11: `preempt` wants true, false or a table, and its variables make it `many`"],
        ),
        (
            &["priority = \"${UNSET}\""],
            &[
                "6:12: the environment variable `UNSET` is not set; set it, or give a default \
            as `${UNSET:-default}`",
            ],
        ),
        (
            &["preempt = \"${UNSET}\""],
            &[
                "6:11: the environment variable `UNSET` is not set; set it, or give a default \
            as `${UNSET:-default}`",
            ],
        ),
        (
            &["name = \"$x\""],
            &["2:8: a `$` begins a variable, as `${NAME}`; write `$$` for the character itself"],
        ),
    ]);
}

#[test]
fn durations_have_units() {
    let no_unit = "`preempt_delay` has no unit; write \"5s\" for seconds, or \"5ms\" for milliseconds";
    assert_said(&[
        (&["preempt_delay = 5"], &[&format!("6:17: {no_unit}")]),
        (&["preempt_delay = \"5\""], &[&format!("6:17: {no_unit}")]),
        (&["preempt_delay = \"${COUNT}\""], &[&format!("6:17: {no_unit}")]),
        (
            &["preempt_delay = \"soon\""],
            &[
                "6:17: `soon` is not a duration (expected number at 0); write it as \"1s\", \"1500ms\" or \"2m 30s\"",
            ],
        ),
        (
            &["preempt_delay = \"-1s\""],
            &[
                "6:17: `-1s` is not a duration (expected number at 0); write it as \"1s\", \"1500ms\" or \"2m 30s\"",
            ],
        ),
        (
            &["preempt_delay = \"\""],
            &["6:17: `` is not a duration (value was empty); write it as \"1s\", \"1500ms\" or \"2m 30s\""],
        ),
    ]);
}
