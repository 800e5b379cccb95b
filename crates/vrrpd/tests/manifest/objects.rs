//! The objects that are printed.

use std::path::Path;

use serde_json::{Value, json};

use crate::{Output, documents, of_kind, run, run_in, variable};

fn kinds(documents: &[Value]) -> Vec<&str> {
    documents
        .iter()
        .map(|document| document["kind"].as_str().unwrap())
        .collect()
}

fn deployed(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy")
        .join(name);
    documents(&std::fs::read_to_string(path).unwrap()).remove(0)
}

#[test]
fn kubernetes_gets_four_objects_with_the_namespace_first() {
    let documents = run(&[]).documents();
    assert_eq!(
        kinds(&documents),
        ["Namespace", "ServiceAccount", "Deployment", "PodDisruptionBudget"]
    );
    let namespace = json!({"name": "vrrpd", "labels": {"pod-security.kubernetes.io/enforce": "privileged"}});
    assert_eq!(documents[0]["metadata"], namespace);
}

#[test]
fn openshift_gets_constraints_that_its_own_account_may_use() {
    let documents = run(&["web", "--flavor=openshift", "--namespace=edge"]).documents();
    let wanted = [
        "Namespace",
        "ServiceAccount",
        "SecurityContextConstraints",
        "Role",
        "RoleBinding",
        "Deployment",
        "PodDisruptionBudget",
    ];
    assert_eq!(kinds(&documents), wanted);

    let constraints = of_kind(&documents, "SecurityContextConstraints");
    assert_eq!(constraints["metadata"]["name"], "vrrpd.edge.web");
    assert_eq!(constraints["metadata"].get("namespace"), None);
    assert_eq!(constraints["allowPrivilegedContainer"], false);
    assert_eq!(
        constraints["allowedCapabilities"],
        json!(["NET_ADMIN", "NET_RAW"])
    );
    let role = of_kind(&documents, "Role");
    assert_eq!(role["rules"][0]["resourceNames"], json!(["vrrpd.edge.web"]));
    let binding = of_kind(&documents, "RoleBinding");
    assert_eq!(binding["roleRef"]["name"], role["metadata"]["name"]);
    let account = json!({"kind": "ServiceAccount", "name": "web", "namespace": "edge"});
    assert_eq!(binding["subjects"], json!([account]));
    let pod = &of_kind(&documents, "Deployment")["spec"]["template"];
    assert_eq!(
        pod["metadata"]["annotations"],
        json!({"openshift.io/required-scc": "vrrpd.edge.web"})
    );
    assert_eq!(
        pod["spec"]["nodeSelector"],
        json!({"node-role.kubernetes.io/worker": ""})
    );
}

#[test]
fn the_pod_has_two_capabilities_and_no_other_right() {
    for flavor in ["kubernetes", "openshift"] {
        let documents = run(&["--flavor", flavor]).documents();
        let pod = &of_kind(&documents, "Deployment")["spec"]["template"]["spec"];
        let security = json!({
            "privileged": false,
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN", "NET_RAW"]},
        });
        assert_eq!(pod["containers"][0]["securityContext"], security);
        assert_eq!(pod["automountServiceAccountToken"], false);
        assert_eq!(pod["hostNetwork"], true);
        assert_eq!(pod.get("hostPID").or(pod.get("hostIPC")), None);
        assert!(!pod["volumes"].to_string().contains("hostPath"));
    }
}

