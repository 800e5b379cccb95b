//! No text panics; every problem lies inside the file; what is accepted is sound.
#![no_main]

use std::cell::RefCell;
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use vrrp_config::{Loaded, Severity, Surroundings, load};

struct Host;

impl Surroundings for Host {
    fn hostname(&self) -> Option<String> {
        Some("alpha".into())
    }

    fn variable(&self, name: &str) -> Option<String> {
        (name == "PRIORITY").then(|| "120".into())
    }

    fn address(&self, interface: &str) -> Option<Ipv4Addr> {
        (interface == "eth0").then_some(Ipv4Addr::new(10, 77, 0, 1))
    }

    fn own_addresses(&self) -> Vec<IpAddr> {
        vec![IpAddr::V4(Ipv4Addr::new(10, 77, 0, 1))]
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
    }
}
