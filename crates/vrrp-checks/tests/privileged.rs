//! Scripts as other users, and with capabilities. Needs root:
//!
//! `cargo test -p vrrp-checks --test privileged`

mod support;

use std::fs;
use std::path::PathBuf;

use nix::unistd::User;
use support::{Bench, job, passed};
use vrrp_checks::runner::Job;
use vrrp_checks::{Capabilities, Identity};

const NET_ADMIN: u64 = 1 << 12;
const NET_RAW: u64 = 1 << 13;
const SYS_RESOURCE: u64 = 1 << 24;

fn root_bench(preparation: &str) -> Bench {
    assert!(
        nix::unistd::geteuid().is_root(),
        "these tests become other users: run them as root"
    );
    Bench::prepared(preparation)
}

fn nobody() -> Identity {
    let user = User::from_name("nobody")
        .unwrap()
        .expect("there is a user nobody");
    Identity {
        name: "nobody".to_owned(),
        uid: user.uid.as_raw(),
        gid: user.gid.as_raw(),
        groups: vec![4242, 4243],
        home: PathBuf::from("/nonexistent"),
    }
}

/// Runs a script, which tells what it is, and returns it line by line.
async fn what_it_is(bench: &Bench, user: Option<Identity>, capabilities: u64) -> Vec<String> {
    let path = bench.script(
        "script",
        "grep -E '^(Uid|Gid|Groups|Cap(Inh|Prm|Eff|Amb)|NoNewPrivs)' /proc/self/status | tr -s '\\t ' ' ' \
         > $dir/told.$$; chmod 644 $dir/told.$$; mv $dir/told.$$ $dir/told",
    );
    let ended = bench.run_job(become_job(job(&path), user, capabilities)).await;
    assert_eq!(ended, passed());
    let told = bench.read("told");
    fs::remove_file(bench.path("told")).unwrap();
    told.lines().map(|line| line.trim().to_owned()).collect()
}

fn become_job(mut job: Job, user: Option<Identity>, capabilities: u64) -> Job {
    job.script.user = user;
    job.script.capabilities = Capabilities(capabilities);
    job
}

fn expected(ids: [&str; 3], capabilities: u64, no_new_privileges: bool) -> Vec<String> {
    let [uid, gid, groups] = ids;
    let mut expected = vec![
        format!("Uid: {uid} {uid} {uid} {uid}"),
        format!("Gid: {gid} {gid} {gid} {gid}"),
        format!("Groups: {groups}").trim().to_owned(),
    ];
    expected.extend(["Inh", "Prm", "Eff", "Amb"].map(|set| format!("Cap{set}: {capabilities:016x}")));
    expected.push(format!("NoNewPrivs: {}", u8::from(no_new_privileges)));
    expected
}

fn nobody_ids(identity: &Identity) -> [String; 3] {
    [
        identity.uid.to_string(),
        identity.gid.to_string(),
        "4242 4243".to_owned(),
    ]
}

#[tokio::test]
async fn another_user_has_nothing_of_root() {
    let bench = root_bench(":");
    let ids = nobody_ids(&nobody());
    let told = what_it_is(&bench, Some(nobody()), 0).await;
    assert_eq!(told, expected(ids.each_ref().map(String::as_str), 0, false));
}

#[tokio::test]
async fn another_user_has_exactly_what_is_named() {
    let bench = root_bench(":");
    let ids = nobody_ids(&nobody());
    for capabilities in [NET_RAW, NET_RAW | NET_ADMIN] {
        let told = what_it_is(&bench, Some(nobody()), capabilities).await;
        assert_eq!(
            told,
            expected(ids.each_ref().map(String::as_str), capabilities, false)
        );
    }
}

#[tokio::test]
async fn root_has_exactly_what_is_named_and_cannot_gain_more() {
    let bench = root_bench(":");
    let groups = fs::read_to_string("/proc/self/status").unwrap();
    let groups = groups
        .lines()
        .find_map(|line| line.strip_prefix("Groups:"))
        .unwrap()
        .trim()
        .to_owned();
    for capabilities in [0, NET_ADMIN] {
        let told = what_it_is(&bench, None, capabilities).await;
        assert_eq!(told, expected(["0", "0", &groups], capabilities, true));
    }
    // Also as a user that is named, with other groups.
    let root = Identity {
        name: "root".to_owned(),
        uid: 0,
        gid: 0,
        groups: vec![4242],
        home: PathBuf::from("/root"),
    };
    let told = what_it_is(&bench, Some(root), NET_ADMIN).await;
    assert_eq!(told, expected(["0", "0", "4242"], NET_ADMIN, true));
}

#[tokio::test]
async fn home_and_name_are_those_of_the_user() {
    let bench = root_bench(":");
    let path = bench.script("script", "echo $HOME $USER $LOGNAME");
    let ended = bench.run_job(become_job(job(&path), Some(nobody()), 0)).await;
    assert_eq!(ended.last_line.as_deref(), Some("/nonexistent nobody nobody"));
}

