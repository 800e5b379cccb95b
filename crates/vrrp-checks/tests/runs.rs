//! What is reported of each run, by checks of real things.

mod support;

use core::num::NonZeroU32;
use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::Duration;

use support::{Bench, LONG, script};
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::{Instant, timeout};
use vrrp_checks::runner::Lane;
use vrrp_checks::{Check, Endpoint, Probe, Processes, Run, Standing, StateFile, watch};

fn check(probe: Probe) -> Check {
    Check {
        name: "web".to_owned(),
        probe,
        interval: LONG * 10,
        timeout: LONG,
        rise: NonZeroU32::MIN,
        fall: NonZeroU32::MIN,
    }
}

fn runs(path: &Path) -> Check {
    check(Probe::Script(script(path)))
}

fn tcp(port: u16) -> Check {
    let host = "127.0.0.1".to_owned();
    check(Probe::Tcp(Endpoint { host, port }))
}

fn file(path: &Path) -> Check {
    check(Probe::File(StateFile {
        path: path.to_owned(),
        presence: false,
    }))
}

/// The first run of each, with the standing that it led to.
async fn first(bench: &Bench, checks: Vec<Check>) -> Vec<(Run, Standing)> {
    let lanes: Vec<Lane> = checks.iter().map(|_| bench.runner.lane()).collect();
    let (sender, mut told) = tokio::sync::mpsc::unbounded_channel();
    let report = move |index: usize, run: Run, changed: Option<Standing>| {
        sender.send((index, run, changed)).expect("somebody who listens");
    };
    let run_script = |index: usize, job| {
        let lane = lanes[index].clone();
        async move { lane.run(job).await }
    };
    let mut first: Vec<Option<(Run, Standing)>> = vec![None; checks.len()];
    let listen = async {
        while first.iter().any(Option::is_none) {
            let (index, run, changed) = told.recv().await.expect("somebody who watches");
            let standing = changed.expect("the first run is how it stands");
            assert_eq!(first[index].replace((run, standing)), None, "one run each");
        }
    };
    tokio::select! {
        never = watch(checks, run_script, report) => match never {},
        heard = timeout(LONG * 2, listen) => heard.expect("a run of each"),
    }
    first.into_iter().map(Option::unwrap).collect()
}

#[tokio::test]
async fn what_was_looked_at_and_what_could_not_be() {
    let bench = Bench::new();
    let plain = bench.path("plain");
    fs::write(&plain, "#!/bin/sh\n").unwrap();
    let socket = bench.path("socket");
    let _bound = UnixListener::bind(&socket).unwrap();
    let number = bench.path("number");
    fs::write(&number, "-20\n").unwrap();
    let word = bench.path("word");
    fs::write(&word, "abc\n").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // Bound, so that nobody else takes it, and not listening.
    let closed = TcpSocket::new_v4().unwrap();
    closed.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let port = closed.local_addr().unwrap().port();
    let hangs = Check {
        timeout: Duration::from_millis(300),
        ..runs(&bench.script("hangs", "sleep 1000"))
    };
    let nobody = check(Probe::Process(Processes {
        name: "no-such-program-1".to_owned(),
        min: NonZeroU32::MIN,
    }));

    // Why it fails, or the number; and whether it looked at anything.
    let text = |path: &Path| path.display().to_string();
    let cases: Vec<(Check, Result<Option<i64>, String>, bool)> = vec![
        (runs(&bench.script("passes", "exit 0")), Ok(None), true),
        (tcp(listener.local_addr().unwrap().port()), Ok(None), true),
        (file(&number), Ok(Some(-20)), true),
        (file(&bench.path("missing")), Ok(Some(0)), true),
        (
            runs(&bench.script("fails", "echo no; exit 1")),
            Err("exited with status 1 (no)".to_owned()),
            true,
        ),
        (
            runs(&bench.script("not-found", "exit 127")),
            Err("exited with status 127".to_owned()),
            true,
        ),
        (
            runs(&bench.script("not-executable", "exit 126")),
            Err("exited with status 126".to_owned()),
            true,
        ),
        (hangs, Err("timed out after 0.3 s".to_owned()), true),
        (
            tcp(port),
            Err(format!("connection refused by 127.0.0.1:{port}")),
            true,
        ),
        (
            file(&word),
            Err(format!(r#"{}: not a whole number: "abc""#, text(&word))),
            true,
        ),
        (
            nobody,
            Err("no process named no-such-program-1 runs (1 wanted)".to_owned()),
            true,
        ),
        (
            runs(&bench.path("missing")),
            Err(format!(
                "could not be started: no such file: {}",
                text(&bench.path("missing"))
            )),
            false,
        ),
        (
            runs(&plain),
            Err(format!(
                "could not be started: {0} is not executable: chmod +x {0}",
                text(&plain)
            )),
            false,
        ),
        (
            file(&socket),
            Err(format!("{}: no such device or address", text(&socket))),
            false,
        ),
        (
            file(Path::new("/dev/null")),
            Err("/dev/null: not a regular file".to_owned()),
            false,
        ),
    ];
    let checks = cases.iter().map(|(check, ..)| check.clone()).collect();
    let found = first(&bench, checks).await;
    for ((check, result, runnable), (run, standing)) in cases.into_iter().zip(found) {
        assert_eq!((&run.result, run.runnable), (&result, runnable), "{check:?}");
        let expected = match result {
            Ok(None) => Standing::Passing,
            Ok(Some(number)) => Standing::Value(number),
            Err(reason) => Standing::Failing(reason),
        };
        assert_eq!(standing, expected, "{check:?}");
    }
}

#[tokio::test]
async fn without_a_runner_no_script_can_be_run() {
    let bench = Bench::new();
    let path = bench.script("passes", "exit 0");
    assert!(bench.runner.finish(LONG).await);
    let found = first(&bench, vec![runs(&path)]).await;
    let lost = "is lost: the process that starts scripts has ended".to_owned();
    assert_eq!(found[0].0.result, Err(lost));
    assert!(!found[0].0.runnable);
}

/// A run takes as long as the script, however long the check waits for its beat.
#[tokio::test]
async fn the_time_is_that_of_the_run() {
    let bench = Bench::new();
    let start = Instant::now();
    let found = first(&bench, vec![runs(&bench.script("takes", "sleep 0.3"))]).await;
    let took = found[0].0.took;
    assert!(took >= Duration::from_millis(300), "{took:?}");
    assert!(took <= start.elapsed(), "{took:?}");
}
