//! Transitions, told to real scripts.

mod support;

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use nix::sys::signal::Signal;
use support::log::Log;
use support::{Bench, LONG, eventually, hook, job, signal};
use vrrp_checks::notify::{Event, Kind, Notice, Notifier, State};
use vrrp_checks::runner::End;
use vrrp_checks::{Hook, Hooks};

fn notice(name: &str, event: Event, sequence: u64) -> Notice {
    Notice {
        kind: Kind::Instance,
        name: name.to_owned(),
        event,
        priority: 110,
        from: "BACKUP",
        cause: "nobody was heard".to_owned(),
        sequence,
        vrid: Some(51),
        interface: Some("eth0".to_owned()),
        addresses: vec!["192.0.2.1/24".to_owned()],
    }
}

const MASTER: Event = Event::State(State::Master);
const BACKUP: Event = Event::State(State::Backup);
const FAULT: Event = Event::State(State::Fault);
const STOP: Event = Event::State(State::Stop);

/// A hook for everything, each of which writes its name, the state and its arguments into `log`.
fn all(bench: &Bench) -> Hooks {
    let log = |name: &str| {
        let body = format!("echo \"{name}${{VRRPD_SEQUENCE}} $VRRPD_STATE ($*)\" >> $dir/log");
        Some(hook(&bench.script(name, &body)))
    };
    Hooks {
        notify: log("notify"),
        master: log("master"),
        backup: log("backup"),
        fault: log("fault"),
        stop: log("stop"),
        reasserted: log("reasserted"),
    }
}

fn notifier(bench: &Bench, hooks: Hooks) -> Notifier {
    Notifier::new(
        &bench.runner,
        None,
        vec![(Kind::Instance, "VI_1".to_owned(), hooks)],
    )
}

#[tokio::test]
async fn every_hook_is_told_in_order() {
    let bench = Bench::new();
    let notifier = notifier(&bench, all(&bench));
    let mut expected = String::new();
    for (event, sequence) in [BACKUP, MASTER, Event::Reasserted, FAULT, STOP]
        .into_iter()
        .zip(1..)
    {
        notifier.tell(notice("VI_1", event, sequence));
        let told = match event {
            BACKUP => "backup1 BACKUP ()\nnotify1 BACKUP (INSTANCE VI_1 BACKUP 110)\n",
            MASTER => "master2 MASTER ()\nnotify2 MASTER (INSTANCE VI_1 MASTER 110)\n",
            Event::Reasserted => "reasserted3 MASTER (INSTANCE VI_1 MASTER 110)\n",
            FAULT => "fault4 FAULT ()\nnotify4 FAULT (INSTANCE VI_1 FAULT 110)\n",
            Event::State(_) => "stop5 STOP ()\nnotify5 STOP (INSTANCE VI_1 STOP 110)\n",
        };
        expected.push_str(told);
        eventually(told, || (bench.read("log").len() >= expected.len()).then_some(())).await;
        assert_eq!(bench.read("log"), expected);
    }
    notifier.finish().await;
    assert_eq!(bench.read("log"), expected);
}

/// A hook that waits until it may end, and writes when it begins and ends.
fn slow(bench: &Bench) -> Hooks {
    let body = "echo begin $VRRPD_SEQUENCE >> $dir/log
                while [ ! -e $dir/go ]; do sleep 0.02; done
                echo end $VRRPD_SEQUENCE >> $dir/log";
    Hooks {
        notify: Some(hook(&bench.script("slow", body))),
        ..Hooks::default()
    }
}

#[tokio::test]
async fn one_that_lags_is_told_the_latest_state() {
    let bench = Bench::new();
    let notifier = notifier(&bench, slow(&bench));
    notifier.tell(notice("VI_1", BACKUP, 1));
    bench.written("log").await;
    for (event, sequence) in [MASTER, FAULT, BACKUP, MASTER, FAULT].into_iter().zip(2..) {
        notifier.tell(notice("VI_1", event, sequence));
    }
    assert_eq!(bench.read("log"), "begin 1\n");
    fs::write(bench.path("go"), "").unwrap();
    let expected = "begin 1\nend 1\nbegin 6\nend 6\n";
    eventually("the latest", || {
        (bench.read("log").len() >= expected.len()).then_some(())
    })
    .await;
    notifier.finish().await;
    assert_eq!(bench.read("log"), expected);
}

