//! What instances track.

use vrrp_core::{InterfaceName, Track, Tracked, Weight};

use super::{BASE, assert_said, assert_said_after, loaded, said};

const WEB: &str = "[[check]]\nname = \"web\"\ntcp = \"a:1\"\n";

fn check(name: &str, weight: i16) -> Track {
    Track {
        what: Tracked::Check(name.into()),
        weight: Weight::new(weight).unwrap(),
    }
}

fn interface(name: &str, weight: i16) -> Track {
    Track {
        what: Tracked::Interface(InterfaceName::new(name).unwrap()),
        weight: Weight::new(weight).unwrap(),
    }
}

#[test]
fn weights_come_from_the_reference_then_from_the_check_then_zero() {
    let loaded = loaded(&format!(
        "{BASE}checks = [\"web\", \"db\", {{ check = \"log\", weight = -254 }}, {{ check = \"mail\" }}]\n\
         track_interfaces = [\"eth1\", {{ interface = \"eth2\", weight = 254 }}, {{ interface = \"eth3\" }}]\n\
         {WEB}weight = -20\n{}{}weight = 5\n{}weight = 6\n",
        WEB.replace("web", "db"),
        WEB.replace("web", "log"),
        WEB.replace("web", "mail"),
    ));
    assert_eq!(loaded.warnings, []);
    assert_eq!(
        loaded.config.instances[0].params.tracks,
        [
            check("web", -20),
            check("db", 0),
            check("log", -254),
            check("mail", 6),
            interface("eth1", 0),
            interface("eth2", 254),
            interface("eth3", 0),
        ]
    );
}

#[test]
fn references_resolve_in_any_order_and_across_files() {
    let main = format!("include = [\"a.toml\", \"b.toml\"]\n{BASE}checks = [\"web\"]\n");
    let files = [("vrrpd.toml", main.as_str()), ("a.toml", ""), ("b.toml", WEB)];
    assert_eq!(said(&files), [""; 0]);
    assert_said_after(&[(
        "checks = [\"web\"]\n[[check]]\ntcp = \"a:1\"\nname = \"web\"\n",
        &[],
    )]);
}

#[test]
fn checks_that_are_not_there() {
    assert_said_after(&[
        (
            "checks = [\"wbe\"]\n[[check]]\nname = \"web\"\ntcp = \"a:1\"\n",
            &["6:11: no [[check]] has the name `wbe`; did you mean `web`?"],
        ),
        (
            "checks = [{ check = \"database\", weight = 1 }]\n",
            &["6:21: no [[check]] has the name `database`; add one, or remove this"],
        ),
    ]);
}

/// A check that is there under a flaw of its own is not missing as well.
#[test]
fn a_check_that_was_not_understood_is_not_missing() {
    assert_said_after(&[
        (
            "checks = [\"web\"]\n[[chek]]\nname = \"web\"\ntcp = \"a:1\"\n",
            &["7:3: unknown key `chek` in the top level; did you mean `check`?"],
        ),
        (
            "checks = [\"web\"]\n[check]\nname = \"web\"\ntcp = \"a:1\"\n",
            &["7:1: this table is one of a list; write its header with two brackets: [[check]]"],
        ),
        (
            "checks = [\"web\"]\n[[check]]\nnaem = \"web\"\ntcp = \"a:1\"\n",
            &["8:1: unknown key `naem` in [[check]]; did you mean `name`?"],
        ),
        (
            "checks = [\"web\"]\n[[check]]\nname = web\ntcp = \"a:1\"\n",
            &["8:8: not TOML: string values must be quoted, expected literal string"],
        ),
    ]);
    let main = format!("include = [\"a.toml\"]\n{BASE}checks = [\"web\"]\n");
    assert_eq!(
        said(&[("vrrpd.toml", &main)]),
        [
            "vrrpd.toml:1:12: `a.toml` cannot be read: No such file or directory (os error 2); name a file that can, or a \
          pattern such as `conf.d/*.toml`, which may match none"
        ]
    );
}

/// As many as were not understood may be the ones that are missing; one more, and not all of them are.
#[test]
fn more_missing_checks_than_were_not_understood_are_missing() {
    let misspelt = "[[check]]\nnaem = \"web\"\ntcp = \"a:1\"\n";
    let named = "[[check]]\nname = \"a\"\ntcp = \"a:1\"\n";
    let empty = "[[check]]\nname = \"\"\ntcp = \"a:1\"\n";
    let unknown = |name: &str| format!("no [[check]] has the name `{name}`; add one, or remove this");
    let naem = "unknown key `naem` in [[check]]; did you mean `name`?";
    let malformed = "`` is not a name for a check: 1 to 64 characters, no control characters";
    assert_said_after(&[
        (
            &format!("checks = [\"web\", \"database\"]\n{misspelt}"),
            &[
                &format!("6:11: {}", unknown("web")),
                &format!("6:18: {}", unknown("database")),
                &format!("8:1: {naem}"),
            ],
        ),
        (
            &format!("checks = [\"web\", \"database\"]\n{misspelt}{empty}"),
            &[&format!("8:1: {naem}"), &format!("11:8: {malformed}")],
        ),
        (
            &format!("checks = [\"a\", \"web\"]\n{empty}{named}"),
            &[&format!("8:8: {malformed}")],
        ),
        (
            &format!("checks = [\"a\", \"web\", \"database\"]\n{empty}{named}"),
            &[
                &format!("6:16: {}", unknown("web")),
                &format!("6:23: {}", unknown("database")),
                &format!("8:8: {malformed}"),
            ],
        ),
    ]);
    // One name in two places is one that is missing.
    let second = "[[instance]]\nname = \"b\"\ninterface = \"eth0\"\nvrid = 52\nvirtual_addresses = [\"10.77.0.101\"]\n\
                  checks = [\"web\"]\n";
    assert_said_after(&[(
        &format!("checks = [\"web\"]\n{second}{misspelt}"),
        &[&format!("14:1: {naem}")],
    )]);
}

