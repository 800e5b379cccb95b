"""Whether the command of deploy/README.md that makes the ConfigMap of the unicast peers does so.

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
    "/api/v1/nodes": {"kind": "NodeList", "apiVersion": "v1", "metadata": {}, "items": NODES},
}


def check(readme, kubectl):
    """The problems of the command."""
    blocks = re.findall(r"```sh\n(.*?)```", readme.read_text(), re.DOTALL)
    commands = [block for block in blocks if "create configmap vrrpd-peers" in block]
    if len(commands) != 1:
        return [f"{len(commands)} commands make vrrpd-peers, instead of one"]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with tempfile.TemporaryDirectory() as directory:
            return run(commands[0], Path(directory), kubectl, server.server_port)
    finally:
        server.shutdown()
        server.server_close()


def run(command, directory, kubectl, port):
    applied = directory / "applied.yaml"
    stand_in = directory / "kubectl"
    stand_in.write_text(f'#!/bin/sh\n[ "$1" = apply ] && exec cat >"{applied}"\nexec "{kubectl}" "$@"\n')
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
    ran = subprocess.run(["sh", "-euc", command], env=environment, capture_output=True, text=True, timeout=120)
    if ran.returncode != 0 or not applied.exists():
        return [f"exited with {ran.returncode}: {ran.stderr.strip()}"]
    made = yaml.safe_load(applied.read_text())
    if (made["kind"], made["metadata"]["name"], made["data"]) != ("ConfigMap", "vrrpd-peers", WANTED):
        return [f"made {made} instead of a ConfigMap with {WANTED}"]
    return []


class Api(http.server.BaseHTTPRequestHandler):
    """As much of an API server as `kubectl get nodes` asks for."""

    def do_GET(self):
        answer = ANSWERS.get(self.path.split("?")[0])
        body = json.dumps(answer).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nobody wants its log."""