/// Of one subject and of another: what is being told does not wait.
#[tokio::test]
async fn what_waits_and_what_was_overtaken_is_counted() {
    let bench = Bench::new();
    let hooks = slow(&bench);
    let subjects = ["VI_1", "VI_2"].map(|name| (Kind::Instance, name.to_owned(), hooks.clone()));
    let notifier = Notifier::new(&bench.runner, Some(bench.path("fifo")), subjects.into());
    let backlog = notifier.backlog();
    let counts = || (backlog.waiting(), backlog.overtaken());
    let wait_for = async |expected| {
        let what = format!("{expected:?}");
        eventually(&what, || (counts() == expected).then_some(())).await;
    };
    assert_eq!(counts(), (0, 0));
    notifier.tell(notice("VI_1", BACKUP, 1));
    notifier.tell(notice("VI_2", BACKUP, 2));
    notifier.tell(notice("without hooks", BACKUP, 3));
    assert_eq!(counts(), (2, 0), "they wait until somebody looks");
    eventually("both", || (bench.read("log").lines().count() == 2).then_some(())).await;
    assert_eq!(counts(), (0, 0), "they are being told");

    notifier.tell(notice("VI_1", MASTER, 4));
    notifier.tell(notice("VI_1", Event::Reasserted, 5));
    notifier.tell(notice("VI_2", FAULT, 6));
    assert_eq!(backlog.waiting(), 3);
    // Both of what waits for the first one.
    notifier.tell(notice("VI_1", FAULT, 7));
    wait_for((2, 2)).await;
    notifier.tell(notice("VI_1", STOP, 8));
    notifier.tell(notice("VI_1", MASTER, 9));
    wait_for((2, 4)).await;

    let finishing = tokio::spawn(notifier.finish());
    fs::write(bench.path("go"), "").unwrap();
    finishing.await.unwrap();
    assert_eq!(counts(), (0, 4), "nothing is left, and nothing is forgotten");
    let log = bench.read("log");
    let mut ended: Vec<_> = log.lines().filter_map(|line| line.strip_prefix("end ")).collect();
    ended.sort_unstable();
    assert_eq!(ended, ["1", "2", "6", "8"]);
}

#[tokio::test]
async fn stop_is_the_last_and_is_waited_for() {
    let bench = Bench::new();
    let notifier = notifier(&bench, slow(&bench));
    notifier.tell(notice("VI_1", BACKUP, 1));
    bench.written("log").await;
    notifier.tell(notice("VI_1", MASTER, 2));
    notifier.tell(notice("VI_1", STOP, 3));
    notifier.tell(notice("VI_1", MASTER, 4));
    let mut finishing = tokio::spawn(notifier.finish());
    let early = tokio::time::timeout(Duration::from_millis(200), &mut finishing).await;
    assert!(early.is_err(), "it did not wait");
    fs::write(bench.path("go"), "").unwrap();
    finishing.await.unwrap();
    assert_eq!(bench.read("log"), "begin 1\nend 1\nbegin 3\nend 3\n");
    assert!(bench.runner.finish(LONG).await);
}

#[tokio::test]
async fn one_that_hangs_or_is_missing_does_not_keep_the_others() {
    let bench = Bench::new();
    let hooks = Hooks {
        backup: Some(Hook {
            timeout: Duration::from_millis(200),
            ..hook(&bench.script("hangs", "echo $$ > $dir/pid; sleep 1000"))
        }),
        fault: Some(hook(&bench.path("missing"))),
        ..all(&bench)
    };
    let notifier = notifier(&bench, hooks);
    notifier.tell(notice("VI_1", BACKUP, 1));
    let first = "notify1 BACKUP (INSTANCE VI_1 BACKUP 110)\n";
    assert_eq!(bench.written("log").await, first);
    assert!(!support::lives(&bench.written("pid").await));
    notifier.tell(notice("VI_1", FAULT, 2));
    notifier.finish().await;
    let second = "notify2 FAULT (INSTANCE VI_1 FAULT 110)\n";
    assert_eq!(bench.read("log"), format!("{first}{second}"));
}

