//! The life of the runner's process: whatever happens to it, to the daemon and to those that scripts leave behind.

mod support;

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::sys::signal::Signal;
use support::log::Log;
use support::{Bench, LONG, RUNNER, children, eventually, job, lives, passed, refusal, signal, status};
use vrrp_checks::runner::{End, Job};

const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn orphans_become_its_children_and_are_reaped() {
    let bench = Bench::new();
    // Twice forked, and in a session of its own.
    let body =
        "setsid sh -c 'sh -c \"echo \\$\\$ > $0/orphan; while [ ! -e $0/end ]; do sleep 0.05; done\" &' $dir";
    assert_eq!(bench.run(body).await, passed());
    let orphan = bench.written("orphan").await.trim().to_owned();
    eventually("the orphan", || {
        children(bench.pid).contains(&orphan).then_some(())
    })
    .await;
    fs::write(bench.path("end"), "").unwrap();
    eventually("no zombies", || children(bench.pid).is_empty().then_some(())).await;
}

/// A check that never ends when it is run the first time, and passes the second time.
fn passes_later(bench: &Bench) -> Job {
    let body = "[ -e $dir/pid ] && exit 0; echo $$ > $dir/pid; exec sleep 1000";
    job(&bench.script("later", body))
}

#[tokio::test]
async fn a_runner_that_is_killed_is_started_again() {
    let log = Log::new();
    let bench = Bench::new();
    let lane = bench.runner.lane();
    let running = tokio::spawn({
        let (lane, job) = (lane.clone(), passes_later(&bench));
        async move { lane.run(job).await }
    });
    let pid = bench.written("pid").await;
    signal(bench.pid, Signal::SIGKILL);
    assert_eq!(running.await.unwrap(), passed(), "it was not run again");
    eventually("the check's end", || (!lives(&pid)).then_some(())).await;
    assert!(!lives(&bench.pid.to_string()));
    let warnings = log.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].ends_with("signal: 9 (SIGKILL)): it is started again at once"),
        "{warnings:?}"
    );

    // The next time it takes a second.
    let second = bench.runner_now().await;
    signal(second, Signal::SIGKILL);
    let next = bench.script("next", "exit 0");
    assert_eq!(
        lane.run(job(&next)).await.end,
        End::Lost,
        "there is none for a second"
    );
    loop {
        match lane.run(job(&next)).await.end {
            End::Lost => tokio::time::sleep(Duration::from_millis(50)).await,
            end => break assert_eq!(end, End::Exited(0)),
        }
    }
    assert!(log.warnings()[1].ends_with("it is started again in 1 s"));
}

#[tokio::test]
async fn a_runner_that_hangs_is_killed_and_started_again() {
    let log = Log::new();
    let bench = Bench::new();
    let lane = bench.runner.lane();
    let other = tokio::spawn({
        let (lane, job) = (bench.runner.lane(), passes_later(&bench));
        async move { lane.run(job).await }
    });
    let pid = bench.written("pid").await;
    signal(bench.pid, Signal::SIGSTOP);
    let next = bench.script("next", "exit 0");
    let short = Job {
        timeout: SHORT,
        ..job(&next)
    };
    let ended = lane.run(short).await;
    assert_eq!(refusal(&ended), "the process that starts scripts does not answer");
    assert_eq!(lane.run(job(&next)).await, passed());
    assert_eq!(other.await.unwrap(), passed(), "it was not run again");
    eventually("the check's end", || (!lives(&pid)).then_some(())).await;
    assert!(!lives(&bench.pid.to_string()));
    let warnings = log.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("it did not answer, and is killed"));
}

