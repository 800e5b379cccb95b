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

if ! /usr/bin/python3 -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "tests/manifests.sh: missing: python3 with venv (Debian: python3-venv)" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet
    apt-get install --quiet --yes --no-install-recommends ca-certificates python3 python3-venv
fi

# Made anew when the versions change or an earlier run was cut short.
if ! cmp --silent "$requirements" "$venv/installed"; then
    rm -rf "$venv"
    mkdir -p "$here/target"
    /usr/bin/python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$venv/installed"
fi

# Its manifests are checked too.
cargo build --quiet --manifest-path "$here/Cargo.toml" --package vrrpd
program=${CARGO_TARGET_DIR:-$here/target}/debug/vrrpd

exec "$venv/bin/python" -B "$here/tests/manifests/check.py" "$deploy" "$program"
