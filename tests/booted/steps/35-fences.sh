# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# What scripts see of the host, and that a drop-in widens it.
found() {
    in_machine sed -n "s|^$1 ||p" /var/lib/fences/found
}
found_is() {
    [ "$(found "$1")" = "$2" ]
}
equal "the user of a script that names none" 0 "$(found uid)"
for fenced in /etc /usr /home; do
    equal "whether a script of root can write to $fenced" no "$(found "$fenced")"
done
equal "whether a script can write to /var/lib" yes "$(found /var)"
equal "whether a script can write to /tmp" yes "$(found /tmp)"
expect "its /tmp is that of the host" in_machine test -e /tmp/vrrpd-booted
equal "whether a script sees processes" yes "$(found others)"

in_machine mkdir /etc/systemd/system/vrrpd.service.d
put /etc/systemd/system/vrrpd.service.d/wider.conf 644 <<'END'
[Service]
ReadWritePaths=/etc/fenced
END
in_machine systemctl daemon-reload
expect "it restarts" in_machine systemctl restart vrrpd
eventually 10 "script that can write to /etc/fenced" found_is /etc yes
equal "whether it can still not write to /usr" no "$(found /usr)"
in_machine rm -r /etc/systemd/system/vrrpd.service.d
in_machine systemctl daemon-reload
in_machine systemctl restart vrrpd
serves vrrpd 10.77.0.100