#[tokio::test]
async fn a_check_of_another_user_ends_with_the_runner() {
    use nix::sys::signal::{Signal, kill};
    let bench = root_bench(":");
    let path = bench.script(
        "script",
        "[ -e $dir/pid ] && exit 0; echo $$ > $dir/pid; exec sleep 1000",
    );
    let lane = bench.runner.lane();
    let check = become_job(job(&path), Some(nobody()), NET_RAW);
    let run = tokio::spawn(async move { lane.run(check).await });
    let pid = bench.written("pid").await;
    kill(
        nix::unistd::Pid::from_raw(bench.pid.try_into().unwrap()),
        Signal::SIGKILL,
    )
    .unwrap();
    assert_eq!(run.await.unwrap(), passed(), "it was not run again");
    support::eventually("the check's end", || (!support::lives(&pid)).then_some(())).await;
}

#[tokio::test]
async fn a_closed_directory_is_named_with_the_user() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = root_bench(":");
    fs::create_dir(bench.path("closed")).unwrap();
    let path = bench.script("closed/script", "exit 0");
    fs::set_permissions(bench.path("closed"), fs::Permissions::from_mode(0o700)).unwrap();
    let ended = bench.run_job(become_job(job(&path), Some(nobody()), 0)).await;
    assert!(
        ended.to_string().contains("may not be executed by nobody"),
        "{ended}"
    );
}

/// In a container, root has few capabilities.
#[tokio::test]
async fn what_the_daemon_lacks_is_named() {
    let drop = |names: &str| {
        format!(
            "exec setpriv --bounding-set {names} --inh-caps {names} {}",
            support::RUNNER
        )
    };
    let user = || Some(nobody());
    let cases = [
        ("-setuid", user(), 0, "CAP_SETUID"),
        ("-setgid", user(), 0, "CAP_SETGID"),
        ("-kill", user(), 0, "CAP_KILL"),
        ("-net_admin", None, NET_ADMIN | NET_RAW, "CAP_NET_ADMIN"),
        ("-sys_resource", user(), SYS_RESOURCE, "CAP_SYS_RESOURCE"),
    ];
    for (lacking, user, capabilities, name) in cases {
        let bench = root_bench(&drop(lacking));
        let path = bench.script("script", "exit 0");
        let ended = bench.run_job(become_job(job(&path), user, capabilities)).await;
        let start = format!("could not be started: the daemon lacks {name} itself,");
        assert!(ended.to_string().starts_with(&start), "{lacking}: {ended}");
    }
}

#[tokio::test]
async fn root_with_few_capabilities_can_still_give_them() {
    let bench = root_bench(&format!(
        "exec setpriv --bounding-set -all,+net_admin,+net_raw --inh-caps -all,+net_admin,+net_raw {}",
        support::RUNNER
    ));
    let told = what_it_is(&bench, None, NET_ADMIN).await;
    assert!(told.contains(&format!("CapEff: {NET_ADMIN:016x}")), "{told:?}");
    assert!(told.contains(&format!("CapPrm: {NET_ADMIN:016x}")), "{told:?}");
}

/// A daemon that is not root, as systemd starts one: what it has does not go on to scripts by itself.
#[tokio::test]
async fn ambient_capabilities_of_the_daemon_are_not_inherited() {
    use std::os::unix::fs::PermissionsExt as _;
    // Where the runner was built nobody may look.
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let runner = dir.path().join("runner");
    let copied = std::process::Command::new("cp")
        .arg(support::RUNNER)
        .arg(&runner)
        .status();
    assert!(copied.unwrap().success());
    let identity = nobody();
    let bench = root_bench(&format!(
        "exec setpriv --reuid {} --regid {} --groups 4242,4243 --inh-caps +net_admin,+net_raw \
         --ambient-caps +net_admin,+net_raw {}",
        identity.uid,
        identity.gid,
        runner.display()
    ));
    let ids = nobody_ids(&identity);
    // Its own user may be named, too: there is nobody else to become.
    for user in [None, Some(identity)] {
        for capabilities in [0, NET_RAW] {
            let told = what_it_is(&bench, user.clone(), capabilities).await;
            assert_eq!(
                told,
                expected(ids.each_ref().map(String::as_str), capabilities, false)
            );
        }
    }
    let root = Identity {
        name: "root".to_owned(),
        uid: 0,
        gid: 0,
        groups: Vec::new(),
        home: PathBuf::from("/root"),
    };
    let ended = bench
        .run_job(become_job(job(&bench.script("script", "exit 0")), Some(root), 0))
        .await;
    assert!(
        ended
            .to_string()
            .contains("lacks CAP_KILL, CAP_SETGID, CAP_SETUID itself"),
        "{ended}"
    );
}
