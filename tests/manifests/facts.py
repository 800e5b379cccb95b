"""What every variant promises beyond its schema: no right too many, one pod a node, one node at a time."""

from ipaddress import ip_address, ip_network

# Addresses that documentation may use (RFC 5737): nobody's, so a sample that is applied as it is hurts nobody.
SAMPLES = [ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]


class Facts:
    """Collects what does not hold."""

    def __init__(self):
        self.problems = []

    def equal(self, what, found, wanted):
        if found != wanted:
            self.problems.append(f"{what} is {found!r} instead of {wanted!r}")

    def absent(self, what, mapping, *keys):
        self.problems.extend(f"{what} has {key}: {mapping[key]!r}" for key in keys if mapping.get(key))


def problems(documents, unicast):
    facts = Facts()
    by_kind = {document["kind"]: document for document in documents}
    workload = by_kind.get("Deployment") or by_kind.get("DaemonSet")
    if workload is None:
        return ["has neither a Deployment nor a DaemonSet"]
    pod = workload["spec"]["template"]["spec"]
    least_privilege(facts, pod)
    containers(facts, pod)
    one_at_a_time(facts, workload, by_kind.get("PodDisruptionBudget"))
    environment(facts, workload, unicast)
    instances = {
        value
        for document in documents
        for key, value in document["metadata"].get("labels", {}).items()
        if key == "app.kubernetes.io/instance"
    }
    instance = workload["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/instance"]
    facts.equal("the set's label", instances, {instance})
    nodes = [label for label in pod["nodeSelector"] if label.startswith("node-role.kubernetes.io/")]
    if len(nodes) > 1:
        facts.problems.append(f"a node must be all of {nodes}")
    facts.equal("the account", by_kind["ServiceAccount"]["metadata"]["name"], pod["serviceAccountName"])
    if "SecurityContextConstraints" in by_kind:
        constraints(facts, by_kind, pod)
        annotations = workload["spec"]["template"]["metadata"].get("annotations")
        required = {"openshift.io/required-scc": by_kind["SecurityContextConstraints"]["metadata"]["name"]}
        facts.equal("the pod's annotations", annotations, required)
    return facts.problems


def least_privilege(facts, pod):
    facts.equal("hostNetwork", pod.get("hostNetwork"), True)
    facts.absent("the pod", pod, "hostPID", "hostIPC", "privileged", "initContainers", "ephemeralContainers")
    facts.equal("automountServiceAccountToken", pod.get("automountServiceAccountToken"), False)
    facts.equal("the pod's user", pod["securityContext"].get("runAsUser"), 0)
    facts.equal("the seccomp profile", pod["securityContext"].get("seccompProfile"), {"type": "RuntimeDefault"})
    for volume in pod["volumes"]:
        kinds = set(volume) - {"name"}
        if not kinds <= {"emptyDir", "configMap"}:
            facts.problems.append(f"volume {volume['name']} is of {sorted(kinds)}")
        if "emptyDir" in volume and not volume["emptyDir"].get("sizeLimit"):
            facts.problems.append(f"volume {volume['name']} has no size limit")


def containers(facts, pod):
    facts.equal("the number of containers", len(pod["containers"]), 1)
    container = pod["containers"][0]
    security = container["securityContext"]
    facts.absent("the container", security, "privileged", "runAsUser", "seccompProfile", "procMount", "seLinuxOptions")
    facts.equal("allowPrivilegeEscalation", security.get("allowPrivilegeEscalation"), False)
    facts.equal("readOnlyRootFilesystem", security.get("readOnlyRootFilesystem"), True)
    facts.equal("dropped capabilities", security["capabilities"].get("drop"), ["ALL"])
    facts.equal("added capabilities", sorted(security["capabilities"].get("add", [])), ["NET_ADMIN", "NET_RAW"])
    facts.absent("the container", container, "ports", "envFrom")
    facts.absent("the container's limits", container["resources"]["limits"], "cpu")
    for probe, question in (("livenessProbe", "--live"), ("readinessProbe", "--ready")):
        facts.equal(f"the {probe}", container[probe].get("exec"), {"command": ["vrrpd", "health", question]})
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    kept = [volume for volume in pod["volumes"] if volume["name"] == mounts.get("/run/vrrpd")]
    facts.equal("the volume at /run/vrrpd", [next(key for key in volume if key != "name") for volume in kept], ["emptyDir"])