/// What is told is the next hook's business, however little time it has.
#[tokio::test]
async fn one_that_ignores_sigterm_costs_the_next_one_nothing() {
    let bench = Bench::new();
    let short = |hook: Hook| Hook {
        timeout: Duration::from_millis(500),
        ..hook
    };
    let stubborn = "trap '' TERM; echo $$ > $dir/pid; while :; do sleep 1; done";
    let hooks = Hooks {
        backup: Some(short(hook(&bench.script("stubborn", stubborn)))),
        master: Some(short(hook(&bench.script("next", "echo $VRRPD_STATE > $dir/log")))),
        ..Hooks::default()
    };
    let notifier = notifier(&bench, hooks);
    notifier.tell(notice("VI_1", BACKUP, 1));
    bench.written("pid").await;
    notifier.tell(notice("VI_1", MASTER, 2));
    notifier.finish().await;
    assert_eq!(bench.read("log"), "MASTER\n");
    assert!(!support::lives(&bench.read("pid")));
}

/// The hook is not lost with the runner; nobody knows that it goes on, so it is told twice.
#[tokio::test]
async fn a_runner_that_is_killed_costs_no_hook() {
    let bench = Bench::new();
    let notifier = notifier(&bench, slow(&bench));
    notifier.tell(notice("VI_1", BACKUP, 1));
    bench.written("log").await;
    signal(bench.pid, Signal::SIGKILL);
    let begun = "begin 1\nbegin 1\n";
    eventually("the second run", || (bench.read("log") == begun).then_some(())).await;
    notifier.tell(notice("VI_1", MASTER, 2));
    fs::write(bench.path("go"), "").unwrap();
    notifier.finish().await;
    let log = bench.read("log");
    assert!(log.ends_with("begin 2\nend 2\n"), "{log}");
}

#[tokio::test]
async fn a_runner_that_hangs_costs_no_hook() {
    let bench = Bench::new();
    let hooks = Hooks {
        master: Some(Hook {
            timeout: Duration::from_millis(500),
            ..hook(&bench.script("hook", "echo told >> $dir/log"))
        }),
        ..Hooks::default()
    };
    assert_eq!(bench.runner_now().await, bench.pid);
    signal(bench.pid, Signal::SIGSTOP);
    let notifier = notifier(&bench, hooks);
    notifier.tell(notice("VI_1", MASTER, 1));
    let finished = tokio::time::timeout(LONG, notifier.finish()).await;
    assert!(finished.is_ok(), "the runner hangs still");
    assert_eq!(bench.read("log"), "told\n");
    assert!(!support::lives(&bench.pid.to_string()));
}

/// A runner that is dead, and cannot be started until the link is back.
async fn without_runner() -> Bench {
    let bench = Bench::linked();
    assert_eq!(bench.runner_now().await, bench.pid);
    bench.link(false);
    signal(bench.pid, Signal::SIGKILL);
    let path = bench.script("nothing", "exit 0");
    assert_eq!(bench.run_job(job(&path)).await.end, End::Lost);
    bench
}

#[tokio::test]
async fn without_a_runner_the_latest_state_is_told_when_it_is_back() {
    let log = Log::new();
    let bench = without_runner().await;
    let notifier = notifier(&bench, all(&bench));
    let given_up = |state: &str| {
        let told = format!(" for {state} is lost: ");
        log.warnings().iter().filter(|line| line.contains(&told)).count()
    };
    notifier.tell(notice("VI_1", MASTER, 1));
    // It is being told, in vain.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(given_up("MASTER"), 0, "it was given up at once");
    notifier.tell(notice("VI_1", FAULT, 2));
    let start = tokio::time::Instant::now();
    eventually("the end of trying", || (given_up("MASTER") == 2).then_some(())).await;
    assert!(start.elapsed() < LONG / 3, "it was tried to the end");
    bench.link(true);
    notifier.finish().await;
    let expected = "fault2 FAULT ()\nnotify2 FAULT (INSTANCE VI_1 FAULT 110)\n";
    assert_eq!(bench.read("log"), expected);
    assert_eq!(given_up("FAULT"), 0);
}

