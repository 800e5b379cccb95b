//! Tests that need a process of their own: what they change is the whole process's.

use std::env::current_exe;
use std::process::Command;

/// Runs an ignored test of this program by its whole name, alone.
pub(super) fn run_alone(test: &str) {
    let this = current_exe().expect("it has a path");
    let ended = Command::new(this)
        .args(["--exact", test, "--ignored", "--test-threads=1"])
        .output()
        .expect("it can be started");
    let told = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{told}");
    assert!(told.contains("1 passed"), "{told}");
}
