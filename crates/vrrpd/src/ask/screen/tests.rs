//! Screens as they are, letter by letter.

mod crowds;
mod fixture;

use self::fixture::{address, ago, backup, calm, master, peer, troubled};
use super::{View, draw};
use crate::ask::paint::Paint;
use crate::report::{Deadline, Difference, DueTo, Part, Reject, Router, State, Status};

fn plain(status: &Status) -> String {
    only(status, &[])
}

fn only(status: &Status, routers: &[String]) -> String {
    let paint = Paint::new(false);
    draw(status, View { paint, routers })
}

/// With `VRRPD_WRITE_SCREENS=1` it is written down anew: look at it before you commit it.
fn assert_screen(drawn: &str, name: &str) {
    let path = format!("{}/src/ask/screen/tests/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("VRRPD_WRITE_SCREENS").is_some() {
        std::fs::write(&path, drawn).expect("it can be written to");
    }
    let expected = std::fs::read_to_string(&path).expect("it is there");
    assert!(drawn == expected, "drawn:\n{drawn}\nexpected:\n{expected}");
}

#[test]
fn all_is_well() {
    assert_screen(&plain(&calm()), "calm");
}

#[test]
fn what_is_wrong_comes_first() {
    assert_screen(&plain(&troubled()), "troubled");
}

/// The commands are tested with it.
#[test]
fn the_fixture_of_the_commands_is_this_status() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/status.json");
    let written = serde_json::to_string(&troubled()).expect("it can be written");
    if std::env::var_os("VRRPD_WRITE_SCREENS").is_some() {
        std::fs::write(path, &written).expect("it can be written to");
    }
    assert_eq!(std::fs::read_to_string(path).expect("it is there"), written);
}

#[test]
fn many_virtual_routers_make_a_table_with_those_in_full_that_have_problems() {
    let mut status = calm();
    status.groups.clear();
    status.routers = (1..=12)
        .map(|vrid| {
            let name = format!("web-{vrid}");
            if vrid % 3 == 0 {
                backup(&name, vrid)
            } else {
                master(&name, vrid)
            }
        })
        .collect();
    let gap = &mut status.routers[6];
    gap.addresses = (1..=300)
        .map(|host| address(&format!("10.77.{}.{}/32", host / 250, host % 250), host != 77))
        .collect();
    let stray = &mut status.routers[5];
    stray.addresses = vec![address("10.77.0.110/32", true)];
    preempts(&mut status.routers[8]);
    assert_screen(&plain(&status), "many");
    let named = only(&status, &["web-3".into()]);
    assert!(named.contains("web-3  BACKUP since"), "{named}");
    assert!(!named.contains("web-7"), "only that one:\n{named}");
}

#[test]
fn an_address_is_marked_that_is_here_and_should_not_be() {
    let mut status = calm();
    let db = &mut status.routers[1];
    db.addresses = vec![address("10.77.0.110/32", true)];
    let drawn = plain(&status);
    assert!(
        drawn.contains("! 10.77.0.110/32  here, although it should not be"),
        "{drawn}"
    );
    status.routers[1].priority.base = 255;
    let drawn = plain(&status);
    assert!(
        drawn.contains("addresses  ✓ 10.77.0.110/32\n"),
        "the owner has it:\n{drawn}"
    );
}

/// It waits for the end of its `preempt_delay`.
fn preempts(router: &mut Router) {
    router.next = Some(Deadline {
        what: DueTo::Preempt,
        seconds: 246.0,
    });
    if let Some(master) = &mut router.master {
        master.priority = Some(100);
    }
}

#[test]
fn whoever_displaces_the_master_says_whom_and_when() {
    let mut status = calm();
    preempts(&mut status.routers[1]);
    let drawn = plain(&status);
    let next = "next       takes over in 4 m 6 s from 10.77.0.2, which has the lower priority 100\n";
    assert!(drawn.contains(next), "{drawn}");
}

#[test]
fn a_host_that_never_sent_an_advert_has_sent_none_late() {
    let mut status = calm();
    status.daemon.lateness.buckets = vec![(Some(0.001), 0), (None, 0)];
    status.daemon.lateness.worst = 0.0;
    assert!(
        plain(&status).contains("\n  no advert sent yet; real-time"),
        "{}",
        plain(&status)
    );
}

