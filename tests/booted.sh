#!/bin/sh
# Installs a Debian package of vrrpd on a really booted Debian, and looks whether systemd and the daemon do what their
# unit says: start, watchdog, reload, upgrade, reboot, removal (Debian; as root; needs no systemd here).
#
# Usage: tests/booted.sh [PACKAGE.deb]      without one it is built: deploy/packages/build.sh
#        tests/booted.sh clean              removes what is kept for the next run
#
# The Debian is made by debootstrap and kept in target/booted; each run works on a copy. It is booted in a container by
# systemd-nspawn, with a LAN of its own, on which a peer listens. This script runs in namespaces of its own: whatever
# ends it, nothing stays mounted and no process goes on. What the machine said is in target/booted/console.log, and its
# journal in target/booted/journal.log.
#
# shellcheck source-path=SCRIPTDIR
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
state=$here/target/booted

say() { echo "tests/booted.sh: $*"; }
fail() {
    say "$*" >&2
    exit 1
}

# shellcheck source=booted/tree.sh
. "$here/tests/booted/tree.sh"
# shellcheck source=booted/machine.sh
. "$here/tests/booted/machine.sh"
# shellcheck source=booted/expect.sh
. "$here/tests/booted/expect.sh"
# shellcheck source=booted/package.sh
. "$here/tests/booted/package.sh"

[ "$(id -u)" -eq 0 ] || fail "it must run as root"
case ${1:-} in
clean)
    rm -rf "$state"
    exit 0
    ;;
*.deb) package=$(realpath "$1") ;;
'')
    package=
    ;;
*) fail "unknown argument \`$1\`: it takes a package, \`clean\` or nothing" ;;
esac

# Everything that is started here ends with this script, and everything that is mounted is gone with it.
if [ "${VRRPD_BOOTED:-}" != inside ]; then
    mkdir -p "$state"
    # Everything that it starts keeps this open, so it is locked until the last of them has ended.
    exec 9<"$state"
    flock --nonblock 9 || fail "another run is going on"
    tools
    tree
    if [ -z "$package" ]; then
        "$here/deploy/packages/build.sh" "$state/packages"
        package=$(newest "$state/packages")
    fi
    dependencies "$package"
    exec env VRRPD_BOOTED=inside \
        unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$0" "$package"
fi

start=$(date +%s)
# Where named network namespaces and systemd-nspawn's own files are: here they are this run's, and gone with it.
for directory in /run/netns /run/systemd; do
    mkdir -p "$directory"
    mount -t tmpfs tmpfs "$directory"
done
trap 'leave $?' EXIT
trap 'exit 130' INT TERM
lan
copy
boot
for step in "$here"/tests/booted/steps/*.sh; do
    step=$(basename "$step" .sh)
    say "${step#*-}" | tr _ ' '
    # Each sees what the ones before it have set.
    # shellcheck source=/dev/null # one after the other
    . "$here/tests/booted/steps/$step.sh"
done
say "all is well, $(($(date +%s) - start)) s"