/// It cannot say that the run before is gone; no other run is needed to see that it hangs.
#[tokio::test]
async fn a_runner_that_hangs_after_a_run_that_timed_out_is_killed_too() {
    let bench = Bench::new();
    let path = bench.script(
        "script",
        "trap '' TERM; echo $$ > $dir/pid; while :; do sleep 1; done",
    );
    let next = bench.script("next", "exit 0");
    let lane = bench.runner.lane();
    let short = |path| Job {
        timeout: SHORT,
        ..job(path)
    };
    assert_eq!(lane.run(short(&path)).await.end, End::TimedOut(SHORT));
    signal(bench.pid, Signal::SIGSTOP);
    let pid = bench.written("pid").await;
    assert!(lives(&pid));
    let ended = lane.run(short(&next)).await;
    assert_eq!(refusal(&ended), "the process that starts scripts does not answer");
    assert_eq!(lane.run(job(&next)).await, passed());
    assert!(!lives(&bench.pid.to_string()));
    eventually("the check's end", || (!lives(&pid)).then_some(())).await;
}

/// Who looks at the processes of the machine must see what it is.
#[tokio::test]
async fn it_is_shown_under_its_name() {
    let bench = Bench::with(RUNNER.as_ref(), &["runner"]);
    let mut pid = bench.pid;
    for _ in 0..2 {
        assert_eq!(bench.runner_now().await, pid);
        let command_line = fs::read(format!("/proc/{pid}/cmdline")).unwrap();
        assert_eq!(command_line, b"vrrpd\0runner\0");
        assert_eq!(status(pid, "Name"), "vrrpd-runner");
        // And the one after it.
        if pid == bench.pid {
            signal(pid, Signal::SIGKILL);
            pid = bench.runner_now().await;
        }
    }
    assert_ne!(pid, bench.pid);
}

#[tokio::test]
async fn signals_to_the_whole_terminal_group_do_not_end_it() {
    let bench = Bench::new();
    assert_eq!(bench.run("exit 0").await, passed());
    for ignored in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGPIPE] {
        signal(bench.pid, ignored);
    }
    assert_eq!(bench.run("exit 0").await, passed());
    assert!(lives(&bench.pid.to_string()));
}

#[tokio::test]
async fn checks_end_with_the_daemon_and_hooks_finish() {
    let bench = Bench::new();
    let check = bench.script("check", "trap '' TERM; echo $$ > $dir/check_pid; sleep 1000");
    let body = "echo $$ > $dir/hook_pid; while [ ! -e $dir/end ]; do sleep 0.05; done; echo finished > $dir/hook_end";
    let hook = bench.script("hook", body);
    let mut runs = Vec::new();
    for job in [
        job(&check),
        Job {
            ends_with_daemon: false,
            ..job(&hook)
        },
    ] {
        let lane = bench.runner.lane();
        runs.push(tokio::spawn(async move { lane.run(job).await }));
    }
    let (check, hook) = (bench.written("check_pid").await, bench.written("hook_pid").await);
    assert!(!bench.runner.finish(SHORT).await, "the hook has not ended");
    eventually("the check's end", || (!lives(&check)).then_some(())).await;
    assert!(lives(&hook));
    for run in runs {
        assert_eq!(run.await.unwrap().end, End::Lost);
    }
    assert_eq!(bench.run("exit 0").await.end, End::Lost);
    fs::write(bench.path("end"), "").unwrap();
    assert_eq!(bench.written("hook_end").await, "finished\n");
    eventually("the runner's end", || {
        (!lives(&bench.pid.to_string())).then_some(())
    })
    .await;
}

#[tokio::test]
async fn finishing_waits_for_hooks() {
    let bench = Bench::new();
    let path = bench.script(
        "hook",
        "echo > $dir/began; sleep 0.5; echo finished > $dir/hook_end",
    );
    let lane = bench.runner.lane();
    let hook = Job {
        ends_with_daemon: false,
        ..job(&path)
    };
    let run = tokio::spawn(async move { lane.run(hook).await });
    bench.written("began").await;
    assert!(bench.runner.finish(LONG).await);
    assert_eq!(bench.read("hook_end"), "finished\n");
    assert_eq!(run.await.unwrap().end, End::Lost);
}

