#!/bin/sh
# Runs the suite `metrics` of the lab (root), and gives the pages that it leaves to others: to the parsers of Prometheus'
# own library, to `promtool check metrics`, and to the schema of the status in docs/. Installs what it needs and this
# machine lacks: Python by apt-get, libraries from PyPI and Debian's promtool (unpacked, not installed: its package would
# start a server) into target/metrics.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
place=$here/target/metrics
requirements=$here/tests/metrics/requirements.txt
target=${CARGO_TARGET_DIR:-$here/target}

needs() {
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "tests/metrics.sh: missing: $*" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet
}

"$here/tests/venv.sh" "$place" "$requirements"

promtool=$(command -v promtool || echo "$place/prometheus/usr/bin/promtool")
if [ ! -x "$promtool" ]; then
    needs prometheus
    (
        cd "$place"
        apt-get download --quiet prometheus
        dpkg-deb --extract prometheus_*.deb prometheus
        rm prometheus_*.deb
    )
fi

rm -rf "$target/lab/metrics"
cargo test --quiet --manifest-path "$here/Cargo.toml" --package vrrp-lab --test metrics
pages=$target/lab/metrics
"$place/bin/python" -B "$here/tests/metrics/check.py" "$pages" "$here/docs/status.schema.json"
"$promtool" check metrics <"$pages/metrics.txt"
echo "promtool has nothing to say against them"
