# shellcheck shell=sh disable=SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# Packages.

# The newest in a directory.
newest() {
    found=$(find "$1" -name 'vrrpd_*.deb' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2-)
    [ -n "$found" ] || fail "no package vrrpd_VERSION_ARCHITECTURE.deb in $1"
    echo "$found"
}

# The same package with a higher version: upgrade PACKAGE TO
higher() {
    unpacked=$state/copy/unpacked
    rm -rf "$unpacked"
    dpkg-deb --raw-extract "$1" "$unpacked"
    sed -i 's/^Version: .*/&+upgraded/' "$unpacked/DEBIAN/control"
    dpkg-deb --root-owner-group --build "$unpacked" "$2" >/dev/null
    rm -rf "$unpacked"
}
