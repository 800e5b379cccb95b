//! `[control]`.

use super::{BASE, assert_text, loaded};
use crate::{Control, Group};

#[test]
fn a_group_may_look_and_may_change_things_if_that_is_said() {
    let control = |table: &str| loaded(&format!("{table}\n{BASE}")).config.control;
    let of = |group_may_change: bool| Control {
        group: Some(Group {
            name: "vrrpd".to_owned(),
            gid: 990,
        }),
        group_may_change,
    };
    assert_eq!(control(""), Control::default());
    assert_eq!(control("[control]"), Control::default());
    assert_eq!(control("[control]\ngroup_may_change = false"), Control::default());
    assert_eq!(control("[control]\ngroup = \"vrrpd\""), of(false));
    assert_eq!(
        control("control = { group = \"${UNSET:-vrrpd}\", group_may_change = true }"),
        of(true)
    );
}

#[test]
fn the_group_is_one_of_this_host() {
    assert_text(
        &format!("[control]\ngroup = \"wheel\"\ngroup_may_change = true\n{BASE}"),
        &["2:9: this host has no group `wheel`; create it, or write one that `getent group` shows"],
    );
    assert_text(
        &format!("[control]\ngroup = \"\"\n{BASE}"),
        &["2:9: `control.group` is empty; write for example: group = \"vrrpd\""],
    );
    assert_text(
        &format!("[control]\ngroup = 990\n{BASE}"),
        &[
            "2:9: `control.group` wants a group's name in quotes, and this is a whole number; for example: group = \
             \"vrrpd\"",
        ],
    );
    assert_text(
        &format!("control = \"vrrpd\"\n{BASE}"),
        &["1:11: `control` wants a table, and this is a text; for example: [control]"],
    );
    assert_text(
        &format!("[control]\ngroup = \"vrrpd\"\ngroup_may_change = \"true\"\n{BASE}"),
        &["3:20: `control.group_may_change` is a text here; write true without quotes"],
    );
}

/// And the configuration then says no more than it does.
#[test]
fn a_right_for_nobody() {
    let nobody = format!("[control]\ngroup_may_change = true\n{BASE}");
    assert_text(
        &nobody,
        &[
            "2:20: warning: `group_may_change` does nothing without a group; name one, as group = \"vrrpd\", or remove it",
        ],
    );
    assert_eq!(loaded(&nobody).config.control, Control::default());
    // The group may have been meant, and not understood.
    assert_text(
        &format!("[control]\ngruop = \"vrrpd\"\ngroup_may_change = true\n{BASE}"),
        &["2:1: unknown key `gruop` in [control]; did you mean `group`?"],
    );
    assert_text(
        &format!("[control]\ngroup_may_change = true\ngroup = vrrpd\n{BASE}"),
        &["3:9: not TOML: string values must be quoted, expected literal string"],
    );
}
