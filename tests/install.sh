#!/bin/sh
# Installs what building and the lab need and this machine lacks (Debian and its relatives; as root). Starts no
# service. Rust itself is not among it.
set -eu

# Each line: a program that is started, and the packages that it takes.
needed='
cc                  gcc libc6-dev
ip                  iproute2
keepalived          keepalived
/usr/lib/frr/vrrpd  frr
tcpdump             tcpdump
nft                 nftables
mount               mount
'

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

# The packages of keepalived and FRR would start daemons on this very host. Debian asks policy-rc.d first; 101 means
# "do not". Where there is one already (in containers), it stands.
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
    for service in keepalived frr; do
        case " $missing" in
        *" $service "*) systemctl disable --quiet "$service.service" ;;
        esac
    done
fi
