# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# The package installs, says nothing to the LAN by itself, and its units are without fault.
cp "$package" "$root/root/vrrpd.deb"
expect "the package installs" in_machine dpkg --install /root/vrrpd.deb
for unit in vrrpd.service vrrpd@second.service vrrpd-strict.service; do
    expect "$unit is without fault" in_machine systemd-analyze verify --man=no "$unit"
done
equal "/etc/vrrpd" "751 root:vrrpd" "$(in_machine stat -c '%a %U:%G' /etc/vrrpd)"
equal "adverts before anybody asked for them" 0 "$(grep -c Advertisement "$state/lan.log" || true)"
