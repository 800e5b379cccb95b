# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# One that hangs is killed and started again.
main=$(property vrrpd MainPID)
mark
in_machine kill -STOP "$main"
eventually 30 "restart of one that hangs" is vrrpd NRestarts 1
eventually 10 "other process" not is vrrpd MainPID "$main"
eventually 5 "word of the watchdog in the journal" logged vrrpd "Watchdog timeout"
eventually 5 "word of how it has ended" logged vrrpd "code=killed, status=9/KILL"
serves vrrpd 10.77.0.100
equal "restarts when all is well again" 1 "$(property vrrpd NRestarts)"
