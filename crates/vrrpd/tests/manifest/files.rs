//! What may be in the files of `--avoid`.

use std::fs;

use crate::avoid::{beside, there};

/// A Deployment `old` with these variables.
fn with_variables(env: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: old, namespace: a}}\nspec:\n  template:\n    spec:\n      \
         containers:\n      - {{name: helper}}\n      - name: x\n        image: x.test/vrrpd:1\n        env: [{env}]\n"
    )
}

#[test]
fn lists_in_json_are_understood() {
    let object = |kind: &str, name: &str, owners: &str, ips: &str| {
        format!(
            r#"{{"kind":"{kind}","metadata":{{"name":"{name}","namespace":"n","ownerReferences":[{owners}]}},"spec":{{"template":
            {{"spec":{{"containers":[{{"image":"vrrpd@sha256:0","env":[{{"name":"OPENSHIFT_HA_VIRTUAL_IPS","value":"{ips}"}}]}}]}}}}}}}}"#
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
        ["--avoid there.yaml: it cannot be read: it is not UTF-8"]
    );
}

#[test]
fn addresses_that_are_not_known_are_left_out_with_a_warning() {
    let elsewhere = there(&with_variables(
        "{name: OPENSHIFT_HA_VIRTUAL_IPS, valueFrom: {configMapKeyRef: {name: c, key: k}}}, {name: \
         OPENSHIFT_HA_VRRP_ID_OFFSET, value: \"0\"}",
    ));
    let output = beside(&elsewhere, &["db", "--virtual-ips=10.77.0.8"]);
    assert_eq!(
        output.err,
        [
            "--avoid there.yaml: warning: Deployment a/old takes its addresses from elsewhere (`valueFrom`): neither they nor \
          its VRIDs are known, and they are not compared"
        ]
    );
    assert_eq!(output.code, 0);
    let refused = beside(&elsewhere, &["old", "--namespace=a", "--virtual-ips=10.77.0.8"]).refused();
    assert_eq!(
        refused[1],
        "--avoid there.yaml: Deployment a/old is in it too, and this one would replace it; give another NAME or --namespace"
    );

    let mixed = there(&with_variables(
        "{name: OPENSHIFT_HA_VIRTUAL_IPS, value: \"fd00::1, 10.77.0.8-9\"}",
    ));
    let warning = "--avoid there.yaml: warning: Deployment a/old has IPv6 addresses, which are not compared; and how many \
                   virtual routers it makes of them is not known, so neither are its VRIDs";
    let output = beside(&mixed, &["db", "--virtual-ips=10.77.0.7"]);
    assert_eq!((output.code, output.err), (0, vec![warning.to_owned()]));
    let address = "--avoid there.yaml: Deployment a/old has the address 10.77.0.9, as Deployment vrrpd/db would; leave it to \
                   one of them";
    let refused = beside(&mixed, &["db", "--virtual-ips=10.77.0.9"]).refused();
    assert_eq!(refused, [warning, address]);
    let only = there(&with_variables(
        "{name: OPENSHIFT_HA_VIRTUAL_IPS, value: \"fd00::1\"}",
    ));
    let output = beside(&only, &["db", "--virtual-ips=10.77.0.9"]);
    assert_eq!((output.code, output.err), (0, vec![warning.to_owned()]));
}

#[test]
fn an_offset_that_another_image_has_by_itself_is_said() {
    let old = with_variables("{name: OPENSHIFT_HA_VIRTUAL_IPS, value: 10.77.0.50}");
    let ours = ["db", "--virtual-ips=10.77.0.8", "--vrrp-id-offset=1"];
    beside(&there(&old), &ours).documents();
    for image in [
        "registry.redhat.io/openshift4/ose-keepalived-ipfailover-rhel9:v4.20",
        "vrrpd.test/keepalived:vrrpd",
    ] {
        let other = there(&old.replace("x.test/vrrpd:1", image));
        let output = beside(&other, &ours);
        assert_eq!(
            output.err,
            [
                "--avoid there.yaml: warning: Deployment a/old does not set OPENSHIFT_HA_VRRP_ID_OFFSET, and is compared as if \
              its first VRID were 1, as it is with vrrpd; with OpenShift's image it is 11 since 4.20: look at the \
              keepalived.conf in its pods"
            ]
        );
        assert_eq!(output.code, 0);
    }
}

#[test]
fn a_large_cluster_is_read() {
    let pod = "kind: Deployment\nmetadata: {name: other, labels: {a: b, c: d}}\nspec: {template: {spec: {x: [1, 2, 3, 4]}}}\n";
    let last = with_variables("{name: OPENSHIFT_HA_VIRTUAL_IPS, value: 10.77.0.8}");
    let refused = "--avoid there.yaml: Deployment a/old has VRID 1, as Deployment vrrpd/db would; --vrrp-id-offset 1 is the \
                   first that fits";
    let ours = ["db", "--virtual-ips=10.77.0.9"];
    // More documents and more nodes than a parser takes from strangers.
    let yaml = there(&format!("{}{last}", format!("{pod}---\n").repeat(20_000)));
    assert_eq!(beside(&yaml, &ours).refused(), [refused]);

    // Documents of JSON need nothing between them.
    let of = |yaml: &str| crate::documents(yaml).remove(0).to_string();
    let json = there(&format!(
        "{}{}",
        format!("{}\n", of(pod)).repeat(20_000),
        of(&last)
    ));
    assert_eq!(beside(&json, &ours).refused(), [refused]);
}

#[test]
fn there_is_an_end_to_what_is_read() {
    let directory = there("");
    let file = fs::File::options()
        .write(true)
        .open(directory.path().join("there.yaml"))
        .unwrap();
    file.set_len(64 * 1024 * 1024 + 1).unwrap();
    assert_eq!(
        beside(&directory, &["db", "--virtual-ips=10.77.0.9"]).refused(),
        [
            "--avoid there.yaml: it has more than 64 MiB; give the Deployments and DaemonSets alone, of fewer namespaces at a \
          time"
        ]
    );
}
