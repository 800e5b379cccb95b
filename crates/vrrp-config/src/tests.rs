//! The crate through its one door: a file on disk, a host that is played, and every message by its exact text.

mod address;
mod example;
mod files;
mod instance;
mod property;
mod shape;
mod valid;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use crate::{Loaded, Problem, Severity, Surroundings, load};

/// A host called `alpha` with 10.77.0.1 on eth0 and a few variables.
#[derive(Default)]
pub(crate) struct Alpha;

impl Surroundings for Alpha {
    fn hostname(&self) -> Option<String> {
        Some("alpha".to_owned())
    }

    fn variable(&self, name: &str) -> Option<String> {
        let variables = HashMap::from([
            ("PRIORITY", "110"),
            ("PREEMPT", "false"),
            ("DELAY", "5s"),
            ("COUNT", "5"),
            ("EMPTY", ""),
            ("TEXT", "many"),
            ("NESTED", "${HOSTNAME}"),
            ("VIP", "10.77.0.100"),
        ]);
        variables.get(name).map(|&value| value.to_owned())
    }

    fn address(&self, interface: &str) -> Option<Ipv4Addr> {
        (interface == "eth0").then_some(Ipv4Addr::new(10, 77, 0, 1))
    }

    fn own_addresses(&self) -> Vec<IpAddr> {
        ["127.0.0.1", "10.77.0.1", "fe80::1"]
            .map(|text| text.parse().unwrap())
            .to_vec()
    }
}

/// A host that knows nothing about itself.
pub(crate) struct Nobody;

impl Surroundings for Nobody {
    fn hostname(&self) -> Option<String> {
        None
    }

    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn address(&self, _: &str) -> Option<Ipv4Addr> {
        None
    }

    fn own_addresses(&self) -> Vec<IpAddr> {
        Vec::new()
    }
}

/// A directory with these files.
fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    directory
}

/// Loads `vrrpd.toml` of these files on `alpha`.
fn load_files(files: &[(&str, &str)]) -> Result<Loaded, Vec<Problem>> {
    let directory = directory(files);
    load(&directory.path().join("vrrpd.toml"), &Alpha)
}

/// One file that must load.
fn loaded(text: &str) -> Loaded {
    load_files(&[("vrrpd.toml", text)]).unwrap_or_else(|problems| panic!("{text}\n{problems:#?}"))
}

/// What is said about these files, without the directory they are in.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let directory = directory(files);
    said_in(directory.path())
}

fn said_in(directory: &Path) -> Vec<String> {
    let problems = match load(&directory.join("vrrpd.toml"), &Alpha) {
        Ok(loaded) => {
            assert!(
                loaded
                    .warnings
                    .iter()
                    .all(|problem| problem.severity == Severity::Warning)
            );
            loaded.warnings
        }
        Err(problems) => {
            assert!(
                problems.iter().any(|problem| problem.severity == Severity::Error),
                "refused without an error"
            );
            problems
        }
    };
    let prefix = format!("{}/", directory.display());
    problems
        .iter()
        .map(|problem| problem.to_string().replace(&prefix, ""))
        .collect()
}

const BASE: &str = r#"[[instance]]
name = "web"
interface = "eth0"
vrid = 51
virtual_addresses = ["10.77.0.100"]
"#;

/// A sound instance with some lines changed, dropped (`-vrid`) or added after its five lines.
fn base_with(lines: &[&str]) -> String {
    let mut text: Vec<&str> = BASE.lines().collect();
    for line in lines {
        let key = line.split('=').next().unwrap().trim();
        let wanted = key.trim_start_matches('-');
        let existing = text
            .iter()
            .position(|old| old.split('=').next().unwrap().trim() == wanted);
        match existing {
            Some(at) if key.starts_with('-') => drop(text.remove(at)),
            Some(at) => text[at] = line,
            None => text.push(line),
        }
    }
    text.join("\n") + "\n"
}

/// Asserts, of each case, that these lines in a sound instance make this to be said of `vrrpd.toml`: expected lines
/// begin with `line:column`.
fn assert_said(cases: &[(&[&str], &[&str])]) {
    for (lines, expected) in cases {
        let text = base_with(lines);
        let expected: Vec<String> = expected.iter().map(|line| format!("vrrpd.toml:{line}")).collect();
        assert_eq!(said(&[("vrrpd.toml", &text)]), expected, "of\n{text}");
    }
}
