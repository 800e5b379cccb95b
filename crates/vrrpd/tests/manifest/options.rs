//! What is wrong with options, in words.

use std::path::Path;

use crate::{run, run_in};

const IMAGE: &str = "--image=x";

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let arguments = [
        "Web_1",
        "--namespace=-x",
        "--image=",
        "--replicas=0",
        "--selector=rack,infra=yes!",
        "--virtual-ips=10.77.0.1,10.77.0.5-2",
        "--virtual-ip-groups=some",
        "--interface=a-very-long-interface",
        "--watch-port=http",
        "--check-script=./nowhere",
        "--check-interval=0",
        "--preemption-strategy=soon",
        "--vrrp-id-offset=255",
        "--exclude-vrids=7,0",
        "--unicast-peers=10.77.0.1,node-1",
        "--iptables-chain=my chain",
        "--avoid=nothing.yaml",
    ];
    let refused = run_in(Path::new("/"), &arguments, "").refused();
    let wanted = [
        "NAME: `Web_1` is not a DNS label; write a-z, 0-9 and `-`, and neither begin nor end with `-`",
        "--namespace: `-x` is not a DNS label; write a-z, 0-9 and `-`, and neither begin nor end with `-`",
        "--replicas: `0` is not a number of pods; write 1 to 254, one for each node that may hold the addresses",
        "--image: `` is not an image; write REGISTRY/NAME:TAG, with nothing but letters, digits and `.`, `_`, `-`, `:`, `/` \
         and `@`",
        "--selector: item 1, `rack`, is not a label; write KEY=VALUE, or KEY= where the value is empty",
        "--selector: item 2, `infra=yes!`: `yes!` is not the value of a label; write nothing, or up to 63 of A-Z, a-z, \
         0-9, `-`, `_` and `.` between two letters or digits",
        "--check-script: `./nowhere` cannot be read: No such file or directory (os error 2); name a file here, which goes \
         into a ConfigMap, or one in /etc/keepalive, where a ConfigMap of yours is mounted",
        "--interface: `a-very-long-interface` is not an interface's name: 1 to 15 bytes without `/`, `:` and white space, \
         as `ip link` shows it",
        "--virtual-ips: item 2, `10.77.0.5-2`, ends before it begins; write the lower address first",
        "--virtual-ip-groups: `some` is not a number of groups: a whole number, or 0 for one virtual router for each address",
        "--watch-port: `http` is not a port: 1 to 65535, or 0 for no check",
        "--check-interval: `0` is not an interval: 1 to 3600 seconds",
        "--preemption-strategy: `soon` is not a strategy; write `nopreempt`, `preempt`, or `preempt_delay N` with 0 to \
         1000 seconds",
        "--vrrp-id-offset: `255` is not an offset: 0 to 254, and the first VRID is the next number",
        "--exclude-vrids: `0` is not a VRID to leave out: 1 to 255, with commas or spaces between several",
        "--unicast-peers: item 2, `node-1`: `node-1` is not an IPv4 address; write four numbers from 0 to 255, as 10.77.0.100",
        "--iptables-chain: `my chain` is not the name of a chain: 1 to 28 of A-Z, a-z, 0-9, `_`, `.` and `-`, as `iptables \
         -S` shows it",
        "--avoid nothing.yaml: it cannot be read: No such file or directory (os error 2)",
    ];
    assert_eq!(refused, wanted);
}

#[test]
fn names_leave_room_for_those_of_pods() {
    let (name, namespace) = ("a".repeat(46), "b".repeat(63));
    run(&[&name, "--namespace", &namespace]).documents();
    let refused = run(&[&format!("{name}a"), "--namespace", &format!("{namespace}b")]).refused();
    assert_eq!(
        refused,
        [
            format!(
                "NAME: `{name}a` has 47 characters, and the names of pods are made of it, which have 63: write 46 at most"
            ),
            format!("--namespace: `{namespace}b` has 64 characters, and a namespace 63 at most"),
        ]
    );
}

#[test]
fn the_number_of_pods_has_ends() {
    for replicas in ["1", "254"] {
        run(&["--replicas", replicas]).documents();
    }
    for replicas in ["255", "+2", "two", "1000", ""] {
        let wanted = format!(
            "--replicas: `{replicas}` is not a number of pods; write 1 to 254, one for each node that may hold the addresses"
        );
        assert_eq!(run(&["--replicas", replicas]).refused(), [wanted]);
    }
}

