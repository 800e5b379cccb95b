//! `vrrpd decode`, as a user calls it.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What keepalived 2.2.7 sent, among other traffic: four adverts and a resignation.
const ETHERNET: &str = "keepalived-ethernet.pcap";
/// The same on the sender's side, by `tcpdump -i any`.
const ANY: &str = "keepalived-any.pcap";
const GOLDEN: &str =
    "45c0 0028 0001 0000 ff70 d088 0a090001 e0000012 2133 6401 0101 4866 0a090032 31313131 61626364";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

fn decode() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("vrrpd"));
    command.arg("decode");
    command
}

fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    (
        status.code(),
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    )
}

#[test]
fn a_full_disk_fails() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = decode().args(["--hex", GOLDEN]).stdout(full).output().unwrap();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "vrrpd decode: standard output: No space left on device (os error 28)\n"
    );
    assert_eq!(output.status.code(), Some(1));
}

fn hex(bytes: &str) -> (Option<i32>, String, String) {
    run(decode().args(["--hex", bytes]))
}

fn file(path: &Path) -> (Option<i32>, String, String) {
    run(decode().arg(path))
}

/// The capture with one byte of its last packet changed, which is the resignation's.
fn changed(from_end: usize, value: u8) -> Vec<u8> {
    let mut bytes = fs::read(fixture(ETHERNET)).unwrap();
    // Two IGMP reports of 54 bytes come after it.
    let end = bytes.len() - 2 * (16 + 54);
    bytes[end - from_end] = value;
    bytes
}

#[test]
fn keepaliveds_adverts_on_ethernet() {
    let (code, out, err) = file(&fixture(ETHERNET));
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let first = "\
advert 1  2026-11-21T01:04:31.050066Z  10.9.0.1 > 224.0.0.18
  frame      02:00:00:00:00:0a > 01:00:5e:00:00:12
  ttl        255
  tos        0xc0 (network control)
  id         1
  ip sum     0xd084 ok
  version    2
  type       1 (advertisement)
  vrid       51
  priority   100
  auth       1 (simple), password of 8 bytes hidden
  interval   1 s
  checksum   0x3e29 ok
  count      2
  addresses  10.9.0.50, 10.9.0.51
  verdict    valid
";
    assert!(out.starts_with(first), "{out}");
    assert_eq!(out.matches("\n  verdict    valid\n").count(), 5);
    assert_eq!(out.matches("\n  priority   0 (the MASTER resigns)\n").count(), 1);
    assert!(
        out.ends_with("\n\n5 adverts: 5 valid, 0 rejected; 27 other packets skipped\n"),
        "{out}"
    );
    assert!(!out.contains("1111abcd"));
}

#[test]
fn keepaliveds_adverts_on_any_interface() {
    let (code, out, err) = file(&fixture(ANY));
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with(
        "advert 1  2026-11-21T01:04:31.050058Z  10.9.0.1 > 224.0.0.18\n  frame      from 02:00:00:00:00:0a, sent by the \
         capturing host\n"
    ));
    assert!(
        out.ends_with("\n5 adverts: 5 valid, 0 rejected; 27 other packets skipped\n"),
        "{out}"
    );
}

#[test]
fn standard_input_is_a_capture_too() {
    let (_, expected, _) = file(&fixture(ETHERNET));
    let input = fs::File::open(fixture(ETHERNET)).unwrap();
    let (code, out, err) = run(decode().arg("-").stdin(input));
    assert_eq!((code, out, err), (Some(0), expected, String::new()));
    let (code, out, err) = run(decode().arg("-").stdin(Stdio::null()));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(
        err.starts_with("vrrpd decode: standard input: it is empty; expected a capture"),
        "{err}"
    );
}

#[test]
fn one_invalid_advert_makes_exit_1() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wrong.pcap");
    fs::write(&path, changed(1, b'x')).unwrap();
    let (code, out, err) = file(&path);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert_eq!(
        out.matches("verdict    REJECTED: checksum 0xa229, should be 0xa215\n")
            .count(),
        1,
        "{out}"
    );
    assert!(
        out.ends_with("\n5 adverts: 4 valid, 1 rejected; 27 other packets skipped\n"),
        "{out}"
    );
}

