# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# An upgrade restarts what runs, and only that: the peer hears one resignation.
higher "$package" "$root/root/vrrpd-upgraded.deb"
main=$(property vrrpd MainPID)
before=$(adverts 51 0)
in_machine dpkg --install /root/vrrpd-upgraded.deb >"$state/upgrade.log" 2>&1 || {
    cat "$state/upgrade.log" >&2
    fail "FAILED: the package cannot be upgraded"
}
equal "its version" "$(dpkg-deb --field "$package" Version)+upgraded" \
    "$(in_machine dpkg-query --show --showformat '${Version}' vrrpd)"
serves vrrpd 10.77.0.100
expect "the new program runs" not is vrrpd MainPID "$main"
equal "the program that runs" /usr/sbin/vrrpd "$(in_machine readlink "/proc/$(property vrrpd MainPID)/exe")"
equal "resignations" 1 "$(($(adverts 51 0) - before))"
equal "the state of a unit that did not run" inactive "$(property vrrpd-strict ActiveState)"
equal "whether it comes with the next boot" enabled "$(in_machine systemctl is-enabled vrrpd)"