#[test]
fn more_virtual_routers_than_vrids_are_refused_with_what_fits() {
    let refused = run(&["--vrrp-id-offset=253"]).refused();
    assert_eq!(
        refused,
        [
            "--virtual-ips: 3 virtual routers, and above the offset 253 only 2 of the VRIDs 1 to 255 are left: 10.77.0.102 \
             is the first address without one; --virtual-ip-groups=2 would fit"
        ]
    );
    run(&["--vrrp-id-offset=253", "--virtual-ip-groups=2"]).documents();
    let refused = run(&[
        "--vrrp-id-offset=252",
        "--exclude-vrids=254",
        "--virtual-ip-groups=3",
    ])
    .refused();
    assert_eq!(
        refused,
        [
            "--virtual-ip-groups: 3 virtual routers, and above the offset 252 only 2 of the VRIDs 1 to 255 are left: \
             10.77.0.102 is the first address without one; --virtual-ip-groups=2 would fit"
        ]
    );
}

#[test]
fn warnings_keep_nothing_from_being_printed() {
    let arguments = [
        IMAGE,
        "--virtual-ips=10.77.0.1,10.77.0.1",
        "--virtual-ip-groups=3",
        "--preemption-strategy=preempt 9",
    ];
    let output = run_in(Path::new("/"), &arguments, "");
    let wanted = [
        "--virtual-ips: warning: item 2, `10.77.0.1`: 10.77.0.1 is in the list before, and kept once",
        "--virtual-ip-groups: warning: 3 groups for 1 address: that many groups of one are made",
        "--preemption-strategy: warning: `preempt 9` is taken as `preempt_delay 9`; write that",
    ];
    assert_eq!((output.code, output.err), (0, wanted.map(str::to_owned).to_vec()));
    assert!(output.out.contains("kind: Deployment\n"));
}

#[test]
fn a_peer_that_is_virtual_is_refused() {
    let refused = run(&["--unicast-peers=10.77.0.7,10.77.0.101"]).refused();
    assert_eq!(
        refused,
        [
            "--unicast-peers: 10.77.0.101 is one of --virtual-ips, which move from host to host; write the address that the \
          node keeps"
        ]
    );
}

#[test]
fn addresses_are_required() {
    let output = run_in(Path::new("/"), &[IMAGE], "");
    assert_eq!((output.code, output.out.as_str()), (2, ""));
    assert!(
        output.err.join("\n").contains("--virtual-ips <LIST>"),
        "{:?}",
        output.err
    );
    let refused = run_in(Path::new("/"), &[IMAGE, "--virtual-ips= "], "").refused();
    let wanted = "--virtual-ips: it is not set, and names the addresses to hold; for example 10.77.0.100-102,10.77.0.110";
    assert_eq!(refused, [wanted]);
}

#[test]
fn what_would_turn_a_line_around_is_shown() {
    let refused = run(&["--selector=a\u{202e}b\nc"]).refused();
    assert_eq!(
        refused,
        [
            "--selector: item 1, `a\\u{202e}b\\u{a}c`, is not a label; write KEY=VALUE, or KEY= where the value is empty"
        ]
    );
}

#[test]
fn nobody_who_reads_is_a_failure() {
    let bin = assert_cmd::cargo::cargo_bin("vrrpd");
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = std::process::Command::new(bin)
        .args(["manifest", IMAGE, "--virtual-ips=10.77.0.1"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        err,
        "vrrpd manifest: standard output: No space left on device (os error 28)\n"
    );
}

#[test]
fn an_image_is_what_a_registry_may_have() {
    let with = |image: &str| {
        let image = format!("--image={image}");
        run_in(Path::new("/"), &["--virtual-ips=10.77.0.1", &image], "")
    };
    for image in [
        "x",
        "registry.test:5000/a/b_c-d:v1.0",
        "[::1]:5000/x",
        "x@sha256:0123456789abcdef",
    ] {
        with(image).documents();
    }
    for image in [
        "a b", "'x'", "\"x\"", "{x}", "x#y", "x*", "/x", "x/", "x:", "-x", "x\ty", "ä",
    ] {
        let refused = with(image).refused();
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert!(refused[0].contains(" is not an image; "), "{refused:?}");
    }
}

/// Pods have such ports, and a daemon makes the best of them; nobody needs to write a new one.
#[test]
fn what_a_daemon_warns_of_in_a_port_is_refused() {
    for port in ["-1", "1e3", "8080/tcp", "+80"] {
        let wanted = format!("--watch-port: `{port}` is not a port: 1 to 65535, or 0 for no check");
        assert_eq!(run(&[&format!("--watch-port={port}")]).refused(), [wanted]);
    }
}

#[test]
fn the_loopback_interface_is_refused() {
    let wanted = "--interface: `lo` is the loopback interface, where no other node hears anything; name that of the LAN";
    assert_eq!(run(&["--interface= lo"]).refused(), [wanted]);
    run(&["--interface=lo0"]).documents();
}

#[test]
fn the_accounts_of_every_namespace_are_left_alone() {
    for name in ["default", "builder", "deployer"] {
        let wanted = format!(
            "NAME: `{name}` is an account that Kubernetes or OpenShift makes in each namespace, and that of this set would \
             replace it; give another NAME"
        );
        assert_eq!(run(&[name]).refused(), [wanted]);
    }
}
