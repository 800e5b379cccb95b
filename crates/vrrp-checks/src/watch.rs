//! All checks, each at its own pace.

mod phrase;
mod rhythm;
mod run;
#[cfg(test)]
mod tests;

use core::convert::Infallible;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rustix::process::Pid;
use tokio::time::{Instant, sleep_until};
use tracing::{debug, info};

use crate::probe::{Answer, Failure, Lives, Prober};
use crate::runner::{Ended, Job};
use crate::{Check, Judge, Standing};
use phrase::{output, phrase, word};
use rhythm::{Rhythm, rhythms};
pub use run::Run;

/// Runs all checks for ever, on a tokio runtime with I/O and time: each at once, then at its interval, and never
/// twice at a time. A run that outlasts its interval has the beats that it missed left out.
///
/// `run_script` starts the script of the check at an index and waits for its end. `report` is told what came of each
/// run of the check at an index; and how that check stands: after its first run, and whenever that changes.
///
/// All ends when the future is dropped, runs under way included.
pub async fn watch<F, Fut>(
    checks: Vec<Check>,
    run_script: F,
    mut report: impl FnMut(usize, Run, Option<Standing>),
) -> Infallible
where
    F: Fn(usize, Job) -> Fut,
    Fut: Future<Output = Ended>,
{
    let prober = Prober::new(run_script);
    let intervals: Vec<_> = checks.iter().map(|check| check.interval).collect();
    let mut turns: FuturesUnordered<_> = checks
        .into_iter()
        .zip(rhythms(&intervals, Instant::now()))
        .enumerate()
        .map(|(index, (check, rhythm))| Watched::new(index, check, rhythm).turn(&prober))
        .collect();
    while let Some((mut watched, result, took)) = turns.next().await {
        let run = Run::new(&result, took);
        let changed = watched.hear(result);
        report(watched.index, run, changed);
        turns.push(watched.turn(&prober));
    }
    core::future::pending().await
}

/// A check between two of its runs.
struct Watched {
    index: usize,
    check: Check,
    judge: Judge,
    rhythm: Rhythm,
    lives: Option<Lives>,
}

impl Watched {
    fn new(index: usize, check: Check, rhythm: Rhythm) -> Self {
        Self {
            index,
            judge: Judge::new(check.rise, check.fall),
            rhythm,
            lives: None,
            check,
        }
    }

    /// Waits until it is time, and runs it once: what that brought, and how long it took.
    async fn turn<F, Fut>(mut self, prober: &Prober<F>) -> (Self, Result<Answer, Failure>, Duration)
    where
        F: Fn(usize, Job) -> Fut,
        Fut: Future<Output = Ended>,
    {
        let ended = self.time().await;
        let start = Instant::now();
        let result = prober.run(self.index, &self.check, &ended).await;
        let end = Instant::now();
        self.rhythm.skip(end);
        (self, result, end.duration_since(start))
    }

    /// Waits for the next beat, or until processes end that the check cannot pass without: these are returned.
    async fn time(&mut self) -> Vec<Pid> {
        let beat = sleep_until(self.rhythm.next());
        let Some(lives) = self.lives.take() else {
            beat.await;
            self.rhythm.take();
            return Vec::new();
        };
        tokio::select! {
            biased;
            ended = lives.too_few() => ended,
            () = beat => {
                self.rhythm.take();
                Vec::new()
            }
        }
    }

    /// Takes a result in, and answers with the standing if it is another than before.
    fn hear(&mut self, result: Result<Answer, Failure>) -> Option<Standing> {
        if let Err(failure) = &result {
            debug!(check = self.check.name, reason = %failure, "a run failed");
        }
        let standing = match &result {
            Ok(Answer::Passes | Answer::Runs(_)) => Standing::Passing,
            Ok(Answer::Number(number)) => Standing::Value(*number),
            Err(failure) => Standing::Failing(failure.to_string()),
        };
        let changed = self.judge.hear(standing).cloned();
        if let Some(standing) = &changed {
            info!(
                event = "check_changed",
                check = self.check.name,
                standing = word(standing).as_ref(),
                output = output(&result),
                "{}",
                phrase(&self.check, &result)
            );
        }
        if let Ok(Answer::Runs(lives)) = result {
            self.lives = lives;
        }
        changed
    }
}