#[tokio::test]
async fn a_thousand_at_once_all_run() {
    let bench = Bench::new();
    let path = bench.script("script", "exit $1");
    let mut runs = Vec::new();
    for number in 0..1000 {
        let lane = bench.runner.lane();
        let mut job = job(&path);
        job.timeout = LONG * 5;
        job.arguments = vec![(number % 200).to_string()];
        runs.push(tokio::spawn(async move { lane.run(job).await }));
    }
    for (number, run) in (0..).zip(runs) {
        assert_eq!(run.await.unwrap().end, End::Exited(number % 200));
    }
    assert!(children(bench.pid).is_empty());
}

/// Those that wait for room are not forgotten: they are refused when their time is over.
#[tokio::test]
async fn what_finds_no_room_is_refused_in_time() {
    let bench = Bench::new();
    let mut sleep = job(&bench.path("unused"));
    sleep.script.argv = ["/bin/sleep", "1000"].map(str::to_owned).into();
    for _ in 0..400 {
        let (lane, job) = (bench.runner.lane(), sleep.clone());
        tokio::spawn(async move { lane.run(job).await });
    }
    eventually("400 scripts", || (children(bench.pid).len() == 400).then_some(())).await;
    let late = Job {
        timeout: SHORT,
        ..job(&bench.script("script", "exit 0"))
    };
    let refused = bench.run_job(late).await;
    assert!(
        refusal(&refused).starts_with("400 scripts run already"),
        "{refused}"
    );
    assert!(bench.runner.finish(LONG).await, "all of them are killed");
}

/// A process that is asked by hand.
fn bare() -> (std::process::Child, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let child = Command::new(RUNNER)
        .stdin(OwnedFd::from(theirs))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    (child, ours)
}

#[test]
fn a_broken_frame_ends_it() {
    let frames: [&[u8]; 3] = [
        &[0xff; 8],
        &[0, 0, 0, 2, b'{', b'{'],
        b"\0\0\0\x19{\"Run\":{\"id\":1,\"job\":{}}}",
    ];
    for frame in frames {
        let (mut child, mut socket) = bare();
        socket.write_all(frame).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{frame:?}");
    }
    let (mut child, socket) = bare();
    drop(socket);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    // No socket at all.
    let status = Command::new(RUNNER)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
}

/// Somebody who asks and does not listen costs no memory, and loses no answer.
#[test]
fn answers_that_nobody_takes_are_bounded() {
    const REQUESTS: u64 = 20_000;
    let (mut child, mut socket) = bare();
    let mut writer = socket.try_clone().unwrap();
    let sent = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&sent);
    let writing = std::thread::spawn(move || {
        let mut job = job("/unused".as_ref());
        job.script.argv = vec!["relative".repeat(20)];
        for id in 0..REQUESTS {
            let request =
                serde_json::to_vec(&serde_json::json!({ "Run": { "id": id, "job": job } })).unwrap();
            let length = u32::try_from(request.len()).unwrap();
            writer.write_all(&length.to_be_bytes()).unwrap();
            writer.write_all(&request).unwrap();
            counter.store(id + 1, Ordering::Relaxed);
        }
    });
    // Until it takes nothing more.
    let mut before = 0;
    loop {
        std::thread::sleep(Duration::from_millis(500));
        let now = sent.load(Ordering::Relaxed);
        if now == before {
            break;
        }
        before = now;
    }
    assert!(before < REQUESTS, "everything was taken in");
    for _ in 0..REQUESTS {
        let mut length = [0; 4];
        socket.read_exact(&mut length).unwrap();
        let mut answer = vec![0; u32::from_be_bytes(length).try_into().unwrap()];
        socket.read_exact(&mut answer).unwrap();
        assert!(String::from_utf8(answer).unwrap().contains("NotStarted"));
    }
    writing.join().unwrap();
    let peak = status(child.id(), "VmHWM");
    let kibibytes: u64 = peak.trim_end_matches(" kB").parse().unwrap();
    assert!(kibibytes < 16 * 1024, "the runner took {peak}");
    drop(socket);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
