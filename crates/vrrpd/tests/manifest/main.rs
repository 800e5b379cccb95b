//! `vrrpd manifest` as a user meets it: what it prints where, and its exit code.

mod avoid;
mod files;
mod objects;
mod options;
mod scripts;

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// What a run left.
struct Output {
    code: i32,
    out: String,
    /// The lines of standard error, without the directory that the run was in.
    err: Vec<String>,
}

impl Output {
    /// The documents that were printed, with nothing to complain about.
    fn documents(self) -> Vec<Value> {
        assert_eq!((self.code, self.err), (0, vec![]));
        documents(&self.out)
    }

    /// What was complained about, without anything printed.
    fn refused(self) -> Vec<String> {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{:?}", self.err);
        self.err
    }
}

/// Runs it in `directory`, with `input` on its standard input.
fn run_in(directory: &Path, arguments: &[&str], input: &str) -> Output {
    let output = Command::cargo_bin("vrrpd")
        .unwrap()
        .arg("manifest")
        .args(arguments)
        .current_dir(directory)
        .write_stdin(input)
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    Output {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: err.lines().map(str::to_owned).collect(),
    }
}

/// Runs it with an image and addresses, which any set needs.
fn run(arguments: &[&str]) -> Output {
    let always = ["--image=x.test/vrrpd:1", "--virtual-ips=10.77.0.100-102"];
    run_in(Path::new("/"), &[&always, arguments].concat(), "")
}

/// Documents as `kubectl` reads them.
fn documents(text: &str) -> Vec<Value> {
    let options = serde_saphyr::options! { legacy_octal_numbers: true };
    serde_saphyr::from_multiple_with_options(text, options).unwrap()
}

/// The only one of its kind.
fn of_kind<'d>(documents: &'d [Value], kind: &str) -> &'d Value {
    let mut found = documents.iter().filter(|document| document["kind"] == kind);
    let first = found.next().unwrap_or_else(|| panic!("no {kind}"));
    assert!(found.next().is_none(), "more than one {kind}");
    first
}

/// The value of a variable in the only container.
fn variable<'d>(documents: &'d [Value], name: &str) -> Option<&'d str> {
    let container = &of_kind(documents, "Deployment")["spec"]["template"]["spec"]["containers"][0];
    let entries = container["env"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["name"] == name)?;
    Some(entry["value"].as_str().expect("a text"))
}
