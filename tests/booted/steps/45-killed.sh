# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# One that is killed is started again, and a notify script that ran goes on to its end.
expect "it restarts" in_machine systemctl restart vrrpd
script=
# One that has begun, and not ended.
running() {
    script=$(in_machine sed -n '$s/^begin MASTER //p' /var/lib/told/log)
    [ -n "$script" ]
}
eventually 30 "notify script" running
main=$(property vrrpd MainPID)
in_machine kill -KILL "$main"
eventually 10 "restart of one that was killed" is vrrpd NRestarts 1
eventually 10 "end of the notify script" in_machine grep -qx "end MASTER $script" /var/lib/told/log
serves vrrpd 10.77.0.100
expect "another process serves" not is vrrpd MainPID "$main"
