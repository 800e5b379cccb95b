//! Sets that others have already.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::{Output, run, run_in};

const DOCUMENTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/documented.yaml");

/// A directory with one file, `there.yaml`.
pub(crate) fn there(text: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("there.yaml"), text).unwrap();
    directory
}

pub(crate) fn beside(directory: &TempDir, arguments: &[&str]) -> Output {
    let always = ["--image=x", "--avoid=there.yaml"];
    run_in(directory.path(), &[&always, arguments].concat(), "")
}

/// The set `web` with the VRIDs 1 to 3 and the addresses .100 to .102, as printed.
fn web(arguments: &[&str]) -> TempDir {
    there(&run(&[&["web"], arguments].concat()).out)
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
/// What is not known is said, and what is known is compared.
/// A set of `deploy/` has the same labels, and another name.
#[test]
fn objects_that_would_select_each_others_pods_are_refused() {
    let objects = ["deployment", "pod-disruption-budget"].map(|file| {
        let path = format!("{}/../../deploy/base/{file}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(path).unwrap();
        text.replacen("  name: vrrpd\n", "  name: vrrpd\n  namespace: vrrpd\n", 1)
    });
    let objects = objects.join("---\n");
    let apart = ["--virtual-ips=10.77.0.8", "--vrrp-id-offset=9"];
    let deployed = there(&objects);
    let refused = beside(&deployed, &[&["ipfailover"], &apart[..]].concat()).refused();
    assert_eq!(
        refused,
        [
            "--avoid there.yaml: Deployment vrrpd/vrrpd selects the pods of Deployment vrrpd/ipfailover too, or the other \
          way round: neither would be rolled out or drained; give another NAME or --namespace"
        ]
    );
    beside(&deployed, &[&["internal"], &apart[..]].concat()).documents();
    beside(
        &deployed,
        &[&["ipfailover", "--namespace=b"], &apart[..]].concat(),
    )
    .documents();

    // A budget of all pods is one of these, too.
    let all = "---\nkind: PodDisruptionBudget\nmetadata: {name: all, namespace: b}\nspec: {selector: {}}\n";
    let refused = beside(
        &there(&(objects + all)),
        &[&["x", "--namespace=b"], &apart[..]].concat(),
    )
    .refused();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(
        refused[0].contains("PodDisruptionBudget b/all selects the pods of Deployment b/x"),
        "{refused:?}"
    );
}
