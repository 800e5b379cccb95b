//! Reading the configuration again: whether it could run, and whether it is what runs.

use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tracing::{info, warn};
use vrrp_config::{Config, Loaded, Problem, load};

use crate::cli::ConfigSource;
use crate::report::ReloadResult;
use crate::surroundings::Host;

/// What reading it may take: a file can be a pipe that nobody writes to.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came of it, and every problem that was found.
pub(super) async fn read_again(source: &ConfigSource, running: &Config) -> (ReloadResult, Vec<String>) {
    if source.from_env {
        info!(
            event = "reload_not_a_file",
            "there is nothing to reload, since the environment of a process cannot change"
        );
        return (ReloadResult::NotAFile, Vec::new());
    }
    let path = source.path.clone();
    let reading = spawn_blocking(move || load(&path, &Host));
    let (result, problems) = if let Ok(Ok(read)) = timeout(PATIENCE, reading).await {
        compare(read, running)
    } else {
        let problem = format!(
            "{}: reading it did not end within {} s",
            source.path.display(),
            PATIENCE.as_secs()
        );
        (ReloadResult::Invalid, vec![problem])
    };
    let path = source.path.display();
    match result {
        ReloadResult::Invalid => {
            warn!(
                event = "reload_invalid",
                problems = problems.len(),
                "{path} cannot run, and what ran before goes on: {}",
                problems.first().map_or("", String::as_str)
            );
        }
        ReloadResult::RestartNeeded => {
            info!(
                event = "reload_restart_needed",
                "{path} has changed: it counts after a restart"
            );
        }
        ReloadResult::Unchanged | ReloadResult::NotAFile => {
            info!(event = "reload_unchanged", "{path} is what runs");
        }
    }
    (result, problems)
}

fn compare(read: Result<Loaded, Vec<Problem>>, running: &Config) -> (ReloadResult, Vec<String>) {
    let words = |problems: &[Problem]| problems.iter().map(ToString::to_string).collect();
    match read {
        Err(problems) => (ReloadResult::Invalid, words(&problems)),
        Ok(loaded) if loaded.config == *running => (ReloadResult::Unchanged, words(&loaded.warnings)),
        Ok(loaded) => (ReloadResult::RestartNeeded, words(&loaded.warnings)),
    }
}
