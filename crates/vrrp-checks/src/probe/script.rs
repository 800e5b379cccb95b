//! Whether a script exits with 0.

use std::time::Duration;

use super::Failure;
use crate::Script;
use crate::runner::{Ended, Job};

/// Has it run.
pub(super) async fn run<F, Fut>(
    name: &str,
    script: &Script,
    within: Duration,
    run_script: &F,
) -> Result<(), Failure>
where
    F: Fn(Job) -> Fut,
    Fut: Future<Output = Ended>,
{
    let ended = run_script(Job {
        script: script.clone(),
        arguments: Vec::new(),
        environment: vec![("VRRPD_CHECK".to_owned(), name.to_owned())],
        timeout: within,
        ends_with_daemon: true,
    })
    .await;
    if ended.passed() {
        Ok(())
    } else {
        Err(Failure::Script(ended))
    }
}
