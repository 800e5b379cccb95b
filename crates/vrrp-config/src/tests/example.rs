//! `vrrpd.toml.example` loads, and names every key there is.

use std::path::PathBuf;
use std::time::Duration;

use vrrp_checks::{Check, Hooks, Http, Probe};
use vrrp_core::{Announcing, Authentication, Interval, Preempt, Transport};

use super::{Alpha, load_files, said};
use crate::{CheckFlaw, Control, Flaw, Key, keys, load};

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
    assert_eq!(
        (&loaded.config.notify_fifo, &loaded.config.firewall),
        (&None, &None)
    );
    assert_eq!(
        (&loaded.config.http, &loaded.config.control),
        (&None, &Control::default())
    );
    let [instance] = &loaded.config.instances[..] else {
        panic!("{loaded:#?}")
    };
    assert_eq!(instance.params.priority.get(), 100);
    assert_eq!(instance.params.interval, Interval::DEFAULT);
    assert_eq!(instance.params.preempt, Preempt::After(Duration::ZERO));
    assert_eq!(instance.params.transport, Transport::Multicast);
    assert_eq!(instance.params.authentication, Authentication::None);
    assert_eq!(instance.params.announce, Announcing::default());
    assert_eq!(instance.params.tracks, []);
    assert_eq!(instance.link_debounce, Duration::ZERO);
    assert_eq!(instance.hooks, Hooks::default());
}

/// An option is `key = ...` at the beginning of a line or in braces, set or in a comment.
#[test]
fn the_example_names_every_key() {
    let example = example();
    for section in keys::SECTIONS {
        for key in section.keys.iter().filter(|key| !is_header(key)) {
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

/// `instance` and its like stand as `[[instance]]`, `http` as `[http]`.
fn is_header(key: &Key) -> bool {
    key.example.starts_with('[')
}

/// The option that a line `#key = value` is without its `#`; `# text` is prose.
fn option(line: &str) -> Option<&str> {
    line.strip_prefix('#')
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// The example with the tables switched on whose headers, and all that follows up to an empty line, are commented out.
fn with_tables(header: &str) -> String {
    let mut inside = false;
    let switched = example()
        .lines()
        .map(|line| {
            inside = line.starts_with(&format!("#{header}")) || inside && !line.is_empty();
            match line
                .strip_prefix('#')
                .filter(|rest| inside && !rest.starts_with(' '))
            {
                Some(switched) => switched.to_owned() + "\n",
                None => line.to_owned() + "\n",
            }
        })
        .collect::<String>();
    assert!(switched.contains(&format!("\n{header}")));
    switched
}

#[test]
fn the_commented_alternatives_of_the_example_are_right_too() {
    let example = with_tables("[[check]]");
    let groups = example.find("#[[group]]").unwrap();
    let mut alternatives = 0;
    for (at, line) in example.lines().enumerate() {
        let before: usize = example.lines().take(at).map(|line| line.len() + 1).sum();
        let Some(option) = option(line).filter(|_| before < groups) else {
            continue;
        };
        alternatives += 1;
        let key = option.split(" = ").next().unwrap();
        let switched: Vec<String> = example
            .lines()
            .enumerate()
            .map(|(number, other)| match other {
                _ if number == at => option.to_owned(),
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
    assert!(alternatives >= 15, "only {alternatives} alternatives were found");
}

#[test]
fn the_commented_checks_of_the_example_are_right_and_have_their_defaults() {
    let loaded = load_files(&[("vrrpd.toml", &with_tables("[[check]]"))]).unwrap();
    let kinds: Vec<&str> = loaded
        .config
        .checks
        .iter()
        .map(|check| check.name.as_str())
        .collect();
    assert_eq!(kinds, ["web", "port", "ready", "drain", "haproxy"]);
    for problem in &loaded.warnings {
        assert!(
            matches!(problem.message, Flaw::Check(CheckFlaw::Untracked(_))),
            "{problem}"
        );
    }
    // Each of them has the times and counts of the second, which gives none.
    let port = loaded.config.checks[1].clone();
    for check in &loaded.config.checks {
        let plain = Check {
            name: port.name.clone(),
            probe: port.probe.clone(),
            ..check.clone()
        };
        assert_eq!(plain, port);
    }
    let Probe::Http(Http { insecure, .. }) = &loaded.config.checks[0].probe else {
        panic!("{loaded:#?}")
    };
    assert!(!insecure);
}

#[test]
fn the_commented_group_of_the_example_is_right() {
    let second = "[[instance]]\nname = \"db\"\ninterface = \"eth0\"\nvrid = 52\nvirtual_addresses = [\"10.77.0.200\"]\n";
    let text = with_tables("[[group]]") + second;
    assert_eq!(said(&[("vrrpd.toml", &text)]), [""; 0]);
}

#[test]
fn the_configuration_reference_names_every_key() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let reference = std::fs::read_to_string(path).unwrap();
    for key in keys::SECTIONS.iter().flat_map(|section| section.keys) {
        let row = format!("| `{}` |", key.path);
        assert!(
            reference.contains(&row),
            "docs/configuration.md has no row for `{}`",
            key.path
        );
    }
}