/// The base's Deployment, with nothing but what was asked for.
#[test]
fn the_deployment_is_that_of_the_base() {
    let arguments = [
        "web",
        "--namespace=edge",
        "--virtual-ip-groups=2",
        "--interface=br-ex",
        "--watch-port=0",
        "--check-script=/etc/keepalive/check.sh",
        "--check-interval=5",
        "--notify-script=/etc/keepalive/notify.sh",
        "--preemption-strategy=nopreempt",
        "--vrrp-id-offset=30",
        "--exclude-vrids=31,33",
        "--replicas=3",
        "--unicast-peers=10.77.0.1,10.77.0.2",
        "--iptables-chain=INPUT",
        "--selector=node-role.kubernetes.io/infra=,rack=7",
    ];
    let output = run(&arguments);
    assert_eq!(output.code, 0);
    let found = documents(&output.out);

    let mut wanted = deployed("base/deployment.yaml");
    let labels = json!({"app.kubernetes.io/name": "vrrpd", "app.kubernetes.io/instance": "web"});
    wanted["metadata"] = json!({"name": "web", "namespace": "edge", "labels": labels});
    wanted["spec"]["replicas"] = json!(3);
    wanted["spec"]["selector"]["matchLabels"] = labels.clone();
    wanted["spec"]["template"]["metadata"]["labels"] = labels.clone();
    let pod = &mut wanted["spec"]["template"]["spec"];
    pod["serviceAccountName"] = json!("web");
    pod["nodeSelector"] = json!({"node-role.kubernetes.io/infra": "", "rack": "7"});
    let apart = "/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0/labelSelector/matchLabels";
    *pod.pointer_mut(apart).unwrap() = labels.clone();
    let volumes = pod["volumes"].as_array_mut().unwrap();
    volumes
        .iter_mut()
        .find(|volume| volume["name"] == "scripts")
        .unwrap()["configMap"]["name"] = json!("web-scripts");
    let container = &mut pod["containers"][0];
    container["image"] = json!("x.test/vrrpd:1");
    let env = [
        ("OPENSHIFT_HA_CONFIG_NAME", "web"),
        ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100-102"),
        ("OPENSHIFT_HA_VIP_GROUPS", "2"),
        ("OPENSHIFT_HA_NETWORK_INTERFACE", "br-ex"),
        ("OPENSHIFT_HA_MONITOR_PORT", "0"),
        ("OPENSHIFT_HA_CHECK_SCRIPT", "/etc/keepalive/check.sh"),
        ("OPENSHIFT_HA_CHECK_INTERVAL", "5"),
        ("OPENSHIFT_HA_NOTIFY_SCRIPT", "/etc/keepalive/notify.sh"),
        ("OPENSHIFT_HA_PREEMPTION", "nopreempt"),
        ("OPENSHIFT_HA_VRRP_ID_OFFSET", "30"),
        ("HA_EXCLUDED_VRRP_IDS", "31,33"),
        ("OPENSHIFT_HA_REPLICA_COUNT", "3"),
        ("OPENSHIFT_HA_IPTABLES_CHAIN", "INPUT"),
        ("VRRPD_HTTP_LISTEN", ""),
        ("OPENSHIFT_HA_UNICAST_PEERS", "10.77.0.1,10.77.0.2"),
    ];
    container["env"] = env
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    assert_eq!(*of_kind(&found, "Deployment"), wanted);
    let budget = of_kind(&found, "PodDisruptionBudget");
    assert_eq!(budget["spec"]["selector"]["matchLabels"], labels);
}

/// `kubectl` reads YAML 1.1, where more is no text than meets the eye; a variable that is none is refused.
#[test]
fn every_variable_is_a_text() {
    let output = run(&[
        "on",
        "--watch-port=0",
        "--interface=1e3",
        "--iptables-chain=no",
        "--exclude-vrids=017",
    ]);
    for line in ["\"on\"", "\"0\"", "\"1e3\"", "\"no\"", "\"017\"", "\"2\"", "\"\""] {
        assert!(
            output.out.contains(&format!("          value: {line}\n")),
            "{line} in {}",
            output.out
        );
    }
    let documents = output.documents();
    assert_eq!(variable(&documents, "OPENSHIFT_HA_CONFIG_NAME"), Some("on"));
    assert_eq!(variable(&documents, "OPENSHIFT_HA_MONITOR_PORT"), Some("0"));
    assert_eq!(variable(&documents, "HA_EXCLUDED_VRRP_IDS"), Some("017"));
    assert_eq!(variable(&documents, "OPENSHIFT_HA_UNICAST_PEERS"), None);
}

