//! What the core is built from: nothing that has a clock, a runtime or I/O.

use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn the_core_depends_on_nothing_that_does_anything() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package",
            "vrrp-core",
            "--edges",
            "no-dev,no-build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let tree = String::from_utf8(output.stdout).unwrap();
    let found: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    // Macros run in the compiler and leave nothing behind but code.
    let macros = [
        "pnet_macros",
        "thiserror-impl",
        "proc-macro2",
        "quote",
        "syn",
        "unicode-ident",
        "regex",
        "regex-automata",
        "regex-syntax",
        "aho-corasick",
        "memchr",
        "glob",
    ];
    let code = [
        "vrrp-core",
        "vrrp-packet",
        "thiserror",
        "pnet",
        "pnet_base",
        "pnet_packet",
        "pnet_macros_support",
        "no-std-net",
    ];
    let unexpected: Vec<_> = found
        .iter()
        .filter(|name| !macros.contains(name) && !code.contains(name))
        .collect();
    assert!(
        unexpected.is_empty(),
        "{unexpected:?} came in: does it have a clock, a runtime or I/O?"
    );
    assert!(found.contains("vrrp-packet"), "the tree was not read: {tree}");
}