def one_at_a_time(facts, workload, budget):
    spec = workload["spec"]
    labels = spec["template"]["metadata"]["labels"]
    selected(facts, "the selector", spec["selector"]["matchLabels"], labels)
    if workload["kind"] == "DaemonSet":
        facts.absent("the DaemonSet", spec, "replicas", "strategy")
        update = spec.get("updateStrategy")
        facts.equal("the budget of a DaemonSet", budget, None)
    else:
        update = spec.get("strategy")
        apart = spec["template"]["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        facts.equal("what keeps pods apart", [term["topologyKey"] for term in apart], ["kubernetes.io/hostname"])
        selected(facts, "what keeps pods apart", apart[0]["labelSelector"]["matchLabels"], labels)
        facts.equal("maxUnavailable of the budget", budget["spec"].get("maxUnavailable"), 1)
        facts.equal("minAvailable of the budget", budget["spec"].get("minAvailable"), None)
        selected(facts, "the budget", budget["spec"]["selector"]["matchLabels"], labels)
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
    facts.equal("the update", update, rolling)


def selected(facts, what, selector, labels):
    if not selector or not selector.items() <= labels.items():
        facts.problems.append(f"{what} selects {selector}, which the pod's labels {labels} are not")


def environment(facts, workload, unicast):
    entries = workload["spec"]["template"]["spec"]["containers"][0]["env"]
    names = [entry["name"] for entry in entries]
    facts.equal("variables that are set twice", sorted({name for name in names if names.count(name) > 1}), [])
    values = {entry["name"]: entry.get("value") for entry in entries}
    peers = [entry for entry in entries if entry["name"] == "OPENSHIFT_HA_UNICAST_PEERS"]
    reference = {"configMapKeyRef": {"name": "vrrpd-peers", "key": "peers"}}
    wanted = [{"name": "OPENSHIFT_HA_UNICAST_PEERS", "valueFrom": reference}] if unicast else []
    facts.equal("where the peers come from", peers, wanted)
    # Without it, a list that is empty means multicast.
    facts.equal("OPENSHIFT_HA_USE_UNICAST", values.get("OPENSHIFT_HA_USE_UNICAST"), "true" if unicast else None)
    if "replicas" in workload["spec"]:
        facts.equal("OPENSHIFT_HA_REPLICA_COUNT", values["OPENSHIFT_HA_REPLICA_COUNT"], str(workload["spec"]["replicas"]))
    for item in values["OPENSHIFT_HA_VIRTUAL_IPS"].split(","):
        first = ip_address(item.split("-")[0])
        if not any(first in net for net in SAMPLES):
            facts.problems.append(f"{item} in OPENSHIFT_HA_VIRTUAL_IPS may be somebody's address")


def constraints(facts, by_kind, pod):
    """The constraints grant what the pod asks for, and nothing else; and to its account alone."""
    granted = by_kind["SecurityContextConstraints"]
    container = pod["containers"][0]
    facts.equal("allowHostNetwork", granted["allowHostNetwork"], True)
    too_much = ["allowPrivilegedContainer", "allowPrivilegeEscalation", "defaultAllowPrivilegeEscalation"]
    too_much += ["allowHostPorts", "allowHostPID", "allowHostIPC", "allowHostDirVolumePlugin", "defaultAddCapabilities"]
    too_much += ["allowedUnsafeSysctls", "allowedFlexVolumes", "users", "groups", "priority"]
    facts.absent("what is granted", granted, *too_much)
    # Unset means true.
    facts.equal("allowPrivilegeEscalation granted", granted.get("allowPrivilegeEscalation"), False)
    facts.equal("readOnlyRootFilesystem granted", granted["readOnlyRootFilesystem"], True)
    capabilities = container["securityContext"]["capabilities"]
    facts.equal("capabilities granted", sorted(granted["allowedCapabilities"]), sorted(capabilities["add"]))
    facts.equal("capabilities to be dropped", granted["requiredDropCapabilities"], capabilities["drop"])
    facts.equal("the user granted", granted["runAsUser"], {"type": "MustRunAs", "uid": pod["securityContext"]["runAsUser"]})
    facts.equal("the SELinux context granted", granted["seLinuxContext"], {"type": "MustRunAs"})
    facts.equal("seccomp profiles granted", granted["seccompProfiles"], ["runtime/default"])
    volumes = {kind for volume in pod["volumes"] for kind in volume if kind != "name"}
    facts.equal("volumes granted", set(granted["volumes"]), volumes)

    role, binding = by_kind["Role"], by_kind["RoleBinding"]
    rule = {
        "apiGroups": ["security.openshift.io"],
        "resources": ["securitycontextconstraints"],
        "resourceNames": [granted["metadata"]["name"]],
        "verbs": ["use"],
    }
    facts.equal("the role's rules", role["rules"], [rule])
    facts.equal("the role that is bound", binding["roleRef"]["name"], role["metadata"]["name"])
    account = by_kind["ServiceAccount"]["metadata"]
    subject = {"kind": "ServiceAccount", "name": account["name"], "namespace": account["namespace"]}
    facts.equal("whom the role is bound to", binding["subjects"], [subject])
    namespaces = {document["metadata"]["namespace"] for document in (role, binding)}
    facts.equal("the role's namespace", namespaces, {by_kind["Namespace"]["metadata"]["name"]})
