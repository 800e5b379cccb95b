# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# It is up as soon as it listens, becomes MASTER, and says so.
put /etc/vrrpd/notify.sh 755 <<'END'
#!/bin/sh
# Told as: INSTANCE web MASTER 100. It notes what it is and may.
exec >>/var/lib/told/log 2>&1
echo "begin $3 $$"
{
    echo "user $(id -un)"
    chrt -p $$
    sed -n 's/^\(Cap[A-Z][a-z]*\|NoNewPrivs\|VmLck\):[[:space:]]*/\1 /p' /proc/self/status
} >/var/lib/told/rights
[ "$3" != MASTER ] || sleep 2
echo "end $3 $$"
END
put /usr/local/bin/well 755 <<'END'
#!/bin/sh
[ "$(id -un)" = nobody ]
END
# As root, and passes whatever it finds.
put /usr/local/bin/fences 755 <<'END'
#!/bin/sh
try() {
    if "$@" 2>/dev/null; then echo yes; else echo no; fi
}
cat >/var/lib/fences/new <<NEW
uid $(id -u)
/etc $(try touch /etc/fenced/etc)
/usr $(try touch /usr/local/usr)
/home $(try touch /home/home)
/var $(try touch /var/lib/fences/var)
/tmp $(try touch /tmp/vrrpd-booted)
others $(try test -e /proc/1/status)
NEW
mv /var/lib/fences/new /var/lib/fences/found
END
in_machine install -d -o checker /var/lib/told
in_machine install -d /etc/fenced /var/lib/fences
put /root/good.toml 640 <<'END'
control = { group = "vrrpd" }

[[check]]
name = "well"
script = ["/usr/local/bin/well"]
user = "nobody"

[[check]]
name = "fences"
script = ["/usr/local/bin/fences"]

[[instance]]
name = "web"
interface = "eth0"
vrid = 51
priority = 100
virtual_addresses = ["10.77.0.100"]
checks = ["well", "fences"]
notify = { script = ["/etc/vrrpd/notify.sh"], user = "checker" }
END
in_machine install -g vrrpd -m 640 /root/good.toml /etc/vrrpd/vrrpd.toml

expect "it starts" in_machine systemctl enable --now vrrpd
equal "its state as soon as the command returns" active "$(property vrrpd ActiveState)"
serves vrrpd 10.77.0.100
eventually 10 "status of MASTER" told_systemd vrrpd "web MASTER"
equal "the control socket" "660 root:vrrpd" "$(in_machine stat -c '%a %U:%G' /run/vrrpd/vrrpd.sock)"
in_machine systemctl status --no-pager vrrpd | sed -n '/^●/,/CGroup/p' | sed 's/^/    /'
