# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# The daemon has what adverts on time take; scripts have none of it.
main=$(property vrrpd MainPID)
equal "the scheduling of the protocol thread" "SCHED_FIFO 20" "$(policy "$main")"
for thread in $(in_machine ls "/proc/$main/task"); do
    [ "$thread" = "$main" ] || equal "the scheduling of thread $thread" "SCHED_OTHER 0" "$(policy "$thread")"
done
[ "$(locked "$main")" -gt 0 ] || fail "FAILED: no memory of it is locked"
# NET_ADMIN, NET_RAW, IPC_LOCK, SYS_NICE; SETUID, SETGID, KILL.
equal "its capabilities" 00000000008070e0 "$(in_machine sed -n 's/^CapEff:[[:space:]]*//p' "/proc/$main/status")"

told() {
    in_machine sed -n "s/^$1 //p" /var/lib/told/rights
}
eventually 10 "notify script that has ended" in_machine grep -q '^end MASTER ' /var/lib/told/log
equal "the user of a notify script" checker "$(told user)"
equal "the effective capabilities of a notify script" 0000000000000000 "$(told CapEff)"
equal "the ambient capabilities of a notify script" 0000000000000000 "$(told CapAmb)"
equal "whether a notify script may get more" 1 "$(told NoNewPrivs)"
equal "the locked memory of a notify script" "0 kB" "$(told VmLck)"
expect "a notify script has no real-time priority" in_machine grep -q 'policy: SCHED_OTHER' /var/lib/told/rights
