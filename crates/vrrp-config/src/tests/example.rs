//! `vrrpd.toml.example` loads, and names every key there is.

use std::path::PathBuf;
use std::time::Duration;

use vrrp_core::{Announcing, Authentication, Interval, Preempt, Transport};

use super::{Alpha, load_files, said};
use crate::{keys, load};

fn example() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vrrpd.toml.example");
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_example_loads_without_a_warning() {
    assert_eq!(said(&[("vrrpd.toml", &example())]), [""; 0]);
}

#[test]
fn what_the_example_sets_to_its_default_is_the_default() {
    let loaded = load_files(&[("vrrpd.toml", &example())]).unwrap();
    assert_eq!(loaded.config.name, "vrrpd");
    let [instance] = &loaded.config.instances[..] else {
        panic!("{loaded:#?}")
    };
    assert_eq!(instance.params.priority.get(), 100);
    assert_eq!(instance.params.interval, Interval::DEFAULT);
    assert_eq!(instance.params.preempt, Preempt::After(Duration::ZERO));
    assert_eq!(instance.params.transport, Transport::Multicast);
    assert_eq!(instance.params.authentication, Authentication::None);
    assert_eq!(instance.params.announce, Announcing::default());
}

/// An option is `key = ...` at the beginning of a line or in braces, set or in a comment.
#[test]
fn the_example_names_every_key() {
    let example = example();
    for section in keys::SECTIONS {
        for key in section.keys.iter().filter(|key| key.name() != "instance") {
            let assignment = format!("{} = ", key.name());
            let named = example.lines().any(|line| {
                let line = line.trim_start_matches(['#', ' ']);
                line.starts_with(&assignment)
                    || line.contains(&format!("{{ {assignment}"))
                    || line.contains(&format!(", {assignment}"))
            });
            assert!(
                named,
                "`{}` of {} is not in vrrpd.toml.example",
                key.path, section.name
            );
        }
    }
}

#[test]
fn the_commented_alternatives_of_the_example_are_right_too() {
    // A line `#key = value` is an option that is switched on by removing the `#`; `# text` is prose.
    let mut alternatives = 0;
    for line in example().lines() {
        let Some(option) = line
            .strip_prefix('#')
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
        else {
            continue;
        };
        alternatives += 1;
        let key = option.split(" = ").next().unwrap();
        let switched: Vec<String> = example()
            .lines()
            .map(|other| match other {
                other if other == line => option.to_owned(),
                other if other.starts_with(&format!("{key} = ")) => String::new(),
                other => other.to_owned(),
            })
            .collect();
        let directory = super::directory(&[
            ("vrrpd.toml", &switched.join("\n")),
            ("conf.d/empty.toml", ""),
            ("vrrp.password", "secret\n"),
        ]);
        let loaded = load(&directory.path().join("vrrpd.toml"), &Alpha);
        assert!(loaded.is_ok(), "{option}: {:#?}", loaded.unwrap_err());
    }
    assert!(alternatives >= 5, "only {alternatives} alternatives were found");
}

#[test]
fn the_configuration_reference_names_every_key() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let reference = std::fs::read_to_string(path).unwrap();
    for key in keys::SECTIONS
        .iter()
        .flat_map(|section| section.keys)
        .filter(|key| key.path != "instance")
    {
        let row = format!("| `{}` |", key.path);
        assert!(
            reference.contains(&row),
            "docs/configuration.md has no row for `{}`",
            key.path
        );
    }
}
