//! Sets that others have already.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::{Output, run, run_in};

const DOCUMENTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/documented.yaml");

/// A directory with one file, `there.yaml`.
fn there(text: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("there.yaml"), text).unwrap();
    directory
}

fn beside(directory: &TempDir, arguments: &[&str]) -> Output {
    let always = ["--image=x", "--avoid=there.yaml"];
    run_in(directory.path(), &[&always, arguments].concat(), "")
}

/// The set `web` with the VRIDs 1 to 3 and the addresses .100 to .102, as printed.
fn web(arguments: &[&str]) -> TempDir {
    there(&run(&[&["web"], arguments].concat()).out)
}

/// A Deployment `old` with these variables.
fn with_variables(env: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: old, namespace: a}}\nspec:\n  template:\n    spec:\n      \
         containers:\n      - {{name: helper}}\n      - name: x\n        env: [{env}]\n"
    )
}

#[test]
fn sets_that_share_nothing_live_side_by_side() {
    let directory = web(&["--flavor=openshift"]);
    beside(
        &directory,
        &[
            "db",
            "--virtual-ips=10.77.0.103",
            "--vrrp-id-offset=3",
            "--flavor=openshift",
        ],
    )
    .documents();
}

#[test]
fn shared_vrids_are_refused_with_an_offset_that_fits() {
    let directory = web(&[]);
    let wanted = |offset: &str| {
        format!(
            "--avoid there.yaml: Deployment vrrpd/web has VRID 2 (and 1 more), as Deployment vrrpd/db would; \
             --vrrp-id-offset {offset} is the first that fits"
        )
    };
    let addresses = "--virtual-ips=10.77.0.110-112";
    assert_eq!(
        beside(&directory, &["db", addresses, "--vrrp-id-offset=1"]).refused(),
        [wanted("3")]
    );
    let more = ["db", addresses, "--vrrp-id-offset=1", "--exclude-vrids=4"];
    assert_eq!(beside(&directory, &more).refused(), [wanted("3")]);
    beside(
        &directory,
        &["db", addresses, "--vrrp-id-offset=3", "--exclude-vrids=4"],
    )
    .documents();

    // There is room below, too.
    let directory = web(&["--vrrp-id-offset=10"]);
    let refused = beside(
        &directory,
        &["db", "--virtual-ips=10.77.0.110", "--vrrp-id-offset=10"],
    )
    .refused();
    assert_eq!(
        refused,
        [
            "--avoid there.yaml: Deployment vrrpd/web has VRID 11, as Deployment vrrpd/db would; --vrrp-id-offset 0 is the \
          first that fits"
        ]
    );
}

#[test]
fn where_no_offset_fits_it_says_so() {
    let directory = there(&run_in(Path::new("/"), &["web", "--virtual-ips=10.1.0.1-200"], "").out);
    let refused = beside(&directory, &["db", "--virtual-ips=10.2.0.1-100"]).refused();
    assert_eq!(
        refused,
        [
            "--avoid there.yaml: Deployment vrrpd/web has VRID 1 (and 99 more), as Deployment vrrpd/db would; no \
          --vrrp-id-offset fits: ask for fewer virtual routers by --virtual-ip-groups"
        ]
    );
}

#[test]
fn an_offset_must_fit_beside_every_file() {
    let directory = web(&[]);
    let second = run(&["sql", "--vrrp-id-offset=3"]).out;
    let arguments = [
        "--image=x",
        "db",
        "--virtual-ips=10.77.0.110",
        "--avoid=there.yaml",
        "--avoid=-",
    ];
    let output = run_in(directory.path(), &arguments, &second);
    let shared = |file: &str, theirs: &str| {
        format!(
            "--avoid {file}: Deployment vrrpd/{theirs}, as Deployment vrrpd/db would; --vrrp-id-offset 6 is the first that fits"
        )
    };
    assert_eq!(output.refused(), [shared("there.yaml", "web has VRID 1")]);
    let output = run_in(
        directory.path(),
        &[&arguments[..], &["--vrrp-id-offset=3"]].concat(),
        &second,
    );
    assert_eq!(output.refused(), [shared("-", "sql has VRID 4")]);
}

