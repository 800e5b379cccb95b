//! Sync groups.

use vrrp_checks::Hooks;
use vrrp_core::{InterfaceName, Track, Tracked, Weight};

use super::{assert_text, load_files, loaded, said};
use crate::GroupConfig;

/// Two instances on lines 1 to 6 and 7 to 12, the last line of each as given, and this after them.
fn two_and(inside: &str, outside: &str, more: &str) -> String {
    let instance = |name: &str, number: u8, line: &str| {
        format!(
            "[[instance]]\nname = \"{name}\"\ninterface = \"eth0\"\nvrid = {number}\nvirtual_addresses = \
             [\"10.77.0.{number}\"]\n{line}\n"
        )
    };
    instance("inside", 51, inside) + &instance("outside", 52, outside) + more
}

const GROUP: &str = "[[group]]\nname = \"gw\"\ninstances = [\"inside\", \"outside\"]\n";

#[test]
fn a_group_arrives() {
    let text = two_and("", "", GROUP) + "notify_master = [\"/m\"]\nnotify_stop = [\"/s\"]\n";
    let loaded = loaded(&text);
    assert_eq!(loaded.warnings, []);
    let [GroupConfig { name, members, hooks }] = &loaded.config.groups[..] else {
        panic!("{loaded:#?}")
    };
    assert_eq!((name.as_str(), &members[..]), ("gw", &[0, 1][..]));
    assert_eq!(hooks.master.as_ref().unwrap().script.argv, ["/m"]);
    assert_eq!(hooks.stop.as_ref().unwrap().script.argv, ["/s"]);
    let others = Hooks {
        master: None,
        stop: None,
        ..hooks.clone()
    };
    assert_eq!(others, Hooks::default());
}

#[test]
fn a_group_may_stand_before_its_members_and_in_another_file() {
    let instances = two_and("", "", "");
    let main = "include = [\"a.toml\", \"b.toml\"]\n";
    let group = GROUP.replace("\"inside\", \"outside\"", "\"outside\", \"inside\"");
    let files = [
        ("vrrpd.toml", main),
        ("a.toml", group.as_str()),
        ("b.toml", &instances),
    ];
    let loaded = load_files(&files).unwrap();
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.config.groups[0].members, [1, 0]);
}

#[test]
fn what_one_member_tracks_counts_for_all() {
    let check = "[[check]]\nname = \"web\"\ntcp = \"a:1\"\n";
    let text = two_and(
        "checks = [{ check = \"web\", weight = -20 }]\ntrack_interfaces = [\"eth1\"]",
        "track_interfaces = [\"eth2\", \"eth1\"]\nchecks = [{ check = \"web\", weight = -20 }]",
        GROUP,
    ) + check;
    let loaded = loaded(&text);
    assert_eq!(loaded.warnings, []);
    let interface = |name: &str| Track {
        what: Tracked::Interface(InterfaceName::new(name).unwrap()),
        weight: Weight::FAULT,
    };
    let web = Track {
        what: Tracked::Check("web".into()),
        weight: Weight::new(-20).unwrap(),
    };
    let expected = [web, interface("eth1"), interface("eth2")];
    for instance in &loaded.config.instances {
        assert_eq!(instance.params.tracks, expected, "of {}", instance.name);
    }
}

/// What a member tracks is weighed against the preemption of every other.
#[test]
fn what_another_member_tracks_is_judged_with_it() {
    assert_text(
        &two_and(
            "preempt = false",
            "track_interfaces = [{ interface = \"eth1\", weight = -5 }]",
            GROUP,
        ),
        &[
            "6:11: warning: with preempt = false nobody takes over from a MASTER because of a weight, as the -5 of the \
           interface eth1 (line 12); write preempt = { below = N }, N being the least priority of a healthy node, or \
           weight = 0",
        ],
    );
    assert_text(
        &two_and(
            "preempt = { below = 100 }",
            "track_interfaces = [{ interface = \"eth1\", weight = -5 }]",
            GROUP,
        ),
        &[],
    );
}

#[test]
fn members_that_are_not_there_or_too_often() {
    let group =
        |name: &str, members: &str| format!("[[group]]\nname = \"{name}\"\ninstances = [{members}]\n");
    let of = |groups: &str| two_and("", "", groups);
    assert_text(
        &of(&group("gw", "\"inside\", \"outsid\", \"elsewhere\"")),
        &[
            "15:24: no [[instance]] has the name `outsid`; did you mean `outside`?",
            "15:34: no [[instance]] has the name `elsewhere`; add one, or remove this",
        ],
    );
    assert_text(
        &of(&group("gw", "\"inside\", \"outside\",\n\"inside\"")),
        &["16:1: `inside` is already named at line 15; once is enough"],
    );
    assert_text(
        &of(&(group("a", "\"inside\", \"outside\"") + &group("b", "\"outside\", \"inside\""))),
        &[
            "18:14: `outside` is already in a group at line 15; an instance is in one at most, so make it one group",
            "18:25: `inside` is already in a group at line 15; an instance is in one at most, so make it one group",
        ],
    );
    assert_text(
        &of(&group("gw", "")),
        &["15:13: the group has no member; name at least two, as instances = [\"inside\", \"outside\"]"],
    );
    assert_text(
        &of(&group("gw", "\"inside\"")),
        &["15:13: warning: a group of one instance does nothing; name the others too, or remove the group"],
    );
}

