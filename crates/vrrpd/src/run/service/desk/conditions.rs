//! What is wrong, or worth knowing, at one moment: a pure judgement of what is seen.
//!
//! A MASTER that was silent for a `Master_Down_Interval` is none any more, unless it ignores what it hears: then it may
//! be silent and MASTER, and is believed for five minutes, or until it resigns.

mod host;
mod wire;

#[cfg(test)]
mod tests;

use vrrp_config::Config;

use super::lasting::Finding;
use crate::report::{Kind, Status};
use crate::run::engine::picture::Picture;

/// What is to be said of the daemon and its checks.
pub(super) fn of_daemon(status: &Status) -> Vec<Finding> {
    let mut findings = Vec::new();
    host::of_daemon(&status.daemon, &mut findings);
    for check in &status.checks {
        host::of_check(check, &mut findings);
    }
    findings
}

/// What is to be said of the virtual routers of this status, which were seen so.
pub(super) fn of_routers(status: &Status, config: &Config, picture: &Picture) -> Vec<Finding> {
    let mut findings = Vec::new();
    let seen = config.instances.iter().zip(&picture.routers).zip(&status.routers);
    for ((instance, seen), router) in seen {
        host::of_router(picture.at, instance, seen, router, &mut findings);
        wire::of_router(picture.at, instance, seen, router, &mut findings);
    }
    for port in &picture.ports {
        wire::of_port(picture.at, config, port, &mut findings);
    }
    findings
}

/// About one virtual router.
fn about_router(kind: Kind, router: &str, cause: impl Into<String>, hint: impl Into<String>) -> Finding {
    Finding {
        kind,
        router: Some(router.to_owned()),
        about: None,
        cause: cause.into(),
        hint: hint.into(),
    }
}

/// About something else than a virtual router.
fn about(kind: Kind, what: &impl ToString, cause: impl Into<String>, hint: impl Into<String>) -> Finding {
    Finding {
        kind,
        router: None,
        about: Some(what.to_string()),
        cause: cause.into(),
        hint: hint.into(),
    }
}

impl Finding {
    /// About this part of it, or this other one.
    fn with(mut self, what: &impl ToString) -> Self {
        self.about = Some(what.to_string());
        self
    }
}
