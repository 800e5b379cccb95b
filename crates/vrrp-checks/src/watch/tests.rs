mod log;

use core::cell::{Cell, RefCell};
use core::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::*;
use crate::runner::End;
use crate::{Capabilities, Probe, Script};

const SECOND: Duration = Duration::from_secs(1);

/// A script check every second. Its name is all that the fake runner knows it by.
fn script(name: &str) -> Check {
    Check {
        name: name.to_owned(),
        probe: Probe::Script(Script {
            argv: vec![format!("/bin/{name}"), "-x".to_owned()],
            user: None,
            capabilities: Capabilities::default(),
        }),
        interval: SECOND,
        timeout: SECOND / 2,
        rise: NonZeroU32::MIN,
        fall: NonZeroU32::MIN,
    }
}

fn after(rise: u32, fall: u32, check: Check) -> Check {
    Check {
        rise: NonZeroU32::new(rise).expect("more than zero"),
        fall: NonZeroU32::new(fall).expect("more than zero"),
        ..check
    }
}

fn ended(status: i32) -> Ended {
    Ended {
        end: End::Exited(status),
        last_line: None,
    }
}

fn failing(status: i32) -> Standing {
    Standing::Failing(format!("exited with status {status}"))
}

/// Milliseconds on the paused clock since it was made.
#[derive(Clone, Copy)]
struct Clock(Instant);

impl Clock {
    fn start() -> Self {
        Self(Instant::now())
    }

    fn millis(self) -> u128 {
        self.0.elapsed().as_millis()
    }
}

type Told = (u128, usize, Standing);
type Ran = (u128, usize, Run, Option<Standing>);

/// Watches for so long, and returns how checks were said to stand and when.
async fn watched<F, Fut>(length: Duration, checks: Vec<Check>, run_script: F) -> Vec<Told>
where
    F: Fn(usize, Job) -> Fut,
    Fut: Future<Output = Ended>,
{
    let ran = runs(length, checks, run_script).await.into_iter();
    ran.filter_map(|(at, index, _, changed)| Some((at, index, changed?)))
        .collect()
}

/// Watches for so long, and returns all that was reported and when.
async fn runs<F, Fut>(length: Duration, checks: Vec<Check>, run_script: F) -> Vec<Ran>
where
    F: Fn(usize, Job) -> Fut,
    Fut: Future<Output = Ended>,
{
    let clock = Clock::start();
    let mut told = Vec::new();
    let report = |index, run, changed| told.push((clock.millis(), index, run, changed));
    assert!(
        timeout(length, watch(checks, run_script, report)).await.is_err(),
        "it ends by itself never"
    );
    told
}

#[tokio::test(start_paused = true)]
async fn every_check_is_run_at_once_and_then_at_its_beat() {
    let clock = Clock::start();
    let starts = RefCell::new(Vec::new());
    let checks = vec![
        script("a"),
        script("b"),
        Check {
            interval: 2 * SECOND,
            ..script("c")
        },
    ];
    let told = watched(SECOND * 17 / 5, checks, async |_, job: Job| {
        let name = job.environment[0].1.clone();
        starts.borrow_mut().push((clock.millis(), name));
        // Takes its time, which moves no beat.
        sleep(SECOND / 10).await;
        ended(0)
    })
    .await;
    let mut starts = starts.into_inner();
    starts.sort();
    let expected: Vec<(u128, String)> = [
        (0, "a"),
        (0, "b"),
        (0, "c"),
        (1000, "a"),
        (1500, "b"),
        (2000, "a"),
        (2000, "c"),
        (2500, "b"),
        (3000, "a"),
    ]
    .map(|(at, name)| (at, name.to_owned()))
    .into();
    // The clock of the runtime rounds up to whole milliseconds.
    assert_eq!(starts, expected);
    let mut indices: Vec<_> = told.iter().map(|(_, index, _)| *index).collect();
    indices.sort_unstable();
    assert_eq!(indices, [0, 1, 2], "each was reported once: nothing changed");
    assert!(told.iter().all(|(_, _, standing)| *standing == Standing::Passing));
}

#[tokio::test(start_paused = true)]
async fn the_runner_is_told_what_to_run() {
    let jobs = RefCell::new(Vec::new());
    watched(SECOND / 2, vec![script("a")], async |_, job: Job| {
        jobs.borrow_mut().push(job);
        ended(0)
    })
    .await;
    let Probe::Script(script) = script("a").probe else {
        panic!("it is a script");
    };
    let expected = Job {
        script,
        arguments: Vec::new(),
        environment: vec![("VRRPD_CHECK".to_owned(), "a".to_owned())],
        timeout: SECOND / 2,
        ends_with_daemon: true,
    };
    assert_eq!(jobs.into_inner(), [expected]);
}

