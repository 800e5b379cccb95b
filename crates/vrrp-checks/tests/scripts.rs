//! Real scripts, started by a runner in a process of its own.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use support::{Bench, children, eventually, job, lives, passed, refusal, status};
use vrrp_checks::runner::{End, Job};

const SHORT: Duration = Duration::from_millis(300);

fn short(job: Job) -> Job {
    Job {
        timeout: SHORT,
        ..job
    }
}

#[tokio::test]
async fn the_status_is_told() {
    let bench = Bench::new();
    for status in [0, 1, 2, 126, 127, 255] {
        let ended = bench.run(&format!("exit {status}")).await;
        assert_eq!(ended.end, End::Exited(status));
        assert_eq!(ended.passed(), status == 0);
    }
    assert_eq!(bench.run("kill -KILL $$").await.end, End::Killed(9));
    assert_eq!(bench.run("kill -SEGV $$").await.end, End::Killed(11));
}

#[tokio::test]
async fn the_last_line_of_both_outputs_is_told() {
    let bench = Bench::new();
    let ended = bench.run("echo one; echo two >&2; echo; exit 3").await;
    assert_eq!(ended.end, End::Exited(3));
    assert_eq!(ended.last_line.as_deref(), Some("two"));
    assert_eq!(bench.run("exec >/dev/null 2>&1; echo x").await, passed());
}

#[tokio::test]
async fn arguments_come_as_they_are() {
    let bench = Bench::new();
    let path = bench.script("script", "for a; do printf '[%s]' \"$a\"; done");
    let mut job = job(&path);
    job.script
        .argv
        .extend(["a b".to_owned(), String::new(), "$HOME;*".to_owned()]);
    job.arguments = vec!["\"last\"".to_owned()];
    let ended = bench.run_job(job).await;
    assert_eq!(ended.last_line.as_deref(), Some("[a b][][$HOME;*][\"last\"]"));
}

#[tokio::test]
async fn what_takes_too_long_is_ended() {
    let bench = Bench::new();
    let path = bench.script(
        "script",
        "echo waiting; trap 'echo told > $dir/term; exit 0' TERM; sleep 60 & wait",
    );
    let ended = bench.run_job(short(job(&path))).await;
    assert_eq!(ended.end, End::TimedOut(SHORT));
    assert_eq!(ended.last_line.as_deref(), Some("waiting"));
    assert_eq!(bench.written("term").await, "told\n");
}

/// The answer comes when the time is over, and the next run when the one before is gone: not before two seconds,
/// which is when it is killed.
#[tokio::test]
async fn what_ignores_sigterm_is_killed_and_the_next_run_waits() {
    let bench = Bench::new();
    let path = bench.script(
        "script",
        "trap '' TERM; echo $$ > $dir/pid; while :; do sleep 1; done",
    );
    let lane = bench.runner.lane();
    let start = tokio::time::Instant::now();
    assert_eq!(lane.run(short(job(&path))).await.end, End::TimedOut(SHORT));
    let answered = start.elapsed();
    let first = bench.written("pid").await;
    assert!(
        lives(&first),
        "answered only when it was dead, after {answered:?}"
    );
    // The lane is not another's.
    assert_eq!(bench.run("exit 0").await, passed());
    assert!(lives(&first));

    // Also one that may not run for so long.
    let look = bench.script("look", &format!("kill -0 {}", first.trim()));
    assert_eq!(
        lane.run(short(job(&look))).await.end,
        End::Exited(1),
        "it was still there"
    );
    assert!(children(bench.pid).is_empty());
}

