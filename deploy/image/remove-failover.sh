#!/bin/bash
# Takes from this host what the daemon of this configuration left on it: addresses and firewall rules.
exec /usr/sbin/vrrpd cleanup --from-env "$@"
