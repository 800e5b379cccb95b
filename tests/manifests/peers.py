"""Whether the command of a page that makes the ConfigMap of the unicast peers does so, and fails if no node is found.

It is taken from there as it stands and run with the real kubectl, against a stand-in for the API server that knows two
nodes. Only the last step, `kubectl apply`, is left to a script that keeps what it was given.
"""

import http.server
import json
import os
import re
import subprocess
import tempfile
import threading
from pathlib import Path

import yaml

WANTED = {"peers": "192.0.2.1,192.0.2.2"}
NODES = [
    {
        "metadata": {"name": f"node-{number}"},
        "status": {
            "addresses": [
                {"type": "Hostname", "address": f"node-{number}"},
                {"type": "InternalIP", "address": f"192.0.2.{number}"},
                {"type": "InternalIP", "address": f"2001:db8::{number}"},
                {"type": "ExternalIP", "address": f"203.0.113.{number}"},
            ]
        },
    }
    for number in (1, 2)
]
ANSWERS = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {
        "kind": "APIResourceList",
        "groupVersion": "v1",
        "resources": [{"name": "nodes", "namespaced": False, "kind": "Node", "verbs": ["get", "list"]}],
    },
}


def check(page, kubectl):
    """The problems of the command."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)
    commands = [block for block in blocks if "create configmap vrrpd-peers" in block]
    if len(commands) != 1:
        return [f"{len(commands)} commands make vrrpd-peers, instead of one"]
    problems = []
    for nodes, judge in ((NODES, made), ([], refused)):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
        server.nodes = nodes
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            with tempfile.TemporaryDirectory() as directory:
                problems += judge(*run(commands[0], Path(directory), kubectl, server.server_port))
        finally:
            server.shutdown()
            server.server_close()
    return problems


def made(ran, applied):
    """The problems if there are nodes."""
    if ran.returncode != 0 or not applied:
        return [f"exited with {ran.returncode}: {ran.stderr.strip()}"]
    found = yaml.safe_load(applied)
    if (found["kind"], found["metadata"]["name"], found["data"]) != ("ConfigMap", "vrrpd-peers", WANTED):
        return [f"made {found} instead of a ConfigMap with {WANTED}"]
    return []


def refused(ran, applied):
    """The problems if there are none: an empty list would mean multicast."""
    if ran.returncode == 0 or applied or "no node" not in ran.stderr:
        return [f"without nodes it exited with {ran.returncode} and made {applied!r}: {ran.stderr.strip()}"]
    return []


def run(command, directory, kubectl, port):
    """The command's end, and what it applied."""
    applied = directory / "applied.yaml"
    stand_in = directory / "kubectl"
    # Like the real one, it takes nothing for an error.
    keep = f'cat >"{applied}"; [ -s "{applied}" ]; exit'
    stand_in.write_text(f'#!/bin/sh\n[ "$1" != apply ] || {{ {keep}; }}\nexec "{kubectl}" "$@"\n')
    stand_in.chmod(0o755)
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "c",
    }
    (directory / "config").write_text(yaml.safe_dump(config))
    environment = {
        "PATH": f"{directory}:{os.environ['PATH']}",
        "HOME": str(directory),
        "KUBECONFIG": str(directory / "config"),
    }
    # As it is typed, without -e.
    ran = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, timeout=120)
    return ran, applied.read_text() if applied.exists() else ""


class Api(http.server.BaseHTTPRequestHandler):
    """As much of an API server as `kubectl get nodes` asks for."""

    def do_GET(self):
        path = self.path.split("?")[0]
        answer = ANSWERS.get(path)
        if path == "/api/v1/nodes":
            answer = {"kind": "NodeList", "apiVersion": "v1", "metadata": {}, "items": self.server.nodes}
        body = json.dumps(answer).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nobody wants its log."""
