use std::path::PathBuf;

use super::*;

fn sh(limits: Limits, script: &str, input: Option<String>) -> Result<String, FirewallError> {
    run_within(limits, "sh", &["-c", script], input)
}

#[test]
fn a_program_gets_its_input_and_is_heard() {
    assert_eq!(
        sh(LIMITS, "cat; echo told", Some("asked ".to_owned())).unwrap(),
        "asked told\n"
    );
    // Without input there is nothing to wait for.
    assert_eq!(sh(LIMITS, "cat; echo told", None).unwrap(), "told\n");
}

#[test]
fn it_sees_path_and_a_language_and_nothing_else_of_ours() {
    let environment = sh(LIMITS, "exec env", None).unwrap();
    let names: Vec<_> = environment
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name)
        // The shell's own.
        .filter(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name))
        .collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["LC_ALL", "PATH"]);
    assert!(environment.contains("LC_ALL=C\n"));
}

#[test]
fn more_text_than_a_pipe_holds_blocks_neither_side() {
    let long = "x".repeat(1 << 20);
    let script = "cat; i=0; while [ $i -lt 3000 ]; do echo 'a complaint of some length, again and again' >&2; \
                  i=$((i + 1)); done";
    assert_eq!(sh(LIMITS, script, Some(long.clone())).unwrap(), long);
    // One that reads none of it.
    assert_eq!(sh(LIMITS, "echo done", Some(long)).unwrap(), "done\n");
}

#[test]
fn one_that_talks_too_long_is_not_listened_to() {
    let limits = Limits {
        output: 1000,
        ..LIMITS
    };
    assert_eq!(sh(limits, "printf %1000d 1", None).unwrap().len(), 1000);
    let error = sh(limits, "while :; do echo on and on; done", None).unwrap_err();
    assert!(
        matches!(
            error,
            FirewallError::TooLong {
                program: "sh",
                limit: 1000
            }
        ),
        "{error}"
    );
}

#[test]
fn one_that_hangs_is_killed_with_all_that_it_started() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("pid");
    let time = Duration::from_millis(300);
    let limits = Limits { time, ..LIMITS };
    let script = format!("sleep 1000 & echo $! > {}; wait", file.display());
    let error = sh(limits, &script, None).unwrap_err();
    assert!(
        matches!(error, FirewallError::TimedOut { program: "sh", after } if after == time),
        "{error}"
    );
    let pid = std::fs::read_to_string(file).unwrap();
    let process = PathBuf::from(format!("/proc/{}/stat", pid.trim()));
    // Killed, it lasts until somebody has taken note.
    let lives = || std::fs::read_to_string(&process).is_ok_and(|stat| !stat.contains(") Z "));
    for _ in 0..500 {
        if !lives() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it still lives");
}

#[test]
fn what_it_leaves_running_keeps_nobody_waiting() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("pid");
    let script = format!(
        "sleep 1000 & echo $! > {}; echo done; echo why >&2",
        file.display()
    );
    assert_eq!(sh(LIMITS, &script, None).unwrap(), "done\n");
    let pid = std::fs::read_to_string(file).unwrap().trim().parse().unwrap();
    nix::sys::signal::kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
}

#[test]
fn many_programs_together_have_no_more_time_than_one_operation() {
    let patience = Patience::of(Duration::from_millis(300));
    let mut runs = 0;
    let error = loop {
        match run(&patience, "sh", &["-c", "exec sleep 0.1"], None) {
            Ok(_) => runs += 1,
            Err(error) => break error,
        }
        assert!(runs < 10);
    };
    assert!(
        matches!(error, FirewallError::TooSlow { after } if after == Duration::from_millis(300)),
        "{error}"
    );
}

#[test]
fn a_failure_has_the_programs_words_on_one_line() {
    let said = |script| match sh(LIMITS, script, None) {
        Err(FirewallError::Failed { program: "sh", said }) => said,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        said("echo 'Error: this'; echo 'Error:  that\n^^^^' >&2; exit 1"),
        "Error: that ^^^^"
    );
    assert_eq!(said("exit 3"), "exit status: 3");
    let long = said("printf 'x%.0s' $(seq 5000) >&2; exit 1");
    assert_eq!(long.len(), COMPLAINT);
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let error = run(&Patience::new(), "no-such-firewall", &[], None).unwrap_err();
    assert!(
        matches!(
            error,
            FirewallError::NoProgram {
                program: "no-such-firewall"
            }
        ),
        "{error}"
    );
}

#[test]
fn the_directories_of_system_programs_are_added_to_path_where_they_lack() {
    let with = |inherited: Option<&str>| path(inherited.map(OsString::from)).into_string().unwrap();
    assert_eq!(with(Some("/usr/bin:/bin")), "/usr/bin:/bin:/usr/sbin:/sbin");
    assert_eq!(with(Some("/sbin:/opt/bin:/usr/sbin")), "/sbin:/opt/bin:/usr/sbin");
    assert_eq!(with(Some("/usr/sbin-x")), "/usr/sbin-x:/usr/sbin:/sbin");
    assert_eq!(with(Some("")), "/usr/sbin:/sbin");
    assert_eq!(with(None), "/usr/bin:/bin:/usr/sbin:/sbin");
}
