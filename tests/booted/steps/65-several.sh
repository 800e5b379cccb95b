# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# Several on one host, each with its own configuration; an interface that is missing is a FAULT, and no failed start.
put /etc/vrrpd/second.toml 640 <<'END'
name = "second"

[[instance]]
name = "mail"
interface = "eth0"
vrid = 52
priority = 100
virtual_addresses = ["10.77.0.101"]
END
put /etc/vrrpd/absent.toml 640 <<'END'
name = "absent"

[[instance]]
name = "nowhere"
interface = "eth7"
vrid = 53
priority = 100
virtual_addresses = ["10.77.0.102"]
END
expect "the second starts" in_machine systemctl start vrrpd@second
expect "one without an interface starts" in_machine systemctl start vrrpd@absent
serves vrrpd@second 10.77.0.101
equal "the state of one without an interface" active "$(property vrrpd@absent ActiveState)"
eventually 10 "status of FAULT" told_systemd vrrpd@absent "nowhere FAULT"

expect "they stop" in_machine systemctl stop vrrpd@second vrrpd@absent
expect "the second's address is gone" not held 10.77.0.101
serves vrrpd 10.77.0.100
