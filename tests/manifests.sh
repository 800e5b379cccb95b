#!/bin/sh
# Checks deploy/ without a cluster: renders every variant, validates every document strictly against the schemas of
# several versions of Kubernetes and of OpenShift, and asserts that no right is asked for too many. Installs what it
# needs and this machine lacks: Python by apt-get, kubectl and the schemas from PyPI into target/manifests.
#
# Usage: tests/manifests.sh [DIRECTORY], instead of deploy/
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
deploy=${1:-$here/deploy}
venv=$here/target/manifests
requirements=$here/tests/manifests/requirements.txt

"$here/tests/venv.sh" "$venv" "$requirements"

# Its manifests are checked too.
cargo build --quiet --manifest-path "$here/Cargo.toml" --package vrrpd
program=${CARGO_TARGET_DIR:-$here/target}/debug/vrrpd

exec "$venv/bin/python" -B "$here/tests/manifests/check.py" "$deploy" "$program"