#[test]
fn a_member_that_was_not_understood_is_not_missing() {
    let text = two_and("", "", GROUP).replace("name = \"outside\"", "nmae = \"outside\"");
    assert_text(
        &text,
        &["8:1: unknown key `nmae` in [[instance]]; did you mean `name`?"],
    );
    assert_text(
        &text.replace("\"outside\"]", "\"outside\", \"elsewhere\"]"),
        &[
            "8:1: unknown key `nmae` in [[instance]]; did you mean `name`?",
            "15:24: no [[instance]] has the name `outside`; add one, or remove this",
            "15:35: no [[instance]] has the name `elsewhere`; add one, or remove this",
        ],
    );
}

#[test]
fn members_have_one_priority() {
    assert_text(
        &two_and("priority = 110", "priority = 90", GROUP),
        &[
            "15:24: `outside` has priority 90 (line 12), and `inside` has 110 (line 6); a host wins or loses all members \
           together, so give them the same",
        ],
    );
    // One that is left out stands at the head of its table.
    assert_text(
        &two_and("", "priority = 90", GROUP),
        &[
            "15:24: `outside` has priority 90 (line 12), and `inside` has 100 (line 1); a host wins or loses all members \
           together, so give them the same",
        ],
    );
    // One that is wrong is no other one.
    assert_text(
        &two_and("priority = 0", "priority = 90", GROUP),
        &["6:12: 0 is not a priority: 1 to 254, or 255 for the owner of the addresses"],
    );
    let main = format!("include = [\"a.toml\"]\n{GROUP}");
    let instances = two_and("priority = 110", "", "");
    assert_eq!(
        said(&[("vrrpd.toml", &main), ("a.toml", &instances)]),
        [
            "vrrpd.toml:4:24: `outside` has priority 100 (a.toml:7), and `inside` has 110 (a.toml:6); a host wins or \
             loses all members together, so give them the same"
        ]
    );
}

#[test]
fn one_thing_has_one_weight() {
    let tracking =
        |weight: i16| format!("track_interfaces = [{{ interface = \"eth1\", weight = {weight} }}]");
    let text = two_and(&tracking(-20), &tracking(-30), GROUP);
    assert_text(
        &text,
        &[
            "12:35: the interface eth1 has weight -30 here and -20 at line 6, in the same group; what one member tracks \
           counts for all, so write one weight",
        ],
    );
    assert_text(&two_and(&tracking(-20), &tracking(-30), ""), &[]);
}

#[test]
fn keys_and_names_of_groups() {
    let of = |group: &str| two_and("", "", group);
    assert_text(
        &of("[[group]]\n"),
        &[
            "13:1: [[group]] has no `name`; add for example: name = \"gw\"",
            "13:1: [[group]] has no `instances`; add for example: instances = [\"inside\", \"outside\"]",
        ],
    );
    let second = GROUP.replace("\"inside\", \"outside\"", "");
    assert_text(
        &of(&format!("{GROUP}{second}")),
        &[
            "17:8: the name `gw` is already taken at line 14; give each group its own",
            "18:13: the group has no member; name at least two, as instances = [\"inside\", \"outside\"]",
        ],
    );
    assert_text(
        &of(&GROUP.replace("\"gw\"", "\"\"")),
        &["14:8: `` is not a name for a group: 1 to 64 characters, no control characters"],
    );
    assert_text(
        &of(&format!("{GROUP}notify_reasserted = [\"/r\"]\n")),
        &[
            "16:1: unknown key `notify_reasserted` in [[group]]; its keys are `name`, `instances`, `notify`, \
           `notify_master`, `notify_backup`, `notify_fault`, `notify_stop`",
        ],
    );
    assert_text(
        &of(&GROUP.replace("[\"inside\", \"outside\"]", "[1]")),
        &[
            "15:13: warning: a group of one instance does nothing; name the others too, or remove the group",
            "15:14: `instances` wants a list of instances' names in quotes, and this is a whole number; for example: \
           instances = [\"inside\", \"outside\"]",
        ],
    );
}
