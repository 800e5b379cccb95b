//! `vrrpd status`, `events`, `health` and `reload` as a user meets them, with a daemon that is played.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// What is wrong with the daemon that it describes is shown in `SCREEN`.
const STATUS: &str = include_str!("fixtures/status.json");
const SCREEN: &str = include_str!("../src/ask/screen/tests/troubled.txt");

/// Plays a daemon: for each line that is asked, these lines are the answer; `None` hangs up.
struct Daemon {
    directory: TempDir,
}

impl Daemon {
    fn play(answer: impl Fn(&str) -> Option<Vec<String>> + Clone + Send + 'static) -> Self {
        let directory = tempfile::tempdir().unwrap();
        listen(&directory.path().join("vrrpd.sock"), answer);
        Self { directory }
    }

    /// Answers everything with one line.
    fn saying(line: impl Into<String>) -> Self {
        let line = line.into();
        Self::play(move |_| Some(vec![line.clone()]))
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        ask(self.directory.path(), arguments)
    }
}

fn listen(path: &Path, answer: impl Fn(&str) -> Option<Vec<String>> + Clone + Send + 'static) {
    let listener = UnixListener::bind(path).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let answer = answer.clone();
            thread::spawn(move || {
                for request in BufReader::new(&stream).lines() {
                    let Some(lines) = request.ok().and_then(|request| answer(&request)) else {
                        return;
                    };
                    for line in lines {
                        if (&stream).write_all(format!("{line}\n").as_bytes()).is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
}

fn vrrpd(state_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vrrpd"));
    command.args(arguments).arg("--state-dir").arg(state_dir);
    command
}

/// Exit code, standard output and standard error.
fn ask(state_dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = vrrpd(state_dir, arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = status.code().expect("it is not killed");
    (code, text(stdout), text(stderr))
}

fn status_line(status: &str) -> String {
    format!(r#"{{"version":1,"status":{status}}}"#)
}

#[test]
fn the_screen_is_shown_and_a_problem_is_an_exit_code() {
    let daemon = Daemon::saying(status_line(STATUS));
    assert_eq!(daemon.run(&["status"]), (1, SCREEN.into(), String::new()));
    let (code, out, _) = daemon.run(&["status", "vrrpd", "--router", "db"]);
    assert_eq!(code, 1);
    assert!(
        out.contains("\ndb  FAULT") && !out.contains("\nweb  MASTER"),
        "{out}"
    );
    let (code, out, err) = daemon.run(&["status", "--router", "nobody"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(
        err,
        "vrrpd status: there is no virtual router `nobody`; there are: web, db\n"
    );
}

#[test]
fn without_problems_it_is_0_also_with_notices() {
    let mut status: serde_json::Value = serde_json::from_str(STATUS).unwrap();
    status["conditions"] = serde_json::json!([status["conditions"][2]]);
    assert_eq!(status["conditions"][0]["severity"], "notice");
    let (code, out, err) = Daemon::saying(status_line(&status.to_string())).run(&["status"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("1 notice, at "), "{out}");
}

#[test]
fn json_is_what_the_daemon_says_to_the_letter() {
    let newer = STATUS.replacen('{', r#"{"newer":[1.50,{"a":1e3}],"#, 1);
    let daemon = Daemon::saying(status_line(&newer));
    assert_eq!(
        daemon.run(&["status", "--json"]),
        (1, format!("{newer}\n"), String::new())
    );
    assert_eq!(daemon.run(&["status"]).1, SCREEN, "what is new is no obstacle");
    // What a newer daemon has in place of what we know.
    let strange = STATUS.replace("two_masters", "three_masters");
    let daemon = Daemon::saying(status_line(&strange));
    assert_eq!(daemon.run(&["status", "--json"]).1, format!("{strange}\n"));
    let (code, out, err) = daemon.run(&["status"]);
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.contains("three_masters") && err.contains("--json"), "{err}");
}

#[test]
fn a_daemon_that_cannot_be_asked_is_3_for_every_command() {
    let empty = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    for command in ["status", "events", "health", "reload"] {
        let (code, out, err) = ask(empty.path(), &[command]);
        assert_eq!((code, out.as_str()), (3, ""), "{command}");
        told.push(err.replace(command, "COMMAND"));
    }
    let place = empty.path().display();
    assert_eq!(
        told,
        [const { "" }; 4].map(|_| format!("vrrpd COMMAND: no vrrpd runs here (no socket in {place})\n"))
    );

    let refusing =
        Daemon::saying(r#"{"version":1,"error":{"kind":"not_permitted","message":"root may ask\u001b[2J"}}"#);
    let (code, _, err) = refusing.run(&["reload"]);
    assert_eq!(code, 3);
    assert_eq!(
        err,
        "vrrpd reload: the daemon refuses: not_permitted: root may ask\\u{1b}[2J\n"
    );

    let dead = tempfile::tempdir().unwrap();
    drop(UnixListener::bind(dead.path().join("vrrpd.sock")).unwrap());
    let (code, _, err) = ask(dead.path(), &["health"]);
    assert_eq!(code, 3);
    assert!(err.contains("the daemon is gone"), "{err}");
    let (code, _, err) = ask(dead.path(), &["health", "../vrrpd"]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn a_daemon_that_hangs_is_given_up_on() {
    let directory = tempfile::tempdir().unwrap();
    let _never_accepts = UnixListener::bind(directory.path().join("vrrpd.sock")).unwrap();
    let (code, out, err) = ask(directory.path(), &["health"]);
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(
        err.contains("does not answer within") && err.contains("it hangs"),
        "{err}"
    );
}

#[test]
fn health_is_one_line_and_an_exit_code() {
    let well = r#"{"version":1,"health":{"well":true,"obstacles":[]}}"#;
    let not = r#"{"version":1,"health":{"well":false,"obstacles":[{"about":"web","what":"no result yet"},{"about":"eth0","what":"down"}]}}"#;
    let daemon = Daemon::play(move |request| {
        let answer = if request.contains(r#""of":"live""#) {
            well
        } else {
            not
        };
        Some(vec![answer.into()])
    });
    let told = |code, line: &str| (code, format!("{line}\n"), String::new());
    assert_eq!(daemon.run(&["health", "--live"]), told(0, "live"));
    assert_eq!(
        daemon.run(&["health", "--ready"]),
        told(1, "not ready: web: no result yet; eth0: down")
    );
    assert_eq!(
        daemon.run(&["health"]),
        told(1, "live; not ready: web: no result yet; eth0: down")
    );
    assert_eq!(Daemon::saying(well).run(&["health"]), told(0, "live, ready"));
}

#[test]
fn a_reload_says_what_came_of_it() {
    let reload = |result: &str, problems: &str| {
        let when = r#"{"at":"2026-11-24T13:00:00.000Z","seconds_ago":0.0}"#;
        let line = format!(
            r#"{{"version":1,"reload":{{"when":{when},"result":"{result}","problems":[{problems}]}}}}"#
        );
        let (code, out, err) = Daemon::saying(line).run(&["reload"]);
        assert_eq!(err, "");
        (code, out)
    };
    assert_eq!(reload("unchanged", "").0, 0);
    assert_eq!(reload("not_a_file", "").0, 0);
    let (code, out) = reload("restart_needed", "");
    assert_eq!(code, 0);
    assert_eq!(
        out,
        "the configuration is valid and has changed: it takes effect at a restart\n"
    );
    let (code, out) = reload("invalid", r#""a.toml:1:1: error: one","a.toml:2:1: error: two""#);
    assert_eq!(code, 1);
    assert_eq!(
        out,
        "a.toml:1:1: error: one\na.toml:2:1: error: two\nthe configuration cannot run: the one that runs goes on\n"
    );
}

fn event(sequence: u64) -> String {
    format!(
        r#"{{"sequence":{sequence},"at":"2026-11-24T13:00:0{sequence}.000Z","event":"check_changed","check":"web","standing":"passing"}}"#
    )
}

/// Three events, and one more that a follower is told before the daemon ends.
fn eventful() -> Daemon {
    let line = |sequence| format!(r#"{{"version":1,"event":{}}}"#, event(sequence));
    Daemon::play(move |request| {
        if request.contains(r#""follow":true"#) {
            assert!(request.contains(r#""after":3"#), "{request}");
            return Some(vec![
                line(4),
                String::from(r#"{"version":1,"error":{"kind":"busy","message":"bye"}}"#),
            ]);
        }
        let mut lines: Vec<String> = (1..=3).map(line).collect();
        lines.push(r#"{"version":1,"end":true}"#.into());
        Some(lines)
    })
}

#[test]
fn events_are_lines() {
    let daemon = eventful();
    let (code, out, err) = daemon.run(&["events"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let sentence = |n| format!("2026-11-24 13:00:0{n}.000      {n}  check web: passing\n");
    assert_eq!(out, (1..=3).map(sentence).collect::<String>());
    assert_eq!(daemon.run(&["events", "-n", "1"]).1, sentence(3));
    let (code, out, _) = daemon.run(&["events", "--json"]);
    assert_eq!(code, 0);
    assert_eq!(out, (1..=3).map(|n| event(n) + "\n").collect::<String>());
    let (code, out, err) = daemon.run(&["events", "--follow", "-n", "1"]);
    assert_eq!(out, sentence(3) + &sentence(4), "what was, and what came");
    assert_eq!(
        (code, err.as_str()),
        (3, "vrrpd events: the daemon refuses: busy: bye\n")
    );
}

#[test]
fn nobody_who_reads_is_no_reason_to_panic() {
    let daemon = Daemon::saying(status_line(STATUS));
    let mut child = vrrpd(daemon.directory.path(), &["status"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

/// Exit code and standard error where standard output is a full disk.
fn onto_a_full_disk(state_dir: &Path, arguments: &[&str]) -> (i32, String) {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = vrrpd(state_dir, arguments).stdout(full).output().unwrap();
    let code = output.status.code().expect("it is not killed");
    (code, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn what_cannot_be_printed_is_a_failure_that_names_the_command() {
    let mut status: serde_json::Value = serde_json::from_str(STATUS).unwrap();
    status["conditions"] = serde_json::json!([]);
    let calm = Daemon::saying(status_line(&status.to_string()));
    let well = Daemon::saying(r#"{"version":1,"health":{"well":true,"obstacles":[]}}"#);
    let eventful = eventful();
    let told: [(&Daemon, &[&str], i32); 6] = [
        (&calm, &["status"], 1),
        (&calm, &["status", "--json"], 1),
        (&calm, &["status", "--watch"], 1),
        (&eventful, &["events"], 1),
        (&eventful, &["events", "--follow"], 1),
        // Its exit code is all that a probe wants.
        (&well, &["health"], 0),
    ];
    for (daemon, arguments, expected) in told {
        let (code, err) = onto_a_full_disk(daemon.directory.path(), arguments);
        assert_eq!(code, expected, "{arguments:?}: {err}");
        let begin = format!("vrrpd {}: standard output takes nothing: ", arguments[0]);
        assert!(err.starts_with(&begin), "{arguments:?}: {err}");
    }
}

#[test]
fn json_is_everything_and_cannot_be_narrowed() {
    let daemon = Daemon::saying(status_line(STATUS));
    let (code, out, err) = daemon.run(&["status", "--json", "--router", "web"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("--router") && err.contains("--json"), "{err}");
}

#[test]
fn a_watch_goes_on_when_the_daemon_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let path: PathBuf = directory.path().join("vrrpd.sock");
    // It answers once, and is gone.
    let listener = UnixListener::bind(&path).unwrap();
    let once = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        stream
            .write_all(format!("{}\n", status_line(STATUS)).as_bytes())
            .unwrap();
    });
    let mut child = vrrpd(directory.path(), &["status", "--watch=0.1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut screen = vec![0; SCREEN.len()];
    out.read_exact(&mut screen).unwrap();
    assert_eq!(String::from_utf8(screen).unwrap(), SCREEN);
    once.join().unwrap();
    let mut gone = String::new();
    out.read_line(&mut gone).unwrap();
    assert!(
        gone.contains("hung up") || gone.contains("the daemon is gone"),
        "{gone}"
    );
    // Said once, and not every time.
    thread::sleep(Duration::from_millis(500));
    std::fs::remove_file(&path).unwrap();
    listen(&path, |_| Some(vec![status_line(STATUS)]));
    let mut lines = Vec::new();
    while lines
        .last()
        .is_none_or(|line: &String| !line.contains("PROBLEMS"))
    {
        let mut line = String::new();
        assert_ne!(out.read_line(&mut line).unwrap(), 0, "it has ended: {lines:?}");
        lines.push(line);
    }
    assert!(lines.len() < 10, "{lines:?}");
    child.kill().unwrap();
    child.wait().unwrap();
}