#[test]
fn vrids_may_be_the_same_on_different_interfaces() {
    let other = |interface: &'static str| ["db", "--virtual-ips=10.78.0.1", interface];
    beside(&web(&["--interface=eth0"]), &other("--interface=eth1")).documents();
    // The default one may be the other's.
    for (theirs, ours) in [("eth0", "eth0"), ("", "eth0"), ("eth0", ""), ("", "")] {
        let directory = web(&["--interface", theirs]);
        let refused = beside(
            &directory,
            &["db", "--virtual-ips=10.78.0.1", "--interface", ours],
        )
        .refused();
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert!(refused[0].contains(" has VRID 1, as "), "{refused:?}");
    }
}

#[test]
fn shared_addresses_are_refused_on_any_interface() {
    let directory = web(&["--interface=eth0"]);
    let arguments = ["db", "--virtual-ips=10.77.0.101-109", "--interface=eth1"];
    let wanted = "--avoid there.yaml: Deployment vrrpd/web has the address 10.77.0.101 (and 1 more), as Deployment vrrpd/db \
                  would; leave it to one of them";
    assert_eq!(beside(&directory, &arguments).refused(), [wanted]);
}

#[test]
fn a_set_of_the_same_name_is_refused() {
    let directory = web(&["--vrrp-id-offset=100"]);
    let other = ["web", "--virtual-ips=10.78.0.1"];
    assert_eq!(
        beside(&directory, &other).refused(),
        [
            "--avoid there.yaml: Deployment vrrpd/web is in it too, and this one would replace it; give another NAME or \
          --namespace"
        ]
    );
    // In another namespace it is another object.
    beside(&directory, &[&other[..], &["--namespace=b"]].concat()).documents();
    let anywhere = fs::read_to_string(directory.path().join("there.yaml")).unwrap();
    let anywhere = there(&anywhere.replace("  namespace: vrrpd\n", ""));
    let output = beside(&anywhere, &other);
    assert_eq!(output.code, 0);
    assert_eq!(
        output.err[1],
        "--avoid there.yaml: warning: Deployment web has no namespace there: if it is in that of Deployment vrrpd/web, this \
         one replaces it; give another NAME"
    );
}

/// A daemon's name is made of the set's and of its first VRID, which on other interfaces may be the same.
#[test]
fn daemons_of_the_same_name_are_refused() {
    let directory = web(&["--interface=eth0"]);
    let other = ["--virtual-ips=10.78.0.1", "--interface=eth1", "--namespace=b"];
    assert_eq!(
        beside(&directory, &[&["web"], &other[..]].concat()).refused(),
        [
            "--avoid there.yaml: Deployment vrrpd/web has daemons that are called `web-1`, as those of Deployment b/web would \
             be, and two of one name do not run on one node; give another NAME"
        ]
    );
    beside(&directory, &[&["web", "--vrrp-id-offset=1"], &other[..]].concat()).documents();
}

#[test]
fn the_documented_deployment_is_understood() {
    let output = run_in(
        Path::new("/"),
        &["web", "--image=x", "--virtual-ips=1.1.1.2", "--avoid", DOCUMENTED],
        "",
    );
    let place = format!("--avoid {DOCUMENTED}: Deployment ipfailover-keepalived has");
    assert_eq!(
        output.refused(),
        [
            format!(
                "{place} VRID 1, as Deployment vrrpd/web would; --vrrp-id-offset 2 is the first that fits"
            ),
            format!("{place} the address 1.1.1.2, as Deployment vrrpd/web would; leave it to one of them"),
        ]
    );
    let arguments = [
        "web",
        "--virtual-ips=1.1.1.3",
        "--vrrp-id-offset=2",
        "--avoid",
        DOCUMENTED,
        "--image=x",
    ];
    run_in(Path::new("/"), &arguments, "").documents();
}

