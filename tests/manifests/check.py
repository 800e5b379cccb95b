"""Checks deploy/: that it renders, that every document fits its schema, and that it asks for no right too many.

Every problem is named; the exit code is 1 if there was one. Usage: check.py DEPLOY_DIRECTORY PROGRAM, where PROGRAM is
the vrrpd whose printed manifests are checked too.
"""

import copy
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema
import yaml
from kubernetes_validate import SchemaNotFoundError, ValidationError, validate
from kubernetes_validate.utils import all_versions, major_minor

import documented
import facts
import peers

HERE = Path(__file__).parent
KUBECTL = Path(sys.executable).parent / "kubectl"
GUIDE = HERE.parent.parent / "docs/kubernetes.md"
# From the oldest that is still met in the field to the newest.
KUBERNETES = ["1.28", "1.31", "1.34", "1.37"]
# What each variant must contain. A directory with a kustomization.yaml that is not listed is a problem.
ACCOUNT = ["Namespace", "ServiceAccount"]
RIGHTS = ["Role", "RoleBinding"]
CONSTRAINTS = "openshift/scc"
VARIANTS = {
    "kubernetes": [*ACCOUNT, "Deployment", "PodDisruptionBudget"],
    "kubernetes-daemonset": [*ACCOUNT, "DaemonSet"],
    "unicast": [*ACCOUNT, "Deployment", "PodDisruptionBudget"],
    "openshift": [*ACCOUNT, "Deployment", "PodDisruptionBudget", *RIGHTS],
    "example": [*ACCOUNT, "Deployment", "PodDisruptionBudget"],
}
# Parts of variants, and what a cluster has once.
PARTS = {"base", "components/daemonset", "components/unicast", CONSTRAINTS}
# What a copy of the example may be turned into, by what its comments say: each line and what it becomes.
IN_OPENSHIFT = {"- ../kubernetes #": "- ../openshift #", "# nodeSelector:": "nodeSelector:", "#   node-role": "  node-role"}
BY_UNICAST = {"# components:": "components:", "# - ../components/unicast": "- ../components/unicast"}
AS_DAEMONSET = {
    "# components:": "components:",
    "# - ../components/daemonset": "- ../components/daemonset",
    "      replicas: 3\n": "",
}
COPIES = {
    "on OpenShift, other nodes, unicast": (
        {**IN_OPENSHIFT, **BY_UNICAST},
        [*ACCOUNT, "Deployment", "PodDisruptionBudget", *RIGHTS],
    ),
    "as a DaemonSet": (AS_DAEMONSET, [*ACCOUNT, "DaemonSet"]),
    "as a DaemonSet on OpenShift, unicast": (
        {**IN_OPENSHIFT, **BY_UNICAST, **AS_DAEMONSET},
        [*ACCOUNT, "DaemonSet", *RIGHTS],
    ),
}
# A second set: what it has of its own.
SECOND = {"namespace: vrrpd": "namespace: internal", "instance: ipfailover": "instance: internal"}


