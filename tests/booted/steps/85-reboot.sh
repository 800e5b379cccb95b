# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# A host that is switched off resigns, and one that boots serves again.
before=$(adverts 51 0)
power_off
eventually 5 "resignation" resigned
boot
serves vrrpd 10.77.0.100
equal "restarts since the boot" 0 "$(property vrrpd NRestarts)"
