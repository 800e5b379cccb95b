# shellcheck shell=sh disable=SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# What is asserted, and for how long is waited.

# eventually SECONDS WHAT COMMAND...: fails unless the command succeeds within so many seconds.
eventually() {
    patience=$1 what=$2
    shift 2
    deadline=$(($(cut -d. -f1 /proc/uptime) + patience))
    until "$@" >/dev/null 2>&1; do
        [ "$(cut -d. -f1 /proc/uptime)" -lt "$deadline" ] || fail "FAILED: no $what within $patience s"
        sleep 0.1
    done
}

# expect WHAT COMMAND...: fails unless the command succeeds.
expect() {
    what=$1
    shift
    "$@" >/dev/null || fail "FAILED: $what"
}

# equal WHAT WANTED GOT
equal() {
    [ "$2" = "$3" ] || fail "FAILED: $1 is \`$3\` and not \`$2\`"
}

not() {
    ! "$@"
}

# A property of a unit.
property() {
    in_machine systemctl show --value --property "$2" "$1"
}

# is UNIT PROPERTY VALUE
is() {
    [ "$(property "$1" "$2")" = "$3" ]
}

# told_systemd UNIT TEXT: whether its status says so.
told_systemd() {
    property "$1" StatusText | grep -qF "$2"
}

# Whether the machine has an address.
held() {
    in_machine ip -4 -o address show dev eth0 | grep -q "inet $1/"
}

# Whether the peer reaches it, which takes more: an answer to ARP, and no other owner.
reached() {
    ip netns exec "$peer" ping -c 1 -W 1 "$1"
}

# serves UNIT ADDRESS: it is up, and has become MASTER.
serves() {
    eventually 30 "active $1" is "$1" ActiveState active
    eventually 30 "address $2 of $1" held "$2"
    eventually 10 "answer of $2" reached "$2"
}

# What is logged from now on.
mark() {
    cursor=$(in_machine journalctl --quiet --lines 0 --show-cursor | sed -n 's/^-- cursor: //p')
}

# logged UNIT TEXT: whether it, or systemd about it, has said this since the mark.
logged() {
    in_machine journalctl --quiet --output cat --unit "$1" --after-cursor "$cursor" | grep -qF "$2"
}

# So many adverts of this priority has the peer seen.
adverts() {
    grep -c "VRRPv2, Advertisement, vrid $1, prio $2," "$state/lan.log" || true
}

# exposure UNIT: what systemd-analyze makes of it, times ten.
exposure() {
    in_machine systemd-analyze security --no-pager "$1" | sed -n 's/.*Overall exposure level for .*: \([0-9]*\)\.\([0-9]\).*/\1\2/p'
}

# How a thread is scheduled: policy and priority.
policy() {
    in_machine chrt --pid "$1" | sed -n "s/^pid .*'s current scheduling \(policy\|priority\): //p" | cut -d '|' -f 1 | paste -sd ' '
}

# The kilobytes of memory that a process has locked.
locked() {
    in_machine sed -n 's/^VmLck:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status"
}
