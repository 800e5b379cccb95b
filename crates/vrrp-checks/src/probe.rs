//! One run of a check.

mod aside;
mod connect;
mod connections;
mod failure;
mod file;
mod http;
mod process;
mod script;
mod tcp;
mod tls;

use std::time::Duration;

use rustix::process::Pid;
use tokio::time::timeout;

pub(crate) use failure::Failure;
pub(crate) use process::Lives;

use connections::Connections;

use crate::runner::{Ended, Job};
use crate::{Check, Probe};

/// What a run brings that does not fail.
#[derive(Debug)]
pub(crate) enum Answer {
    /// All is well.
    Passes,
    /// A number.
    Number(i64),
    /// Enough processes run; without [`Lives`] it cannot be known at once when they end.
    Runs(Option<Lives>),
}

/// Runs checks.
#[derive(Debug)]
pub(crate) struct Prober<F> {
    run_script: F,
    census: process::Census,
    connections: Connections,
}

impl<F, Fut> Prober<F>
where
    F: Fn(usize, Job) -> Fut,
    Fut: Future<Output = Ended>,
{
    /// One that starts scripts by `run_script`, which is told the number of the check.
    pub(crate) fn new(run_script: F) -> Self {
        Self {
            run_script,
            census: process::Census::default(),
            connections: Connections::of_this_process(),
        }
    }

    /// One run of the check of this number, within its timeout. `ended` are processes that are known to have ended
    /// since the last run.
    pub(crate) async fn run(&self, number: usize, check: &Check, ended: &[Pid]) -> Result<Answer, Failure> {
        let within = check.timeout;
        match &check.probe {
            Probe::Http(http) => {
                let _room = self.connections.room(within).await?;
                in_time(within, http::run(http, within))
                    .await
                    .map(|()| Answer::Passes)
            }
            Probe::Tcp(endpoint) => {
                let _room = self.connections.room(within).await?;
                in_time(within, tcp::run(endpoint, within))
                    .await
                    .map(|()| Answer::Passes)
            }
            // The runner ends it in time.
            Probe::Script(script) => {
                let run_script = |job| (self.run_script)(number, job);
                let ran = script::run(&check.name, script, within, &run_script).await;
                ran.map(|()| Answer::Passes)
            }
            Probe::File(file) => in_time(within, file::run(file)).await.map(Answer::Number),
            Probe::Process(processes) => in_time(within, self.census.run(processes, ended))
                .await
                .map(Answer::Runs),
        }
    }
}

async fn in_time<T>(within: Duration, run: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    timeout(within, run)
        .await
        .unwrap_or(Err(Failure::TimedOut(within)))
}