#[tokio::test]
async fn children_are_ended_with_it() {
    let bench = Bench::new();
    // The shell dies by SIGTERM; its children do not, and one of them is nobody's child any more.
    let path = bench.script(
        "script",
        "(trap '' TERM; sleep 1000 & echo $! > $dir/child; wait) & sh -c 'sleep 1000 & echo $! > $0/orphan' $dir; wait",
    );
    let lane = bench.runner.lane();
    let ended = lane
        .run(Job {
            timeout: Duration::from_secs(1),
            ..job(&path)
        })
        .await;
    assert_eq!(ended.end, End::TimedOut(Duration::from_secs(1)));
    let (child, orphan) = (bench.written("child").await, bench.written("orphan").await);
    // The lane is free again when all are gone.
    assert_eq!(lane.run(job(&bench.script("next", "exit 0"))).await, passed());
    assert!(!lives(&child));
    assert!(!lives(&orphan));
    eventually("no zombies", || children(bench.pid).is_empty().then_some(())).await;
}

#[tokio::test]
async fn a_stopped_script_is_ended_too() {
    let bench = Bench::new();
    let path = bench.script("script", "echo $$ > $dir/pid; kill -STOP $$");
    let lane = bench.runner.lane();
    assert_eq!(lane.run(short(job(&path))).await.end, End::TimedOut(SHORT));
    assert_eq!(lane.run(job(&bench.script("next", "exit 0"))).await, passed());
    assert!(!lives(&bench.written("pid").await));
}

#[tokio::test]
async fn megabytes_of_output_do_no_harm() {
    let bench = Bench::new();
    let ended = bench
        .run("dd if=/dev/zero bs=1M count=50 2>/dev/null | tr '\\0' x; echo; echo done")
        .await;
    assert_eq!(ended.end, End::Exited(0));
    assert_eq!(ended.last_line.as_deref(), Some("done"));
    let peak = status(bench.pid, "VmHWM");
    let kibibytes: u64 = peak.trim_end_matches(" kB").parse().unwrap();
    assert!(kibibytes < 16 * 1024, "the runner took {peak}");
}

#[tokio::test]
async fn the_end_of_a_line_without_an_end_is_told() {
    let bench = Bench::new();
    let ended = bench
        .run("head -c 300000 /dev/zero | tr '\\0' x; printf end")
        .await;
    assert_eq!(ended.end, End::Exited(0));
    let expected = format!("\u{2026}{}end", "x".repeat(197));
    assert_eq!(ended.last_line, Some(expected));
}

#[tokio::test]
async fn why_it_cannot_be_started() {
    let bench = Bench::new();
    let missing = bench.run_job(job(&bench.path("missing"))).await;
    assert!(refusal(&missing).starts_with("no such file: /"), "{missing}");

    let below = bench.file("file", "").join("below");
    let below = bench.run_job(job(&below)).await;
    assert!(refusal(&below).starts_with("no such file: /"), "{below}");

    let path = bench.script("closed", "exit 0");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let closed = bench.run_job(job(&path)).await;
    let expected = format!("{0} is not executable: chmod +x {0}", path.display());
    assert_eq!(refusal(&closed), expected);

    fs::create_dir(bench.path("directory")).unwrap();
    let directory = bench.run_job(job(&bench.path("directory"))).await;
    assert!(
        refusal(&directory).ends_with("/directory is a directory"),
        "{directory}"
    );

    // A shell would run it; the kernel does not.
    let plain = bench.run_job(job(&bench.file("plain", "exit 0\n"))).await;
    assert!(refusal(&plain).contains("no #! line"), "{plain}");
    let empty = bench.run_job(job(&bench.file("empty", ""))).await;
    assert!(refusal(&empty).contains("no #! line"), "{empty}");

    let windows = bench
        .run_job(job(&bench.file("windows", "#!/bin/sh\r\nexit 0\r\n")))
        .await;
    assert!(refusal(&windows).contains("\"/bin/sh\\r\""), "{windows}");
    assert!(refusal(&windows).contains("sed -i"), "{windows}");
    let nobody = bench
        .run_job(job(&bench.file("nobody", "#! /no/such -x\n")))
        .await;
    assert!(refusal(&nobody).contains("\"/no/such\""), "{nobody}");

    let mut relative = job(&bench.script("script", "exit 0"));
    relative.script.argv = vec!["true".to_owned()];
    let relative = bench.run_job(relative).await;
    assert!(refusal(&relative).contains("/usr/bin/true"), "{relative}");

    let mut nul = job(&bench.script("script", "exit 0"));
    nul.arguments = vec!["a\0b".to_owned()];
    let nul = bench.run_job(nul).await;
    assert!(refusal(&nul).contains("NUL"), "{nul}");

    let mut huge = job(&bench.script("script", "exit 0"));
    huge.arguments = vec!["x".repeat(1 << 20)];
    let huge = bench.run_job(huge).await;
    assert!(refusal(&huge).contains("too long"), "{huge}");
    let mut big = job(&bench.script("script", "exit 0"));
    big.arguments = vec!["x".repeat(1 << 18)];
    let big = bench.run_job(big).await;
    assert!(refusal(&big).starts_with("execve failed"), "{big}");

    // And after all that, it starts what can be.
    assert_eq!(bench.run("exit 0").await, passed());
}

