//! The daemon's binary: built from this very tree before the first test starts it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow};

use crate::command::run;

/// The binary under test: what `VRRPD_BIN` names, or else this workspace's own, which is first brought up to date, in
/// the profile and the directory that this test was built in.
///
/// # Errors
///
/// When it does not build.
pub fn vrrpd_binary() -> Result<&'static Path> {
    static BINARY: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BINARY.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    built.as_deref().map_err(|error| anyhow!("{error}"))
}

fn build() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("VRRPD_BIN") {
        return Ok(given.into());
    }
    let profile = profile_directory()?;
    let target = target_directory()?;
    let target = target
        .to_str()
        .context("the target directory's name is not UTF-8")?;
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let mut arguments = vec![
        "build",
        "--quiet",
        "--manifest-path",
        manifest,
        "--package",
        "vrrpd",
        "--target-dir",
        target,
    ];
    if profile.ends_with("release") {
        arguments.push("--release");
    }
    run(env!("CARGO"), &arguments).context("vrrpd does not build")?;
    Ok(profile.join("vrrpd"))
}

/// `target`, or what stands for it: where this test was built.
pub(crate) fn target_directory() -> Result<PathBuf> {
    let profile = profile_directory()?;
    Ok(profile
        .parent()
        .context("a profile's directory has a parent")?
        .to_owned())
}

/// Where the workspace is.
pub(crate) fn workspace() -> Result<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    Ok(workspace
        .context("the lab is a member of the workspace")?
        .to_owned())
}

/// `target/debug` or `target/release`. A test lies in `deps` below it, the demo in it.
fn profile_directory() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let directory = own.parent().context("a program lies in a directory")?;
    let profile = if directory.ends_with("deps") {
        directory.parent()
    } else {
        Some(directory)
    };
    Ok(profile.context("deps lies in a profile's directory")?.to_owned())
}
