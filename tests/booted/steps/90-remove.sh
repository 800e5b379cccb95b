# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# Removing it stops it and leaves the configuration; purging it leaves nothing but the user, as Debian wants it.
in_machine systemctl start vrrpd@second
serves vrrpd@second 10.77.0.101
expect "it can be removed" in_machine dpkg --remove vrrpd
expect "its address is gone" not held 10.77.0.100
expect "the second's address is gone" not held 10.77.0.101
equal "processes that it has left" "" "$(in_machine pgrep -x vrrpd || true)"
expect "the configuration is kept" in_machine test -e /etc/vrrpd/vrrpd.toml

expect "it can be purged" in_machine dpkg --purge vrrpd
equal "units that are known" "" "$(in_machine systemctl list-units --all --plain --no-legend 'vrrpd*' | grep -v not-found || true)"
equal "files that it has left" "" "$(in_machine find /run/vrrpd /run/vrrpd-strict /etc/systemd /usr/lib/systemd /usr/lib/sysusers.d \
    /usr/lib/tmpfiles.d /usr/sbin \( -name 'vrrpd*' -o -path '/run/vrrpd*' \) 2>/dev/null || true)"
expect "its user stays" in_machine getent passwd vrrpd