#[test]
fn the_guide_shows_these_screens_and_explains_every_condition() {
    let guide = include_str!("../../../../../docs/status.md");
    // What a daemon in the lab said, while its peer dropped what it sent.
    let lab = include_str!("../../../tests/fixtures/lab.json");
    let lab: Status = serde_json::from_str(lab).expect("it is a status");
    assert!(
        guide.contains(&plain(&lab)),
        "docs/status.md shows another screen:\n{}",
        plain(&lab)
    );
    let many = include_str!("tests/many.txt");
    let table = many.find("ROUTER  INTERFACE").and_then(|begin| many.get(begin..));
    let table = table
        .and_then(|table| table.split_once("\n\n"))
        .expect("there is a table")
        .0;
    assert!(guide.contains(table), "docs/status.md shows another table");
    let schema = include_str!("../../../../../docs/status.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).expect("it is JSON");
    let kinds = schema["$defs"]["status"]["$defs"]["Kind"]["oneOf"]
        .as_array()
        .expect("there are kinds");
    assert!(kinds.len() > 20, "{kinds:?}");
    for kind in kinds {
        let name = kind["const"].as_str().expect("each has a name");
        assert!(
            guide.contains(&format!("| `{name}`")),
            "docs/status.md does not explain {name}"
        );
    }
}

#[test]
fn no_line_is_wider_than_the_screen() {
    let mut status = troubled();
    status.conditions[0].cause = "word ".repeat(100);
    status.routers[0].because = "a reason ".repeat(30);
    status.checks[0].what = "script ".repeat(100);
    for drawn in [plain(&status), plain(&calm())] {
        for line in drawn.lines() {
            assert!(
                line.chars().count() <= 100,
                "{} columns: {line}",
                line.chars().count()
            );
            assert_eq!(line.trim_end(), line, "it ends with spaces");
        }
    }
}

#[test]
fn colours_change_no_letter() {
    let painted = draw(
        &troubled(),
        View {
            paint: Paint::new(true),
            routers: &[],
        },
    );
    assert!(painted.contains("\u{1b}[1;31mPROBLEM  two_masters (web, 10.77.0.2)\u{1b}[0m"));
    let mut bare = String::new();
    let mut rest = painted.as_str();
    while let Some((text, code)) = rest.split_once("\u{1b}[") {
        bare += text;
        rest = code.split_once('m').expect("a colour ends").1;
    }
    bare += rest;
    assert_eq!(bare, plain(&troubled()));
}

#[test]
fn nothing_that_comes_from_outside_reaches_the_terminal_raw() {
    let evil = "\u{1b}[2J\u{7}\r\nall is well\u{202e}";
    let mut status = troubled();
    status.daemon.name = evil.into();
    status.daemon.configuration = evil.into();
    status.daemon.firewall = Some(crate::report::Firewall {
        chains: vec![],
        obstacles: vec![evil.into()],
    });
    for condition in &mut status.conditions {
        condition.cause = evil.into();
        condition.hint = evil.into();
        condition.about = Some(evil.into());
    }
    for check in &mut status.checks {
        check.name = evil.into();
        check.what = evil.into();
        if let Some(run) = &mut check.last {
            run.says = evil.into();
        }
    }
    for interface in &mut status.interfaces {
        interface.name = evil.into();
        interface.foreign_vrids = vec![1];
    }
    for router in &mut status.routers {
        router.name = evil.into();
        router.interface = evil.into();
        router.because = evil.into();
        router.preempt = evil.into();
        router.priority.parts = vec![Part {
            what: evil.into(),
            weight: 0,
            adjustment: -1,
            standing: evil.into(),
        }];
        for address in &mut router.addresses {
            address.address = evil.into();
        }
        for peer in &mut router.peers {
            peer.reject = Some(Reject {
                reason: evil.into(),
                because: evil.into(),
                when: ago(1.0),
            });
        }
    }
    let drawn = plain(&status);
    let raw: Vec<char> = drawn
        .chars()
        .filter(|char| (char.is_control() && *char != '\n') || *char == '\u{202e}')
        .collect();
    assert!(raw.is_empty(), "{raw:?}");
    assert!(
        drawn.lines().all(|line| !line.starts_with("all is well")),
        "{drawn}"
    );
}

#[test]
fn a_protocol_thread_that_hangs_makes_everything_old() {
    let mut status = calm();
    status.daemon.answering = false;
    status.daemon.turned = Some(ago(12.0));
    let drawn = plain(&status);
    assert!(
        drawn
            .contains("The protocol thread does not answer (it did last 12 s ago): all of the below is old."),
        "{drawn}"
    );
}

#[test]
fn a_difference_of_address_lists_is_told_beside_the_peer() {
    let mut status = calm();
    let mut other = peer("10.77.0.9");
    other.difference = Some(Difference {
        missing: 2,
        unknown: 1,
    });
    let mut another = peer("10.77.0.10");
    another.difference = Some(Difference {
        missing: 1,
        unknown: 0,
    });
    status.routers[0].peers = vec![other, another];
    status.routers[0].state = State::Master;
    let drawn = plain(&status);
    assert!(
        drawn.contains("lists other addresses: 2 of ours are missing there, and 1 is not ours"),
        "{drawn}"
    );
    assert!(
        drawn.contains("lists other addresses: 1 of ours is missing there\n"),
        "{drawn}"
    );
}
