//! The crate through its one door: a file on disk, a host that is played, and every message by its exact text.

mod address;
mod check;
mod control;
mod daemon;
mod example;
mod files;
mod group;
mod hook;
mod http;
mod instance;
mod preempt;
mod property;
mod script;
mod shape;
mod track;
mod valid;

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;

use ipnet::Ipv4Net;
use vrrp_checks::Identity;

use crate::{Loaded, Problem, Program, Severity, Surroundings, load};

/// A host called `alpha` with 10.77.0.1 on eth0 and a few variables, users and programs, where the daemon is root.
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
            ("BIN", "/usr/local/bin"),
        ]);
        variables.get(name).map(|&value| value.to_owned())
    }

    fn variables(&self) -> Vec<String> {
        vec!["PRIORITY".to_owned()]
    }

    fn addresses(&self, interface: &str) -> Vec<Ipv4Net> {
        match interface {
            "eth0" => vec!["10.77.0.1/24".parse().unwrap()],
            _ => Vec::new(),
        }
    }

    fn interfaces(&self) -> Vec<String> {
        vec!["eth0".to_owned()]
    }

    fn default_interface(&self) -> Option<String> {
        Some("eth0".to_owned())
    }

    fn own_addresses(&self) -> Vec<IpAddr> {
        ["127.0.0.1", "10.77.0.1", "fe80::1"]
            .map(|text| text.parse().unwrap())
            .to_vec()
    }

    fn user(&self, name: &str) -> Option<Identity> {
        match name {
            "root" => Some(identity("root", 0, 0, "/root")),
            "nobody" => Some(identity("nobody", 65534, 65534, "/nonexistent")),
            "web" => Some(identity("web", 1000, 1000, "/home/web")),
            _ => None,
        }
    }

    fn group(&self, name: &str) -> Option<u32> {
        match name {
            "www" => Some(33),
            "vrrpd" => Some(990),
            _ => None,
        }
    }

    fn is_root(&self) -> bool {
        true
    }

    /// Nothing in any `missing`; `/open` belongs to everybody; only root may start what is in `/root`.
    fn program(&self, path: &Path, user: Option<&Identity>) -> Program {
        let stranger = user.filter(|user| user.uid != 0);
        let unusable = match stranger {
            _ if path.iter().any(|part| part == "missing") => {
                Some("No such file or directory (os error 2)".to_owned())
            }
            Some(user) if path.starts_with("/root") => Some(format!("{} may not enter /root", user.name)),
            _ => None,
        };
        Program {
            unusable,
            writable: path.starts_with("/open").then(|| "/open".into()),
        }
    }
}

fn identity(name: &str, uid: u32, gid: u32, home: &str) -> Identity {
    Identity {
        name: name.to_owned(),
        uid,
        gid,
        groups: Vec::new(),
        home: home.into(),
    }
}

/// Makes a FIFO.
fn make_fifo(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
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

    fn variables(&self) -> Vec<String> {
        Vec::new()
    }

    fn addresses(&self, _: &str) -> Vec<Ipv4Net> {
        Vec::new()
    }

    fn interfaces(&self) -> Vec<String> {
        Vec::new()
    }

    fn default_interface(&self) -> Option<String> {
        None
    }

    fn own_addresses(&self) -> Vec<IpAddr> {
        Vec::new()
    }

    fn user(&self, _: &str) -> Option<Identity> {
        None
    }

    fn group(&self, _: &str) -> Option<u32> {
        None
    }

    fn is_root(&self) -> bool {
        false
    }

    fn program(&self, _: &Path, _: Option<&Identity>) -> Program {
        Program {
            unusable: None,
            writable: Some("/".into()),
        }
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

/// [`BASE`], and this after it.
fn base_and(more: &str) -> String {
    format!("{BASE}{more}")
}

/// Asserts, of each case, that this is said of [`BASE`] and what follows it: the first line after it is line 6.
fn assert_said_after(cases: &[(&str, &[&str])]) {
    for (more, expected) in cases {
        assert_text(&base_and(more), expected);
    }
}

/// Asserts what is said of a text that is `vrrpd.toml`.
#[track_caller]
fn assert_text(text: &str, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|line| format!("vrrpd.toml:{line}")).collect();
    assert_eq!(said(&[("vrrpd.toml", text)]), expected, "of\n{text}");
}

/// Asserts, of each case, that this is said of a check with these lines, which `web` tracks: the first is line 9.
fn assert_check_said(cases: &[(&str, &[&str])]) {
    for (lines, expected) in cases {
        assert_text(&tracked_check(lines), expected);
    }
}

/// An instance that tracks the check `probe`, which has these lines.
fn tracked_check(lines: &str) -> String {
    base_and(&format!(
        "checks = [\"probe\"]\n[[check]]\nname = \"probe\"\n{lines}\n"
    ))
}
