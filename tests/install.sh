#!/bin/sh
# Installs what building and the lab need and this machine lacks (Debian and its relatives; as root). Starts no
# service. Rust itself is not among it.
#
# tests/install.sh containers: and what it takes to build and run images (tests/images.sh).
set -eu

# Each line: a program that is started, and the packages that it takes.
needed='
cc                  gcc libc6-dev
ip                  iproute2
keepalived          keepalived
/usr/lib/frr/vrrpd  frr
tcpdump             tcpdump
nft                 nftables
iptables-nft        iptables
mount               mount
'

case ${1:-} in
containers)
    needed="$needed
podman              podman
buildah             buildah
runc                runc
debootstrap         debootstrap
"
    ;;
'') ;;
*)
    echo "tests/install.sh: unknown argument \`$1\`: it takes \`containers\` or nothing" >&2
    exit 2
    ;;
esac

missing=$(printf '%s' "$needed" | while read -r program packages; do
    [ -z "$program" ] || command -v "$program" >/dev/null || echo "$packages"
done | sort -u | tr '\n' ' ')
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "tests/install.sh: missing: $missing- run it as root, or install them yourself" >&2
    exit 1
fi
if ! command -v apt-get >/dev/null; then
    echo "tests/install.sh: missing: $missing- install them with this system's own package manager" >&2
    exit 1
fi

# The packages of keepalived, FRR and podman would start daemons on this very host. Debian asks policy-rc.d first; 101
# means "do not". Where there is one already (in containers), it stands.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    ours=yes
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet
# shellcheck disable=SC2086 # a list of packages is meant
apt-get install --quiet --yes --no-install-recommends $missing

# And they would start them at the next boot.
if [ "${ours:-no}" = yes ] && [ -d /run/systemd/system ]; then
    for package in keepalived frr podman; do
        case " $missing" in
        *" $package "*) ;;
        *) continue ;;
        esac
        case $package in
        podman)
            systemctl disable --quiet podman.socket podman.service podman-restart.service podman-auto-update.timer
            ;;
        *) systemctl disable --quiet "$package.service" ;;
        esac
    done
fi
