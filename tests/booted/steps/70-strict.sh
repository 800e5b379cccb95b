# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# The strict unit, for configurations without scripts: not root, and the first one leaves when it comes.
put /root/plain.toml 640 <<'END'
[[instance]]
name = "web"
interface = "eth0"
vrid = 51
priority = 100
virtual_addresses = ["10.77.0.100"]
END
in_machine install -g vrrpd -m 640 /root/plain.toml /etc/vrrpd/vrrpd.toml
mark
expect "it starts" in_machine systemctl start vrrpd-strict
equal "the state of the other" inactive "$(property vrrpd ActiveState)"
serves vrrpd-strict 10.77.0.100
main=$(property vrrpd-strict MainPID)
equal "its user" vrrpd "$(in_machine ps --no-headers -o user -p "$main" | tr -d ' ')"
equal "its capabilities" 0000000000003000 "$(in_machine sed -n 's/^CapEff:[[:space:]]*//p' "/proc/$main/status")"
if [ "$((0x$(sed -n 's/^CapEff:[[:space:]]*//p' "/proc/$leader/status") >> 24 & 1))" -eq 1 ]; then
    equal "the scheduling of its protocol thread" "SCHED_FIFO 20" "$(policy "$main")"
    [ "$(locked "$main")" -gt 0 ] || fail "FAILED: no memory of it is locked"
else
    say "    NOTE: this host has no CAP_SYS_RESOURCE, so nobody can raise a limit on it: that the strict unit has" \
        "real-time priority and locked memory is NOT tested"
    eventually 5 "word of that" logged vrrpd-strict "no real-time priority"
fi

in_machine kill -KILL "$main"
eventually 10 "restart of one that was killed" is vrrpd-strict NRestarts 1
serves vrrpd-strict 10.77.0.100

# And back.
in_machine install -g vrrpd -m 640 /root/good.toml /etc/vrrpd/vrrpd.toml
expect "the other starts" in_machine systemctl start vrrpd
equal "the state of the strict one" inactive "$(property vrrpd-strict ActiveState)"
serves vrrpd 10.77.0.100