#[test]
fn a_capture_that_ends_early_is_shown_as_far_as_it_goes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("short.pcap");
    let bytes = fs::read(fixture(ETHERNET)).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 150]).unwrap();
    let (code, out, err) = file(&path);
    assert_eq!(code, Some(1));
    assert!(
        out.ends_with("\n4 adverts: 4 valid, 0 rejected; 25 other packets skipped\n"),
        "{out}"
    );
    let told = format!(
        "vrrpd decode: {}: it ends within a packet or header that begins at byte 2330;",
        path.display()
    );
    assert!(err.starts_with(&told), "{err}");
}

#[test]
fn a_capture_without_adverts_is_no_failure() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("quiet.pcap");
    let bytes = fs::read(fixture(ETHERNET)).unwrap();
    fs::write(&path, &bytes[..24 + 16 + 86]).unwrap();
    assert_eq!(
        file(&path),
        (
            Some(0),
            "no adverts; 1 other packet skipped\n".to_owned(),
            String::new()
        )
    );
}

#[test]
fn a_file_that_is_no_capture_is_named() {
    for (path, what) in [
        (
            fixture("no-such.pcap"),
            "cannot be read: No such file or directory",
        ),
        (fixture(""), "cannot be read: Is a directory"),
        (
            Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"),
            "it is not a capture; expected pcap or pcapng",
        ),
    ] {
        let (code, out, err) = file(&path);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(
            err.starts_with(&format!("vrrpd decode: {}: {what}", path.display())),
            "{err}"
        );
        assert_eq!(err.lines().count(), 1);
    }
}

#[test]
fn hexadecimal_from_the_ip_header_on() {
    let (code, out, err) = hex(GOLDEN);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(
        out.starts_with("advert  10.9.0.1 > 224.0.0.18\n  ttl        255\n"),
        "{out}"
    );
    assert!(out.contains("\n  ip sum     0xd088 ok\n"));
    assert!(
        out.ends_with("\n  addresses  10.9.0.50\n  verdict    valid\n\n"),
        "{out}"
    );
}

#[test]
fn hexadecimal_from_the_vrrp_header_on() {
    let (code, out, err) = hex(&GOLDEN[GOLDEN.find("2133").unwrap()..]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with("advert\n  version    2\n"), "{out}");
    assert!(
        out.ends_with(
            "\n  checksum   0x4866 ok\n  count      1\n  addresses  10.9.0.50\n  verdict    valid\n\n"
        ),
        "{out}"
    );
}

#[test]
fn hexadecimal_of_an_invalid_packet_makes_exit_1() {
    for (bytes, verdict) in [
        ("3133640100644866", "VRRP version 3, expected 2"),
        ("2133", "2 bytes are too short for an advert, which needs 8"),
        (
            &GOLDEN.replace("4866", "4867"),
            "checksum 0x4867, should be 0x4866",
        ),
        (
            &GOLDEN.replace("ff70 d088", "fe70 d188"),
            "invalid TTL 254, expected 255",
        ),
        (
            &GOLDEN.replace("ff70", "ff11"),
            "IP protocol 17, expected 112 (VRRP)",
        ),
    ] {
        let (code, out, err) = hex(bytes);
        assert_eq!((code, err.as_str()), (Some(1), ""), "{bytes}");
        assert!(
            out.ends_with(&format!("\n  verdict    REJECTED: {verdict}\n\n")),
            "{out}"
        );
    }
}

#[test]
fn what_is_not_hexadecimal_is_a_wrong_command_line() {
    for (bytes, told) in [
        (
            "21 3g",
            "--hex: character 5 is 'g'; expected hexadecimal digits, 0 to 9 and a to f",
        ),
        ("213", "--hex: 3 digits; expected two for each byte"),
        (
            "",
            "--hex: no bytes; expected a packet in hexadecimal, from the VRRP header on or a whole IPv4 packet",
        ),
    ] {
        assert_eq!(
            hex(bytes),
            (Some(2), String::new(), format!("vrrpd decode: {told}\n"))
        );
    }
    for arguments in [&[][..], &["--hex", "21", "file.pcap"]] {
        assert_eq!(run(decode().args(arguments)).0, Some(2));
    }
}

/// `| head` closes the pipe long before the end: no panic, no complaint.
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("long.pcap");
    let bytes = fs::read(fixture(ETHERNET)).unwrap();
    let (header, packets) = bytes.split_at(24);
    fs::write(&path, [header, &packets.repeat(400)].concat()).unwrap();
    let mut child = decode()
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0; 10]).unwrap();
    drop(out);
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    assert_eq!(
        (status.code(), String::from_utf8(stderr).unwrap()),
        (Some(0), String::new())
    );
}
