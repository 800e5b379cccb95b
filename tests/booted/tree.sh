# shellcheck shell=sh disable=SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# The Debian that is booted, and what boots it.

release=bookworm
# Beside what debootstrap takes anyway, and not more: the package has to say what it needs.
include=ca-certificates,iproute2,nftables,procps,systemd,systemd-sysv

# Installs what is missing here, by package name. systemd-nspawn and the library of its version are only unpacked, since
# their packages would upgrade this machine's systemd.
tools() {
    missing=
    for tool in debootstrap:debootstrap ip:iproute2 mount:mount ping:iputils-ping ps:procps \
        tcpdump:tcpdump dpkg-deb:dpkg; do
        command -v "${tool%%:*}" >/dev/null || missing="$missing ${tool#*:}"
    done
    # It brings the other libraries that systemd-nspawn takes.
    dpkg-query --show libsystemd-shared >/dev/null 2>&1 || missing="$missing libsystemd-shared"
    command -v systemd-nspawn >/dev/null || [ -x "$state/tools/usr/bin/systemd-nspawn" ] || nspawn=wanted
    [ -n "$missing${nspawn:-}" ] || return 0

    command -v apt-get >/dev/null || fail "missing:$missing${nspawn:+ systemd-container}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet >/dev/null
    # shellcheck disable=SC2086 # a list of packages is meant
    [ -z "$missing" ] || apt-get install --quiet --yes --no-install-recommends $missing
    if [ -n "${nspawn:-}" ]; then
        rm -rf "$state/tools"
        mkdir -p "$state/tools/download"
        (cd "$state/tools/download" && apt-get download --quiet systemd-container libsystemd-shared >/dev/null 2>&1) ||
            fail "systemd-container cannot be downloaded"
        for unpacked in "$state"/tools/download/*.deb; do
            dpkg-deb --extract "$unpacked" "$state/tools"
        done
        rm -rf "$state/tools/download"
    fi
}

# Made once, and anew when this file has changed. It is of this machine's mirror.
tree() {
    made=$(cksum <"$here/tests/booted/tree.sh")
    [ "$(cat "$state/debian/made" 2>/dev/null)" != "$made" ] || return 0
    say "makes a Debian in $state/debian by debootstrap"
    # shellcheck disable=SC2016 # apt-get's variables
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
        awk -v release="$release" '$2 == release && $3 == "main" { print $1; exit }')
    rm -rf "$state/debian"
    debootstrap --variant=minbase --include="$include" "$release" "$state/debian" \
        "${mirror:-http://deb.debian.org/debian}" >"$state/debootstrap.log" 2>&1 || {
        tail -n 20 "$state/debootstrap.log" >&2
        fail "debootstrap failed: all of its output is in $state/debootstrap.log"
    }
    # As this machine fetches packages, and whom it trusts.
    apt-config dump | grep '^Acquire::' | grep -v -e '::IndexTargets' -e '^[^ ]*:: ' \
        >"$state/debian/etc/apt/apt.conf.d/90machine" || true
    if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
        cp -L /etc/ssl/certs/ca-certificates.crt "$state/debian/etc/ssl/certs/"
    fi
    # Nothing happens on it but what is tested, and its journal outlives a boot.
    for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer console-getty.service; do
        ln -sf /dev/null "$state/debian/etc/systemd/system/$unit"
    done
    mkdir -p "$state/debian/var/log/journal"
    # A script user.
    chroot "$state/debian" useradd --system --no-create-home --shell /usr/sbin/nologin checker
    echo "$made" >"$state/debian/made"
}

# What the package needs is there before the machine boots, since its LAN leads nowhere.
dependencies() {
    for name in $(dpkg-deb --field "$1" Pre-Depends Depends | sed 's/^[A-Za-z-]*: //; s/([^)]*)//g; s/|[^,]*//g; s/,/ /g'); do
        chroot "$state/debian" dpkg-query --show "$name" >/dev/null 2>&1 || wanted="${wanted:-} $name"
    done
    [ -n "${wanted:-}" ] || return 0
    say "installs what the package depends on:$wanted"
    cp -L /etc/resolv.conf "$state/debian/etc/resolv.conf"
    # shellcheck disable=SC2086 # a list of packages is meant
    chroot "$state/debian" sh -c 'apt-get update --quiet && exec apt-get install --quiet --yes --no-install-recommends "$@"' \
        sh $wanted >"$state/dependencies.log" 2>&1 || {
        tail -n 20 "$state/dependencies.log" >&2
        fail "they cannot be installed: all of the output is in $state/dependencies.log"
    }
}

# This run's own: an overlay where the kernel grants it, else a whole copy.
copy() {
    copy=$state/copy
    rm -rf "$copy"
    mkdir -p "$copy/upper" "$copy/work" "$copy/root"
    root=$copy/root
    if ! mount -t overlay overlay -o "lowerdir=$state/debian,upperdir=$copy/upper,workdir=$copy/work" "$root" \
        2>/dev/null; then
        say "has no overlay mounts here, and copies all of it"
        cp -a "$state/debian/." "$root"
    fi
}