#[tokio::test]
async fn the_environment_is_what_is_documented_and_nothing_else() {
    let bench = Bench::prepared("export SECRET=x LD_PRELOAD= IFS=z");
    let path = bench.script(
        "script",
        "tr '\\0' '\\n' < /proc/$$/environ > $dir/env; pwd > $dir/pwd",
    );
    let mut job = job(&path);
    job.environment = vec![("VRRPD_NAME".to_owned(), "a b=c".to_owned())];
    assert_eq!(bench.run_job(job).await, passed());
    let user = nix::unistd::User::from_uid(nix::unistd::geteuid())
        .unwrap()
        .unwrap();
    let expected = format!(
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOME={}\nUSER={1}\nLOGNAME={1}\n\
         VRRPD_NAME=a b=c\n",
        user.dir.display(),
        user.name
    );
    assert_eq!(bench.read("env"), expected);
    assert_eq!(bench.read("pwd"), "/\n");
}

/// The runner is started with much that must not go on: a script has none of it.
#[tokio::test]
async fn nothing_of_the_runner_is_inherited() {
    let bench = Bench::prepared("trap '' HUP PIPE USR1 TSTP CHLD; exec 7</dev/null 9</etc/passwd; umask 077");
    let ended = bench
        .run(
            "readlink /proc/$$/fd/0 > $dir/stdin
             umask > $dir/umask
             cut -d' ' -f1,5,6,7 /proc/$$/stat > $dir/session
             echo $$ > $dir/pid",
        )
        .await;
    assert_eq!(ended, passed());
    assert_eq!(bench.read("stdin"), "/dev/null\n");
    assert_eq!(bench.read("umask"), "0022\n");
    // Its own process, group and session, and no terminal.
    let pid = bench.read("pid").trim().to_owned();
    assert_eq!(bench.read("session"), format!("{pid} {pid} {pid} 0\n"));

    // Without a script: for that a shell opens, blocks and ignores what it needs.
    let direct = async |argv: &[&str]| {
        let mut job = job(&bench.path("unused"));
        job.script.argv = argv.iter().map(ToString::to_string).collect();
        bench.run_job(job).await.last_line.unwrap_or_default()
    };
    for signals in ["SigBlk", "SigIgn", "ShdPnd"] {
        let line = direct(&["/bin/grep", signals, "/proc/self/status"]).await;
        assert_eq!(line, format!("{signals}:0000000000000000"));
    }
    let descriptors = direct(&["/bin/sh", "-c", "ls -m /proc/$$/fd; true"]).await;
    assert_eq!(descriptors, "0, 1, 2");
}

#[tokio::test]
async fn what_a_script_leaves_in_the_background_lives_and_can_write() {
    let bench = Bench::new();
    let ended = bench
        .run("(trap 'echo pipe > $dir/pipe' PIPE; sleep 0.5; head -c 300000 /dev/zero; echo late; echo $? > $dir/late) &")
        .await;
    assert_eq!(ended, passed());
    assert_eq!(bench.written("late").await, "0\n");
    assert_eq!(bench.read("pipe"), "");
    eventually("no zombies", || children(bench.pid).is_empty().then_some(())).await;
}
