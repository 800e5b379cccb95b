#!/bin/sh
# Makes a Python with the libraries of a list, made anew when the list changes or an earlier run was cut short. Installs
# Python itself by apt-get where this machine lacks it.
#
# Usage: tests/venv.sh DIRECTORY REQUIREMENTS
set -eu
venv=$1
requirements=$2

if ! /usr/bin/python3 -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "tests/venv.sh: missing: python3 with venv (Debian: python3-venv)" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet
    apt-get install --quiet --yes --no-install-recommends ca-certificates python3 python3-venv
fi

if ! cmp --silent "$requirements" "$venv/installed"; then
    rm -rf "$venv"
    mkdir -p "$(dirname "$venv")"
    /usr/bin/python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$venv/installed"
fi
