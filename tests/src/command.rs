//! Programs that do one thing and end: `ip`, `nft`, `mount`.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

/// Runs a program and gives its standard output; anything but exit code 0 is an error that quotes what it said.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .with_context(|| missing(program))?;
    judge(program, arguments, &output)
}

/// The same, with `input` on its standard input.
pub(crate) fn feed(program: &str, arguments: &[&str], input: &str) -> Result<String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| missing(program))?;
    // Dropped at the end of the statement, which is the end of file that the program waits for.
    let written = child
        .stdin
        .take()
        .context("its standard input was asked for")?
        .write_all(input.as_bytes());
    let output = child.wait_with_output()?;
    // A program that refuses its input may not read all of it: its own words explain more than the broken pipe.
    let text = judge(program, arguments, &output)?;
    written?;
    Ok(text)
}

fn judge(program: &str, arguments: &[&str], output: &Output) -> Result<String> {
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`{program} {}` failed ({}): {}",
            arguments.join(" "),
            output.status,
            said.trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn missing(program: &str) -> String {
    format!("`{program}` cannot be started; tests/install.sh installs what the lab needs")
}