/// As `kubectl get -o json` prints them, with what they made.
#[test]
fn lists_in_json_are_understood() {
    let object = |kind: &str, name: &str, owners: &str, ips: &str| {
        format!(
            r#"{{"kind":"{kind}","metadata":{{"name":"{name}","namespace":"n","ownerReferences":[{owners}]}},"spec":{{"template":
            {{"spec":{{"containers":[{{"env":[{{"name":"OPENSHIFT_HA_VIRTUAL_IPS","value":"{ips}"}}]}}]}}}}}}}}"#
        )
    };
    let text = format!(
        r#"{{"apiVersion":"v1","kind":"List","items":[{},{}]}}"#,
        object("ReplicaSet", "x-1", r#"{"kind":"Deployment"}"#, "10.77.0.9"),
        object("DaemonSet", "x", "", "10.77.0.8"),
    );
    let directory = there(&text);
    let refused = beside(
        &directory,
        &["db", "--virtual-ips=10.77.0.8-9", "--vrrp-id-offset=7"],
    )
    .refused();
    let wanted = "--avoid there.yaml: DaemonSet n/x has the address 10.77.0.8, as Deployment vrrpd/db would; leave it to one \
                  of them";
    assert_eq!(refused, [wanted]);
}

#[test]
fn what_stands_elsewhere_counts_as_unset() {
    let directory = there(&with_variables(
        "{name: OPENSHIFT_HA_VIRTUAL_IPS, value: 10.77.0.50-51}, {name: OPENSHIFT_HA_VRRP_ID_OFFSET, valueFrom: \
         {configMapKeyRef: {name: c, key: k}}}, {name: OPENSHIFT_HA_UNICAST_PEERS, valueFrom: {configMapKeyRef: {}}}",
    ));
    let refused = beside(&directory, &["db", "--virtual-ips=10.77.0.8"]).refused();
    assert_eq!(
        refused,
        [
            "--avoid there.yaml: warning: Deployment a/old takes OPENSHIFT_HA_VRRP_ID_OFFSET from elsewhere (`valueFrom`), \
             and it is compared as if that were not set",
            "--avoid there.yaml: Deployment a/old has VRID 1, as Deployment vrrpd/db would; --vrrp-id-offset 2 is the first \
             that fits",
        ]
    );
}

#[test]
fn a_file_that_says_nothing_is_refused() {
    let refused = |text: &str| {
        let mut refused = beside(&there(text), &["db", "--virtual-ips=10.77.0.8"]).refused();
        assert_eq!(refused.len(), 1, "{refused:?}");
        refused.remove(0)
    };
    let nothing = "--avoid there.yaml: it has no pod template with OPENSHIFT_HA_VIRTUAL_IPS, so there is nothing to avoid; is \
                   it the right file?";
    for text in [
        "",
        "# nothing\n",
        "just text",
        "kind: Pod\n",
        &with_variables("{name: OTHER, value: x}"),
    ] {
        assert_eq!(refused(text), nothing);
    }
    assert_eq!(
        refused("kind: [\n"),
        "--avoid there.yaml: it is neither YAML nor JSON: unclosed bracket '[' at line 1, column 7"
    );
    assert_eq!(
        refused(&with_variables(
            "{name: OPENSHIFT_HA_VIRTUAL_IPS, value: 10.0.0.300}"
        )),
        "--avoid there.yaml: Deployment a/old: OPENSHIFT_HA_VIRTUAL_IPS: item 1, `10.0.0.300`, is not an address or a range; \
         write 10.77.0.100, 10.77.0.100-102 or 10.77.0.100-10.77.0.102, with commas or spaces between"
    );
    let binary = there("");
    fs::write(binary.path().join("there.yaml"), b"\xff\xfe\x00").unwrap();
    assert_eq!(
        beside(&binary, &["db", "--virtual-ips=10.77.0.8"]).refused(),
        ["--avoid there.yaml: it cannot be read: stream did not contain valid UTF-8"]
    );
}
