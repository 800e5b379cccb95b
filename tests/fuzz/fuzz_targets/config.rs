//! No text panics; every problem lies inside the file; what is accepted is sound.
#![no_main]

use std::cell::RefCell;
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use ipnet::Ipv4Net;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use vrrp_checks::Identity;
use vrrp_config::{Loaded, Program, Severity, Surroundings, load};
use vrrp_core::Tracked;

struct Host;

impl Surroundings for Host {
    fn hostname(&self) -> Option<String> {
        Some("alpha".into())
    }

    fn variable(&self, name: &str) -> Option<String> {
        (name == "PRIORITY").then(|| "120".into())
    }

    fn variables(&self) -> Vec<String> {
        vec!["PRIORITY".into()]
    }

    fn addresses(&self, interface: &str) -> Vec<Ipv4Net> {
        match interface {
            "eth0" => vec!["10.77.0.1/24".parse().unwrap()],
            _ => Vec::new(),
        }
    }

    fn interfaces(&self) -> Vec<String> {
        vec!["eth0".into()]
    }

    fn default_interface(&self) -> Option<String> {
        Some("eth0".into())
    }

    fn own_addresses(&self) -> Vec<IpAddr> {
        vec![IpAddr::V4(Ipv4Addr::new(10, 77, 0, 1))]
    }

    fn user(&self, name: &str) -> Option<Identity> {
        (name == "nobody").then(|| Identity {
            name: name.to_owned(),
            uid: 65534,
            gid: 65534,
            groups: Vec::new(),
            home: "/nonexistent".into(),
        })
    }

    fn group(&self, name: &str) -> Option<u32> {
        (name == "www").then_some(33)
    }

    fn is_root(&self) -> bool {
        true
    }

    fn program(&self, path: &Path, user: Option<&Identity>) -> Program {
        match path.as_os_str().len() % 3 {
            0 => Program::Sound,
            1 => Program::Writable("/".into()),
            _ => Program::Unusable(format!("not for {user:?}")),
        }
    }
}

thread_local! {
    static DIRECTORY: RefCell<TempDir> = RefCell::new(tempfile::tempdir().expect("a directory"));
}

fuzz_target!(|text: &[u8]| {
    // Two patterns that reach for files outside the directory say nothing about the parser.
    if text.windows(7).any(|w| w == b"include" || w == b"rd_file") {
        return;
    }
    let path = DIRECTORY.with(|directory| directory.borrow().path().join("vrrpd.toml"));
    std::fs::write(&path, text).expect("a file");
    let problems = match load(&path, &Host) {
        Ok(loaded) => {
            sound(&loaded);
            loaded.warnings
        }
        Err(problems) => {
            assert!(problems.iter().any(|problem| problem.severity == Severity::Error));
            problems
        }
    };
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.split('\n').collect();
    for problem in problems {
        let line = lines
            .get(problem.line.wrapping_sub(1))
            .expect("a line of the file");
        assert!(
            (1..=line.chars().count() + 1).contains(&problem.column),
            "{problem}"
        );
    }
});

fn sound(loaded: &Loaded) {
    let instances = &loaded.config.instances;
    assert!(!instances.is_empty());
    let checks: HashSet<&str> = loaded
        .config
        .checks
        .iter()
        .map(|check| check.name.as_str())
        .collect();
    assert_eq!(checks.len(), loaded.config.checks.len());
    let mut names = HashSet::new();
    let mut numbers = HashSet::new();
    let mut addresses = HashSet::new();
    for instance in instances {
        assert!(names.insert(&instance.name));
        assert!(numbers.insert((&instance.interface, instance.params.vrid)));
        assert!((1..=255).contains(&instance.params.advertised.len()));
        assert!(instance.addresses.len() >= instance.params.advertised.len());
        for held in &instance.addresses {
            assert!(addresses.insert(held.address));
            assert!(held.address.is_ipv4() && (1..=32).contains(&held.prefix));
            assert!(held.label.as_ref().is_none_or(|label| label.len() <= 15));
        }
        let mut tracked = HashSet::new();
        for track in &instance.params.tracks {
            assert!(tracked.insert(&track.what));
            assert!(!matches!(&track.what, Tracked::Check(name) if !checks.contains(&**name)));
        }
    }
    let mut grouped = HashSet::new();
    for group in &loaded.config.groups {
        let first = &instances[group.members[0]].params;
        for &member in &group.members {
            assert!(grouped.insert(member));
            assert_eq!(instances[member].params.priority, first.priority);
            assert_eq!(instances[member].params.tracks, first.tracks);
        }
    }
}