def main(deploy, program):
    problems = []
    there = {str(file.parent.relative_to(deploy)) for file in deploy.rglob("kustomization.yaml")}
    for name in sorted(there ^ (set(VARIANTS) | PARTS)):
        problems.append(f"{name}: here or in deploy/, but not in both")
    constraints = render(deploy / CONSTRAINTS)
    report(CONSTRAINTS, of_constraints(constraints), problems)
    for name, kinds in VARIANTS.items():
        report(name, variant(deploy / name, kinds, constraints, name == "unicast"), problems)
    for name, (changes, kinds) in COPIES.items():
        found = copied(deploy, {**changes, **SECOND}, kinds, constraints, "unicast" in name)
        report(f"a copy of the example, {name}", found, problems)
    report("the kustomization of the guide", guides(deploy, constraints), problems)
    for flavor in ("kubernetes", "openshift"):
        report(f"vrrpd manifest --flavor {flavor}", printed(program, flavor), problems)
    report("documented.yaml", documented_deployment(deploy), problems)
    for page in (deploy / "README.md", GUIDE):
        report(f"{page.name}, the command for the peers", peers.check(page, KUBECTL), problems)
    for problem in problems:
        print(f"tests/manifests.sh: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


def report(name, found, problems):
    problems.extend(f"{name}: {problem}" for problem in found)
    print(f"{name}: {'ok' if not found else f'{len(found)} problems'}")


def render(directory):
    """The documents of one directory that people apply with -k; or what is wrong with it, as a text."""
    rendered = subprocess.run([KUBECTL, "kustomize", directory], capture_output=True, text=True)
    if rendered.returncode != 0 or rendered.stderr:
        return f"kubectl kustomize: {rendered.stderr.strip()}"
    return list(yaml.safe_load_all(rendered.stdout))


def variant(directory, kinds, constraints, is_unicast):
    """The problems of one directory, in a cluster with these constraints."""
    documents = render(directory)
    if isinstance(documents, str):
        return [documents]
    if "Role" in kinds and isinstance(constraints, list):
        return of_documents([*documents, *constraints], [*kinds, "SecurityContextConstraints"], is_unicast)
    return of_documents(documents, kinds, is_unicast)


def of_constraints(documents):
    """They are alone, and have neither a namespace nor a set's labels, which a set's removal would find."""
    if isinstance(documents, str):
        return [documents]
    kinds = [document["kind"] for document in documents]
    names = [document["metadata"] for document in documents]
    problems = [] if kinds == ["SecurityContextConstraints"] else [f"renders {kinds}"]
    return problems if names == [{"name": "vrrpd"}] else [*problems, f"is called {names}"]


def copied(deploy, changes, kinds, constraints, is_unicast):
    """The problems of a copy of the example that is changed so, beside the directories that it takes."""
    text = (deploy / "example/kustomization.yaml").read_text()
    for before, after in changes.items():
        if before not in text:
            return [f"the example has no {before!r}"]
        text = text.replace(before, after)
    return of_text(deploy, text, kinds, constraints, is_unicast)


def guides(deploy, constraints):
    """The problems of the kustomization.yaml that the guide begins with, with samples for its addresses."""
    blocks = re.findall(r"```yaml\n(# deploy/mine/kustomization.yaml\n.*?)```", GUIDE.read_text(), re.DOTALL)
    if len(blocks) != 1:
        return [f"there are {len(blocks)} of it, instead of one"]
    text = blocks[0].replace("192.168.50.100-101", "192.0.2.100-101")
    return of_text(deploy, text, VARIANTS["kubernetes"], constraints, False)


def of_text(deploy, text, kinds, constraints, is_unicast):
    with tempfile.TemporaryDirectory() as directory:
        mine = Path(directory) / "deploy/mine"
        shutil.copytree(deploy, mine.parent)
        mine.mkdir()
        (mine / "kustomization.yaml").write_text(text)
        return variant(mine, kinds, constraints, is_unicast)


def printed(program, flavor):
    """The problems of what `vrrpd manifest` prints. The addresses are samples, as those of deploy/ are."""
    flags = ["--image=registry.example/vrrpd:1", "--virtual-ips=192.0.2.10-12", "--watch-port=0", "--replicas=3"]
    run = subprocess.run([program, "manifest", "web", f"--flavor={flavor}", *flags], capture_output=True, text=True)
    if run.returncode != 0 or run.stderr:
        return [f"vrrpd manifest: {run.stderr.strip()}"]
    kinds = VARIANTS[flavor] + (["SecurityContextConstraints"] if flavor == "openshift" else [])
    return of_documents(list(yaml.safe_load_all(run.stdout)), kinds, False)


def of_documents(documents, kinds, is_unicast):
    """The problems of the documents of one set."""
    found = sorted(document["kind"] for document in documents)
    problems = [] if found == sorted(kinds) else [f"renders {found} instead of {sorted(kinds)}"]
    for document in documents:
        problems += schema_problems(document)
    try:
        return problems + facts.problems(documents, is_unicast)
    except (KeyError, IndexError) as missing:
        return [*problems, f"lacks what every variant has: {missing}"]


def documented_deployment(deploy):
    """It must be as documented, and fit the schemas but for the one field that no pod has."""
    document = yaml.safe_load((deploy / "documented.yaml").read_text())
    base = yaml.safe_load((deploy / "base/deployment.yaml").read_text())
    problems = documented.problems(document, base)
    without = copy.deepcopy(document)
    if without["spec"]["template"]["spec"].pop("privileged", None) is not True:
        problems.append("the pod has no `privileged: true` any more: the exception for it is needless")
    return problems + schema_problems(without) + schema_problems(document, strict=False)


def schema_problems(document, strict=True):
    """The problems of one document in every version of Kubernetes. A kind without a schema is one."""
    name = f"{document['kind']} {document['metadata']['name']}"
    if document["apiVersion"] == "security.openshift.io/v1":
        schema = json.loads((HERE / "security-context-constraints.json").read_text())
        errors = jsonschema.Draft202012Validator(schema).iter_errors(document)
        return [f"{name}: {error.json_path}: {error.message}" for error in errors]
    problems = []
    for version in KUBERNETES:
        if version not in map(major_minor, all_versions()):
            problems.append(f"there are no schemas of Kubernetes {version}")
            continue
        try:
            validate(document, version, strict)
        except ValidationError as error:
            problems.append(f"{name}: Kubernetes {version}: {error.json_path}: {error.message}")
        except SchemaNotFoundError as error:
            problems.append(f"{name}: {error.message}")
    return problems


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
