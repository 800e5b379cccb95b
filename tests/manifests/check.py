"""Checks deploy/: that it renders, that every document fits its schema, and that it asks for no right too many.

Every problem is named; the exit code is 1 if there was one. Usage: check.py DEPLOY_DIRECTORY PROGRAM, where PROGRAM is
the vrrpd whose printed manifests are checked too.
"""

import copy
import json
import subprocess
import sys
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
# From the oldest that is still met in the field to the newest.
KUBERNETES = ["1.28", "1.31", "1.34", "1.37"]
# What each variant must contain. A directory with a kustomization.yaml that is not listed is a problem.
ACCOUNT = ["Namespace", "ServiceAccount"]
RIGHTS = ["Role", "RoleBinding", "SecurityContextConstraints"]
VARIANTS = {
    "kubernetes": [*ACCOUNT, "Deployment", "PodDisruptionBudget"],
    "kubernetes-daemonset": [*ACCOUNT, "DaemonSet"],
    "unicast": [*ACCOUNT, "Deployment", "PodDisruptionBudget"],
    "openshift": [*ACCOUNT, "Deployment", "PodDisruptionBudget", *RIGHTS],
    "example": [*ACCOUNT, "Deployment", "PodDisruptionBudget", *RIGHTS],
}
# Those that speak unicast.
UNICAST = {"unicast", "example"}
# Parts of variants.
PARTS = {"base", "components/daemonset", "components/unicast", "openshift/rbac"}


def main(deploy, program):
    problems = []
    there = {str(file.parent.relative_to(deploy)) for file in deploy.rglob("kustomization.yaml")}
    for name in sorted(there ^ (set(VARIANTS) | PARTS)):
        problems.append(f"{name}: here or in deploy/, but not in both")
    for name, kinds in VARIANTS.items():
        report(name, variant(deploy / name, kinds), problems)
    for flavor in ("kubernetes", "openshift"):
        report(f"vrrpd manifest --flavor {flavor}", printed(program, flavor), problems)
    report("documented.yaml", documented_deployment(deploy), problems)
    report("README.md, the command for the peers", peers.check(deploy / "README.md", KUBECTL), problems)
    for problem in problems:
        print(f"tests/manifests.sh: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


def report(name, found, problems):
    problems.extend(f"{name}: {problem}" for problem in found)
    print(f"{name}: {'ok' if not found else f'{len(found)} problems'}")


def variant(directory, kinds):
    """The problems of one directory that people apply with -k."""
    rendered = subprocess.run([KUBECTL, "kustomize", directory], capture_output=True, text=True)
    if rendered.returncode != 0 or rendered.stderr:
        return [f"kubectl kustomize: {rendered.stderr.strip()}"]
    return of_documents(list(yaml.safe_load_all(rendered.stdout)), kinds, directory.name in UNICAST)


def printed(program, flavor):
    """The problems of what `vrrpd manifest` prints. The addresses are samples, as those of deploy/ are."""
    flags = ["--image=registry.example/vrrpd:1", "--virtual-ips=192.0.2.10-12", "--watch-port=0", "--replicas=3"]
    run = subprocess.run([program, "manifest", "web", f"--flavor={flavor}", *flags], capture_output=True, text=True)
    if run.returncode != 0 or run.stderr:
        return [f"vrrpd manifest: {run.stderr.strip()}"]
    return of_documents(list(yaml.safe_load_all(run.stdout)), VARIANTS[flavor], False)


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
