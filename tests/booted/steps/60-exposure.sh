# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# What systemd itself makes of the units: 10.0 is no protection at all.
for limit in vrrpd.service:37 vrrpd@second.service:37 vrrpd-strict.service:20; do
    unit=${limit%:*} most=${limit#*:}
    found=$(exposure "$unit")
    [ -n "$found" ] || fail "FAILED: the exposure of $unit is unknown"
    [ "$found" -le "$most" ] || fail "FAILED: the exposure of $unit is $found/10, above $most/10"
    say "    $unit: $((found / 10)).$((found % 10))"
done