#[test]
fn nothing_is_tracked_twice_or_in_vain() {
    assert_said_after(&[
        (
            &format!("checks = [\"web\",\n{{ check = \"web\", weight = -1 }}]\n{WEB}"),
            &["7:11: the check web is already tracked at line 6; keep one of the two"],
        ),
        (
            "track_interfaces = [\"eth1\", \"eth1\"]\n",
            &["6:29: the interface eth1 is already tracked at line 6; keep one of the two"],
        ),
        (
            "track_interfaces = [\"eth0\"]\n",
            &[
                "6:21: eth0 is always tracked: the adverts or addresses of this instance need it; remove it here",
            ],
        ),
        (
            "excluded_addresses = [{ address = \"10.78.0.1\", interface = \"eth1\" }]\n\
             track_interfaces = [{ interface = \"eth1\", weight = -5 }]\n",
            &[
                "7:35: eth1 is always tracked: the adverts or addresses of this instance need it; remove it here",
            ],
        ),
        (
            WEB,
            &[
                "7:8: warning: nothing tracks the check `web`; name it in the `checks` of an [[instance]], or remove it",
            ],
        ),
    ]);
}

#[test]
fn an_unused_check_is_not_named_where_a_reference_may_not_have_been_understood() {
    assert_said_after(&[
        (
            &format!("check = [\"web\"]\n{WEB}"),
            &["6:1: unknown key `check` in [[instance]]; did you mean `checks`?"],
        ),
        (
            &format!("checks = \"web\"\n{WEB}"),
            &[
                "6:10: `checks` wants a list of checks' names in quotes, or tables, and this is a text; for example: \
               checks = [\"web\", { check = \"ready\", weight = -20 }]",
            ],
        ),
        (
            &format!("track_script = [\"web\"]\n{WEB}"),
            &[
                "6:1: unknown key `track_script` in [[instance]]; what keepalived calls so is here: checks = \
               [\"ready\"]",
            ],
        ),
    ]);
}

#[test]
fn weights_out_of_range() {
    for written in ["255", "-255", "99999999999999999999"] {
        let flaw = format!("{written} is not a weight: -254 to 254, where 0 means FAULT while it fails");
        assert_said_after(&[
            (
                &format!("checks = [{{ check = \"web\", weight = {written} }}]\n{WEB}"),
                &[&format!("6:37: {flaw}")],
            ),
            (
                &format!("track_interfaces = [{{ interface = \"eth1\", weight = {written} }}]\n"),
                &[&format!("6:52: {flaw}")],
            ),
            (
                &format!("checks = [\"web\"]\n{WEB}weight = {written}\n"),
                &[&format!("10:10: {flaw}")],
            ),
        ]);
    }
}

#[test]
fn wrong_types_in_lists() {
    assert_said(&[
        (
            &["checks = [5]"],
            &[
                "6:11: `checks` wants a list of checks' names in quotes, or tables, and this is a whole number; for \
               example: checks = [\"web\", { check = \"ready\", weight = -20 }]",
            ],
        ),
        (
            &["checks = [{ weight = \"heavy\" }]"],
            &[
                "6:11: a tracked check has no `check`; add for example: { check = \"ready\", weight = -20 }",
                "6:22: `checks.weight` wants a whole number, and this is a text; for example: { check = \"ready\", \
               weight = -20 }",
            ],
        ),
        (
            &["track_interfaces = [{ interface = \"a b\" }, { interface = 1 }]"],
            &[
                "6:35: `a b` is not an interface's name: 1 to 15 bytes without `/`, `:` and white space, as `ip link` \
               shows it",
                "6:58: `track_interfaces.interface` wants an interface's name in quotes, and this is a whole number; for \
               example: { interface = \"eth2\", weight = -30 }",
            ],
        ),
    ]);
}

#[test]
fn a_debounced_link() {
    assert_said(&[
        (&["link_debounce = \"1999ms\""], &[]),
        (
            &["link_debounce = \"2s\""],
            &[
                "6:17: warning: a `link_debounce` of `2s` is as long as 2 adverts or longer: the others may take over \
               before this node knows that its link is down; write less, or a longer `advert_interval`",
            ],
        ),
        (&["link_debounce = \"1m\"", "advert_interval = \"31s\""], &[]),
        (
            &["link_debounce = \"61s\""],
            &["6:17: `61s` is too long for `link_debounce`; write \"0s\" to \"1m\""],
        ),
    ]);
}
