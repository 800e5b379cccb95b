# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# A reload reads the configuration again; one that is wrong changes nothing.
main=$(property vrrpd MainPID)
expect "a good configuration is taken" in_machine systemctl reload vrrpd
equal "its state after a reload" active "$(property vrrpd ActiveState)"

in_machine sed 's/^vrid = 51/vrid = 551/' /root/good.toml | put /etc/vrrpd/vrrpd.toml 640
wrong=/etc/vrrpd/vrrpd.toml:$(in_machine grep -n '^vrid' /root/good.toml | cut -d : -f 1):
mark
expect "a reload of a wrong configuration fails" not in_machine systemctl reload vrrpd
eventually 10 "complaint that names file and line" logged vrrpd "$wrong"
equal "its state after a bad reload" active "$(property vrrpd ActiveState)"
equal "its process after two reloads" "$main" "$(property vrrpd MainPID)"
equal "restarts by reloads" 1 "$(property vrrpd NRestarts)"
serves vrrpd 10.77.0.100
