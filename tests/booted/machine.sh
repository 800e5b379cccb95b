# shellcheck shell=sh disable=SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# The booted machine and its LAN.

machine=machine
peer=peer

# eth0 of the machine and eth0 of a peer, which records all that it sees.
lan() {
    for end in "$machine" "$peer"; do
        ip netns add "$end"
        ip -n "$end" link set lo up
    done
    ip -n "$machine" link add eth0 type veth peer name eth0 netns "$peer"
    ip -n "$machine" address add 10.77.0.1/24 dev eth0
    ip -n "$peer" address add 10.77.0.9/24 dev eth0
    ip -n "$machine" link set eth0 up
    ip -n "$peer" link set eth0 up
    rm -f "$state/lan.log"
    ip netns exec "$peer" tcpdump -l -n -i eth0 'proto 112 or arp' >"$state/lan.log" 2>/dev/null &
    tcpdump=$!
}

# Boots it, and waits until everything has been started.
boot() {
    if command -v systemd-nspawn >/dev/null; then
        set -- systemd-nspawn
    else
        set -- env LD_LIBRARY_PATH="$state/tools/usr/lib/$(uname -m)-linux-gnu/systemd" \
            "$state/tools/usr/bin/systemd-nspawn"
    fi
    "$@" --quiet --directory="$root" \
        --machine=booted --register=no --keep-unit --boot --network-namespace-path="/run/netns/$machine" \
        --capability=CAP_IPC_LOCK,CAP_NET_ADMIN,CAP_SYS_RESOURCE --resolv-conf=off --link-journal=no systemd.log_color=no \
        </dev/null >>"$state/console.log" 2>&1 &
    outside=$!
    leader=
    eventually 30 "the machine's first process" first_process
    eventually 60 "a machine that has booted" booted
}

first_process() {
    for child in $(ps --no-headers -o pid --ppid "$outside"); do
        if awk '/^NSpid:/ && $NF == 1 { found = 1 } END { exit !found }' "/proc/$child/status" 2>/dev/null; then
            leader=$child
            return 0
        fi
    done
    return 1
}

booted() {
    case $(in_machine systemctl is-system-running 2>/dev/null) in
    running | degraded) ;;
    *) return 1 ;;
    esac
}

# Runs something in the machine.
in_machine() {
    nsenter --target "$leader" --mount --uts --ipc --net --pid -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        LC_ALL=C.UTF-8 SYSTEMD_COLORS=0 SYSTEMD_PAGER= DEBIAN_FRONTEND=noninteractive "$@"
}

# Writes standard input into a file of the machine, with this mode.
put() {
    # shellcheck disable=SC2016 # the inner shell's
    in_machine sh -c 'cat >"$1" && chmod "$2" "$1"' sh "$1" "$2"
}

# Switches it off as a person would, and waits for it.
power_off() {
    in_machine systemctl poweroff --no-block 2>/dev/null
    eventually 60 "a machine that is off" gone "$outside"
    leader=
}

gone() {
    ! kill -0 "$1" 2>/dev/null
}

# What is known when a step fails, and tidying up.
leave() {
    trap - EXIT INT TERM
    if [ -n "${leader:-}" ]; then
        in_machine journalctl --no-pager --quiet -o short-precise >"$state/journal.log" 2>&1 || true
        if [ "$1" -ne 0 ]; then
            in_machine systemctl status --no-pager --lines 30 'vrrpd*' >&2 || true
            in_machine ip -4 address show dev eth0 >&2 || true
            say "see $state/journal.log, $state/console.log and $state/lan.log" >&2
        fi
        in_machine systemctl poweroff --no-block 2>/dev/null || true
        tries=0
        while kill -0 "$outside" 2>/dev/null && [ "$tries" -lt 100 ]; do
            tries=$((tries + 1))
            sleep 0.1
        done
    fi
    kill "${tcpdump:-}" 2>/dev/null || true
    for end in "$machine" "$peer"; do
        ip netns delete "$end" 2>/dev/null || true
    done
    control_groups | while read -r group; do
        find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
    umount "${root:-}" 2>/dev/null || true
    rm -rf "$state/copy"
    exit "$1"
}

# What systemd-nspawn has made below the control group that this runs in.
control_groups() {
    sed -n 's/^[0-9]*:\(name=systemd\)\{0,1\}://p' /proc/self/cgroup | sort -u | while read -r group; do
        for mounted in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
            for made in payload supervisor; do
                [ ! -d "$mounted$group/$made" ] || echo "$mounted$group/$made"
            done
        done
    done
}