#[tokio::test(start_paused = true)]
async fn only_changes_are_reported() {
    let results = [0, 0, 1, 1, 1, 2, 0, 0, 0, 1, 0, 0];
    let run = Cell::new(0);
    let check = after(2, 3, script("a"));
    let told = watched(SECOND * 23 / 2, vec![check], async |_, _| {
        let status = results[run.get()];
        run.set(run.get() + 1);
        ended(status)
    })
    .await;
    assert_eq!(run.get(), results.len());
    assert_eq!(
        told,
        [
            (0, 0, Standing::Passing),
            // The third failure in a row...
            (4000, 0, failing(1)),
            // ...and the second success. One failure after that changes nothing.
            (7000, 0, Standing::Passing),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn every_run_is_reported_with_the_standing_where_that_changes() {
    let run = Cell::new(0);
    let check = after(1, 2, script("a"));
    let ran = runs(SECOND * 9 / 2, vec![check], async |_, _| {
        let (length, ended) = [
            (10, ended(0)),
            (20, ended(127)),
            (0, Ended::lost()),
            (40, ended(1)),
            (50, ended(0)),
        ][run.get()]
        .clone();
        run.set(run.get() + 1);
        sleep(Duration::from_millis(length)).await;
        ended
    })
    .await;
    let failed = |reason: &str, runnable, took| Run {
        result: Err(reason.to_owned()),
        runnable,
        took: Duration::from_millis(took),
    };
    let passed = |took| Run {
        result: Ok(None),
        runnable: true,
        took: Duration::from_millis(took),
    };
    let lost = "is lost: the process that starts scripts has ended";
    let expected = [
        (10, 0, passed(10), Some(Standing::Passing)),
        (1020, 0, failed("exited with status 127", true, 20), None),
        (
            2000,
            0,
            failed(lost, false, 0),
            Some(Standing::Failing(lost.to_owned())),
        ),
        // The reason is that of this run, though the standing keeps the one that it changed for.
        (3040, 0, failed("exited with status 1", true, 40), None),
        (4050, 0, passed(50), Some(Standing::Passing)),
    ];
    assert_eq!(ran, expected);
}

#[tokio::test(start_paused = true)]
async fn a_script_that_hangs_holds_up_nobody_but_itself() {
    let running = Cell::new(0);
    let hung = Cell::new(0);
    let others = Cell::new(0);
    let told = watched(
        SECOND * 52 / 5,
        vec![script("hangs"), script("other")],
        async |_, job: Job| {
            if job.script.argv[0] == "/bin/other" {
                others.set(others.get() + 1);
                return ended(0);
            }
            assert_eq!(running.replace(1), 0, "one run at a time");
            hung.set(hung.get() + 1);
            sleep(SECOND * 5 / 2).await;
            running.set(0);
            ended(1)
        },
    )
    .await;
    // At 0, 3, 6 and 9 s: the beats between were missed, and are not made up for.
    assert_eq!(hung.get(), 4);
    // At 0, 1.5, 2.5 to 9.5 s.
    assert_eq!(others.get(), 10);
    assert_eq!(told, [(0, 1, Standing::Passing), (2500, 0, failing(1))]);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_checks_are_spread() {
    let clock = Clock::start();
    let starts = RefCell::new(Vec::new());
    let checks: Vec<_> = (0..1000).map(|index| script(&index.to_string())).collect();
    watched(SECOND * 7 / 2, checks, async |_, _| {
        starts.borrow_mut().push(clock.millis());
        ended(0)
    })
    .await;
    let mut starts = starts.into_inner();
    starts.sort_unstable();
    let first = starts.partition_point(|&at| at == 0);
    assert_eq!(first, 1000, "all at once");
    let mut later = starts.split_off(first);
    later.truncate(later.partition_point(|&at| at < 3000));
    assert_eq!(later.len(), 2000);
    later.dedup();
    assert_eq!(later.len(), 2000, "then each at a moment of its own");
}

#[tokio::test(start_paused = true)]
async fn dropping_it_ends_what_is_under_way() {
    struct Guard(Rc<Cell<bool>>);
    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let dropped = Rc::new(Cell::new(false));
    let told = watched(SECOND * 3, vec![script("hangs")], async |_, _| {
        let _guard = Guard(Rc::clone(&dropped));
        core::future::pending().await
    })
    .await;
    assert!(dropped.get());
    assert_eq!(told, []);
}

#[tokio::test(start_paused = true)]
async fn without_checks_it_waits_for_ever() {
    assert_eq!(watched(SECOND, Vec::new(), async |_, _| ended(0)).await, []);
}