#[tokio::test]
async fn without_a_runner_a_hook_is_given_up_in_the_end() {
    let log = Log::new();
    let bench = without_runner().await;
    let hooks = Hooks {
        master: Some(hook(&bench.script("hook", "echo > $dir/log"))),
        ..Hooks::default()
    };
    let notifier = notifier(&bench, hooks);
    // From now on nothing but time passes.
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    notifier.tell(notice("VI_1", MASTER, 1));
    let finished = tokio::time::timeout(LONG * 10, notifier.finish()).await;
    assert!(finished.is_ok(), "it was never given up");
    let took = start.elapsed();
    assert!(took >= Duration::from_secs(29), "given up after {took:?}");
    let expected = "hook for MASTER is lost: the process that starts scripts has ended";
    let warnings = log.warnings();
    let given_up = warnings.iter().filter(|line| line.ends_with(expected)).count();
    assert_eq!(given_up, 1, "{warnings:?}");
}

/// Who has finished runs nothing any more, so nothing is tried again.
#[tokio::test]
async fn after_the_end_nothing_is_waited_for() {
    let log = Log::new();
    let bench = Bench::new();
    let notifier = notifier(&bench, all(&bench));
    assert!(bench.runner.finish(LONG).await);
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    notifier.tell(notice("VI_1", STOP, 1));
    notifier.finish().await;
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(log.warnings().len(), 2);
    for facts in log.facts() {
        let (before, script) = facts.split_once(" script=").unwrap();
        assert_eq!(before, r#"event="notify_script_failed" router="VI_1""#);
        assert!(script.ends_with(" state=STOP"), "{script}");
    }
}

#[tokio::test]
async fn subjects_do_not_wait_for_each_other() {
    let bench = Bench::new();
    let subjects = vec![
        (Kind::Instance, "slow".to_owned(), slow(&bench)),
        (Kind::Instance, "VI_1".to_owned(), all(&bench)),
        // Of the same name, but not the same.
        (
            Kind::Group,
            "VI_1".to_owned(),
            Hooks {
                notify: Some(hook(&bench.script("group", "echo \"$*\" >> $dir/group_log"))),
                ..Hooks::default()
            },
        ),
        (Kind::Instance, "none".to_owned(), Hooks::default()),
    ];
    let notifier = Notifier::new(&bench.runner, None, subjects);
    notifier.tell(notice("slow", BACKUP, 1));
    assert_eq!(bench.written("log").await, "begin 1\n");
    notifier.tell(notice("VI_1", MASTER, 2));
    notifier.tell(notice("none", MASTER, 3));
    notifier.tell(notice("unknown", MASTER, 4));
    let group = Notice {
        kind: Kind::Group,
        priority: 0,
        ..notice("VI_1", MASTER, 5)
    };
    notifier.tell(group);
    let log = eventually("the other", || {
        Some(bench.read("log")).filter(|log| log.lines().count() == 3)
    });
    let expected = "begin 1\nmaster2 MASTER ()\nnotify2 MASTER (INSTANCE VI_1 MASTER 110)\n";
    assert_eq!(log.await, expected);
    assert_eq!(bench.written("group_log").await, "GROUP VI_1 MASTER 0\n");
    fs::write(bench.path("go"), "").unwrap();
    notifier.finish().await;
    assert_eq!(bench.read("log"), format!("{expected}end 1\n"));
}

#[tokio::test]
async fn the_environment_says_it_all() {
    let bench = Bench::new();
    let hooks = Hooks {
        master: Some(hook(
            &bench.script("env", "tr '\\0' '\\n' < /proc/$$/environ > $dir/env"),
        )),
        ..Hooks::default()
    };
    let notifier = notifier(&bench, hooks);
    notifier.tell(notice("VI_1", MASTER, 7));
    notifier.finish().await;
    let environment = bench.read("env");
    let told: HashMap<&str, &str> = environment
        .lines()
        .filter_map(|line| line.split_once('='))
        .collect();
    for (name, value) in [
        ("VRRPD_KIND", "INSTANCE"),
        ("VRRPD_NAME", "VI_1"),
        ("VRRPD_STATE", "MASTER"),
        ("VRRPD_FROM", "BACKUP"),
        ("VRRPD_CAUSE", "nobody was heard"),
        ("VRRPD_PRIORITY", "110"),
        ("VRRPD_SEQUENCE", "7"),
        ("VRRPD_EVENT", "state"),
        ("VRRPD_VRID", "51"),
        ("VRRPD_INTERFACE", "eth0"),
        ("VRRPD_ADDRESSES", "192.0.2.1/24"),
    ] {
        assert_eq!(told.get(name), Some(&value), "{name}");
    }
    // And PATH, HOME, USER and LOGNAME.
    assert_eq!(told.len(), 15, "{environment}");
}

#[tokio::test]
async fn the_fifo_is_told_everything_whatever_the_hooks_do() {
    let bench = Bench::new();
    let path = bench.path("fifo");
    let subjects = vec![(Kind::Instance, "VI_1".to_owned(), slow(&bench))];
    let notifier = Notifier::new(&bench.runner, Some(path.clone()), subjects);
    for (event, sequence) in [BACKUP, MASTER, Event::Reasserted, STOP].into_iter().zip(1..) {
        notifier.tell(notice("VI_1", event, sequence));
    }
    notifier.tell(notice("without hooks", MASTER, 5));
    let read = std::thread::spawn(move || {
        use std::io::BufRead as _;
        let fifo = std::io::BufReader::new(fs::File::open(path).unwrap());
        fifo.lines().take(5).map(Result::unwrap).collect::<Vec<_>>()
    });
    let expected = [
        "INSTANCE \"VI_1\" BACKUP 110",
        "INSTANCE \"VI_1\" MASTER 110",
        "INSTANCE \"VI_1\" MASTER_RX_LOWER_PRI 110",
        "INSTANCE \"VI_1\" STOP 110",
        "INSTANCE \"without hooks\" MASTER 110",
    ];
    assert_eq!(read.join().unwrap(), expected);
    fs::write(bench.path("go"), "").unwrap();
    notifier.finish().await;
}

/// Tells until there is one more warning, and returns how often that was: the last one was lost.
fn fill(notifier: &Notifier, log: &Log) -> usize {
    let before = log.warnings().len();
    for told in 1..1_000_000 {
        notifier.tell(notice("VI_1", MASTER, 1));
        if log.warnings().len() > before {
            return told;
        }
    }
    panic!("it is never full");
}

#[tokio::test]
async fn lines_that_the_fifo_lost_are_all_told_of() {
    use std::io::Read as _;

    const LINE: &str = "INSTANCE \"VI_1\" MASTER 110\n";
    let log = Log::new();
    let bench = Bench::new();
    let path = bench.path("fifo");
    let notifier = Notifier::new(&bench.runner, Some(path.clone()), Vec::new());
    let written = fill(&notifier, &log) - 1;
    let tell = |times: usize| (0..times).for_each(|_| notifier.tell(notice("VI_1", MASTER, 1)));
    tell(1999);

    let mut reader = fs::File::open(&path).unwrap();
    let mut read = |lines: usize| {
        let mut text = vec![0; LINE.len() * lines];
        reader.read_exact(&mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), LINE.repeat(lines));
    };
    read(written);
    tell(written);
    read(written);
    // Full again, within the same minute.
    tell(written + 3);
    notifier.finish().await;

    let expected = [
        "is full: nobody reads it, or too slowly; 1 line was lost since the start",
        "takes lines again; 2000 lines were lost since the start",
        "is told nothing more; 2003 lines were lost since the start",
    ];
    let expected = expected.map(|text| format!("notify_fifo {} {text}", path.display()));
    assert_eq!(log.warnings(), expected);
}
