# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# A start with the wrong configuration of the last step fails at once, once, and says where.
before=$(adverts 51 0)
expect "it stops" in_machine systemctl stop vrrpd
expect "its address is gone as soon as it has stopped" not held 10.77.0.100
resigned() {
    [ "$(adverts 51 0)" -gt "$before" ]
}
eventually 5 "resignation" resigned
equal "the last that a notify script was told" "end STOP" "$(in_machine sed -n '$s/ [0-9]*$//p' /var/lib/told/log)"
equal "processes that it has left" "" "$(in_machine pgrep -x vrrpd || true)"

mark
expect "it does not start" not in_machine systemctl start vrrpd
equal "its state" failed "$(property vrrpd ActiveState)"
equal "its exit code" 2 "$(property vrrpd ExecMainStatus)"
eventually 5 "word of file and line in the journal" logged vrrpd "$wrong"
# Ten restarts would fit in.
sleep 1.5
equal "its state a little later" failed "$(property vrrpd ActiveState)"
equal "restarts with a wrong configuration" 0 "$(property vrrpd NRestarts)"

in_machine install -g vrrpd -m 640 /root/good.toml /etc/vrrpd/vrrpd.toml
expect "it starts when that is mended" in_machine systemctl start vrrpd
serves vrrpd 10.77.0.100
