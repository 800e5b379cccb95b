//! `vrrpd check` as a user meets it: what it prints where, and its exit code.

use assert_cmd::Command;

const BASE: &str = r#"[[instance]]
name = "web"
interface = "eth0"
vrid = 51
virtual_addresses = ["10.77.0.100"]
"#;

/// Exit code, standard output and standard error of a check of `text`, without the directory it is in.
fn check(text: &str) -> (i32, String, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vrrpd.toml");
    std::fs::write(&path, text).unwrap();
    let output = Command::cargo_bin("vrrpd")
        .unwrap()
        .args(["check", "--config"])
        .arg(&path)
        .env("VRRPD_TEST_PRIORITY", "120")
        .env_remove("VRRPD_TEST_UNSET")
        .output()
        .unwrap();
    let prefix = format!("{}/", directory.path().display());
    let clean = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&prefix, "");
    (
        output.status.code().unwrap(),
        clean(output.stdout),
        clean(output.stderr),
    )
}

#[test]
fn checks_and_groups_are_shown_with_what_they_do() {
    let text = r#"[[check]]
name = "web"
http = "http://127.0.0.1:8080/healthz"
interval = "2s"
[[check]]
name = "drain"
file = "/run/vrrpd/drain"
presence = true
[[instance]]
name = "inside"
interface = "eth0"
vrid = 51
virtual_addresses = ["10.77.0.100"]
checks = ["web", { check = "drain", weight = -20 }]
[[instance]]
name = "outside"
interface = "eth1"
vrid = 52
virtual_addresses = ["10.78.0.100"]
track_interfaces = [{ interface = "eth2", weight = -30 }]
[[group]]
name = "gw"
instances = ["inside", "outside"]
"#;
    let (code, out, err) = check(text);
    assert_eq!(err, "");
    let (_, after) = out.split_once("\n\n").unwrap();
    assert_eq!(
        after,
        "\
TRACKED         WHAT                                    COUNTS FOR
check web       http://127.0.0.1:8080/healthz every 2s  inside (FAULT), outside (FAULT)
check drain     presence of /run/vrrpd/drain every 1s   inside (-20), outside (-20)
interface eth2  its link                                inside (-30), outside (-30)

GROUP  INSTANCES
gw     inside, outside
"
    );
    assert_eq!(code, 0);
}

#[test]
fn a_sound_file_shows_what_would_run() {
    let text = format!(
        "{}{}",
        BASE.replace("vrid", "priority = \"${VRRPD_TEST_PRIORITY}\"\nvrid"),
        r#"[[instance]]
name = "database"
interface = "eth1"
vrid = 7
virtual_addresses = ["10.78.0.1/24", { address = "10.78.0.2", interface = "eth2" }]
excluded_addresses = ["10.78.0.3"]
unicast = { peers = ["10.78.0.8", "10.78.0.9"] }
"#
    );
    let (code, out, err) = check(&text);
    assert_eq!(err, "");
    assert_eq!(
        out,
        "\
INSTANCE  INTERFACE  VRID  PRIORITY  TRANSPORT                       ADDRESSES
web       eth0       51    120       multicast                       10.77.0.100/32
database  eth1       7     100       unicast to 10.78.0.8 10.78.0.9  \
10.78.0.1/24, 10.78.0.2/32 on eth2, 10.78.0.3/32 (excluded)
"
    );
    assert_eq!(code, 0);
}

#[test]
fn every_problem_is_named_and_nothing_is_shown_to_run() {
    let text =
        BASE.replace("51", "256").replace("eth0", "a/b") + "priority = \"${VRRPD_TEST_UNSET}\"\nvird = 1\n";
    let (code, out, err) = check(&text);
    assert_eq!(out, "");
    assert_eq!(
        err,
        "\
vrrpd.toml:3:13: `a/b` is not an interface's name: 1 to 15 bytes without `/`, `:` and white space, as `ip link` \
shows it
vrrpd.toml:4:8: 256 is not a VRID: 1 to 255, the same number on every node of this virtual router
vrrpd.toml:6:12: the environment variable `VRRPD_TEST_UNSET` is not set; set it, or give a default as \
`${VRRPD_TEST_UNSET:-default}`
vrrpd.toml:7:1: unknown key `vird` in [[instance]]; did you mean `vrid`?
vrrpd.toml: 4 errors
"
    );
    assert_eq!(code, 2);
}

#[test]
fn a_warning_alone_is_named_and_passes() {
    let (code, out, err) = check(&format!("{BASE}preempt = false\npreempt_delay = \"5s\"\n"));
    assert!(out.starts_with("INSTANCE "), "{out}");
    assert_eq!(
        err,
        "\
vrrpd.toml:7:17: warning: `preempt_delay` does nothing with preempt = false; remove it, or write preempt = true
vrrpd.toml: 1 warning
"
    );
    assert_eq!(code, 0);
}

#[test]
fn a_missing_file_is_named() {
    let output = Command::cargo_bin("vrrpd")
        .unwrap()
        .args(["check", "-c", "no/such/file.toml"])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "no/such/file.toml: cannot be read: No such file or directory (os error 2)\nno/such/file.toml: 1 error\n"
    );
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_host_answers_for_its_name() {
    let hostname = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let (code, out, err) = check(&BASE.replace("\"web\"", "\"${HOSTNAME}\""));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.lines()
            .nth(1)
            .unwrap()
            .starts_with(&format!("{} ", hostname.trim())),
        "{out}"
    );
}

#[test]
fn the_host_answers_for_its_addresses() {
    let (code, _, err) = check(&format!(
        "{BASE}unicast = {{ source = \"${{ADDRESS:lo}}\", peers = [\"10.77.0.2\"] }}\n"
    ));
    // Loopback is no source of adverts: the message shows that the variable was the interface's address.
    assert_eq!(
        err,
        "\
vrrpd.toml:6:22: 127.0.0.1 is a loopback address; the source of adverts is the address of one host, as 10.77.0.100
vrrpd.toml: 1 error
"
    );
    assert_eq!(code, 2);
}

#[test]
fn output_that_nobody_reads_does_not_fail() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vrrpd.toml");
    std::fs::write(&path, BASE).unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("vrrpd"));
    let status = command
        .arg("check")
        .arg("--config")
        .arg(&path)
        .stdout(writer)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_full_disk_fails() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vrrpd.toml");
    std::fs::write(&path, BASE).unwrap();
    for arguments in [
        &["check"][..],
        &["convert", "--to", "toml"],
        &["convert", "--to", "keepalived"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = std::process::Command::new(assert_cmd::cargo::cargo_bin("vrrpd"))
            .args(arguments)
            .arg("--config")
            .arg(&path)
            .stdout(full)
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            format!(
                "vrrpd {}: standard output: No space left on device (os error 28)\n",
                arguments[0]
            )
        );
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn what_would_turn_a_line_around_or_break_it_is_shown() {
    let (code, out, err) = check(&BASE.replace("web", "a\u{202e}b\u{2028}c"));
    assert_eq!(err, "");
    let row = out.lines().nth(1).unwrap();
    assert!(row.starts_with("a\\u{202e}b\\u{2028}c  eth0 "), "{row}");
    assert_eq!(code, 0);
}

#[test]
fn the_example_passes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vrrpd.toml.example");
    let output = Command::cargo_bin("vrrpd")
        .unwrap()
        .args(["check", "--config", path])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}
