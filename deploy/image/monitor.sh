#!/bin/bash
# What the image runs: the daemon, as configured by the OPENSHIFT_HA_* variables. Its name, which probes look for
# (`pgrep keepalived`), is that of the file that is started here. As a container's first process tini passes signals on
# and buries what users' scripts leave behind, which a daemon that waits for nobody but its own would not.
exec tini -s -- /usr/libexec/vrrpd/keepalived run --from-env "$@"