#[test]
fn two_sets_in_a_namespace_share_no_object_but_the_namespace() {
    for flavor in ["--flavor=kubernetes", "--flavor=openshift"] {
        let [a, b] = ["inside", "outside"].map(|name| run(&[name, flavor]).documents());
        let named = |document: &Value| format!("{} {}", document["kind"], document["metadata"]["name"]);
        let a: Vec<String> = a.iter().map(named).collect();
        let shared: Vec<String> = b.iter().map(named).filter(|name| a.contains(name)).collect();
        assert_eq!(shared, ["\"Namespace\" \"vrrpd\""]);
    }
}

#[test]
fn what_was_asked_for_stands_on_top() {
    let Output { out, .. } = run(&["web", "--preemption-strategy=preempt_delay 60"]);
    let wanted = format!(
        "# The set web for `kubectl apply -f -`, by vrrpd {}:\n\
         # vrrpd manifest --image=x.test/vrrpd:1 --virtual-ips=10.77.0.100-102 web '--preemption-strategy=preempt_delay 60'\n\
         # To remove it, and not the namespace with all that is in it:\n\
         # kubectl delete serviceaccount,deployment,poddisruptionbudget -n vrrpd -l \
         app.kubernetes.io/name=vrrpd,app.kubernetes.io/instance=web\n\
         apiVersion: v1\nkind: Namespace\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(out.get(..wanted.len()), Some(wanted.as_str()));
}

#[test]
fn a_set_without_an_image_is_printed_with_a_warning() {
    let output = run_in(Path::new("/"), &["--virtual-ips=10.77.0.100"], "");
    let base = deployed("base/deployment.yaml");
    let image = base["spec"]["template"]["spec"]["containers"][0]["image"]
        .as_str()
        .unwrap();
    let warning = format!(
        "--image: warning: it is not given, and no registry has `{image}`: push your own build and name it"
    );
    assert_eq!((output.code, output.err), (0, vec![warning]));
    assert!(output.out.contains(&format!("image: {image}\n")));
}

/// `kubectl delete -f` would take the namespace, and with it every other set in it.
#[test]
fn the_command_on_top_removes_all_but_the_namespace() {
    let output = run(&["web", "--namespace=edge", "--flavor=openshift"]);
    let text = output.out.clone();
    let lines: Vec<&str> = text.lines().collect();
    let delete = lines[3].strip_prefix("# kubectl delete ").unwrap();
    let (kinds, rest) = delete.split_once(' ').unwrap();
    let labels = rest.strip_prefix("-n edge -l ").unwrap();
    assert_eq!(lines[4], "# oc delete scc vrrpd.edge.web");
    let kinds: Vec<&str> = kinds.split(',').collect();
    let documents = output.documents();
    let mut removed = 0;
    for document in &documents {
        let kind = document["kind"].as_str().unwrap().to_lowercase();
        if ["namespace", "securitycontextconstraints"].contains(&kind.as_str()) {
            assert!(!kinds.contains(&kind.as_str()), "{kinds:?}");
            continue;
        }
        removed += 1;
        assert!(kinds.contains(&kind.as_str()), "{kind} in {kinds:?}");
        let has = |label: &str| {
            let (key, value) = label.split_once('=').unwrap();
            document["metadata"]["labels"][key] == value
        };
        assert!(labels.split(',').all(has), "{document}");
    }
    assert_eq!(removed, kinds.len());
}

#[test]
fn the_namespaces_of_the_cluster_are_left_as_they_are() {
    for namespace in [
        "default",
        "kube-system",
        "kube-public",
        "openshift",
        "openshift-ingress",
    ] {
        let output = run(&["--namespace", namespace]);
        let warning = format!(
            "--namespace: warning: `{namespace}` is a namespace of the cluster itself and left as it is, so it is not printed: \
             the pods are admitted if it is labelled pod-security.kubernetes.io/enforce=privileged, or if nothing is \
             enforced there"
        );
        assert_eq!((output.code, output.err), (0, vec![warning]));
        let documents = documents(&output.out);
        assert_eq!(
            kinds(&documents),
            ["ServiceAccount", "Deployment", "PodDisruptionBudget"]
        );
        for document in &documents {
            assert_eq!(document["metadata"]["namespace"], *namespace);
        }
    }
    for namespace in ["kube", "defaults", "openshifts"] {
        assert_eq!(
            kinds(&run(&["--namespace", namespace]).documents())[0],
            "Namespace"
        );
    }
}
