# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # a part of tests/booted.sh, which has the variables
# What it logs is in the journal, each fact in a field of its own.
entries() {
    in_machine journalctl --quiet --unit vrrpd --output cat "$@"
}
equal "entries of web becoming MASTER" 1 \
    "$(entries VRRPD_EVENT=transition VRRPD_ROUTER=web VRRPD_TO=MASTER PRIORITY=5 | wc -l)"
equal "its sentence" "(web) Entering MASTER STATE" "$(entries VRRPD_TO=MASTER)"
equal "entries that are errors" "" "$(entries --priority err)"
in_machine journalctl --quiet --unit vrrpd --output json-pretty --output-fields MESSAGE,PRIORITY,VRRPD_CAUSE,VRRPD_EVENT,VRRPD_FROM,VRRPD_INTERFACE,VRRPD_ROUTER,VRRPD_TO,VRRPD_VRID \
    VRRPD_TO=MASTER | grep -v '"__' | sed 's/^/    /'
