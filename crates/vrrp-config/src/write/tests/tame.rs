//! Configurations made such that keepalived can do all of them.

use std::time::Duration;

use vrrp_checks::{Capabilities, Hooks, Probe, Script};
use vrrp_core::{Authentication, Password, Preempt, Tracked, Transport, Weight};

use crate::Config;

/// The same, as near as keepalived can.
pub(super) fn tame(mut config: Config) -> Config {
    for check in &mut config.checks {
        check.interval = whole(check.interval);
        match &mut check.probe {
            Probe::Tcp(_) => {}
            Probe::Script(script) => {
                check.timeout = whole(check.timeout);
                tame_script(script);
            }
            Probe::Http(_) | Probe::File(_) | Probe::Process(_) => {
                check.timeout = whole(check.timeout);
                check.probe = Probe::Script(Script {
                    argv: vec!["/bin/true".to_owned()],
                    user: None,
                    capabilities: Capabilities::default(),
                });
            }
        }
    }
    for instance in &mut config.instances {
        let params = &mut instance.params;
        params.preempt = match params.preempt {
            Preempt::After(delay) => Preempt::After(delay.min(Duration::from_secs(1000))),
            Preempt::Never | Preempt::Below(_) => Preempt::Never,
        };
        if matches!(&params.transport, Transport::Unicast { peers } if peers.is_empty()) {
            params.transport = Transport::Multicast;
        }
        if let Authentication::Simple(password) = params.authentication {
            let text = String::from_utf8(password.to_wire().to_vec()).unwrap();
            let password = Password::new(sound(text.trim_end_matches('\0')).as_bytes());
            params.authentication = Authentication::Simple(password.unwrap());
        }
        for track in &mut params.tracks {
            let most = if matches!(track.what, Tracked::Interface(_)) {
                0
            } else {
                253
            };
            track.weight = Weight::new(track.weight.get().clamp(-253, most)).unwrap();
        }
        for address in &mut instance.addresses {
            address.label = address.label.as_ref().map(|label| sound(label).into());
        }
        instance.link_debounce = Duration::ZERO;
        tame_hooks(&mut instance.hooks);
    }
    for group in &mut config.groups {
        tame_hooks(&mut group.hooks);
    }
    config.notify_fifo = config
        .notify_fifo
        .map(|path| sound(path.to_str().unwrap()).into());
    rename(&mut config);
    config
}

/// Names without what keepalived cannot read.
fn rename(config: &mut Config) {
    for check in &mut config.checks {
        check.name = sound(&check.name);
    }
    for instance in &mut config.instances {
        instance.name = sound(&instance.name);
        for track in &mut instance.params.tracks {
            if let Tracked::Check(name) = &mut track.what {
                *name = sound(name).into();
            }
        }
    }
}

fn sound(text: &str) -> String {
    let text = text.replace('"', "'").replace("${", "$(");
    match text.strip_suffix('\\') {
        Some(rest) => rest.to_owned() + "/",
        None => text,
    }
}

fn whole(time: Duration) -> Duration {
    Duration::from_secs(time.as_secs().max(1))
}

fn tame_hooks(hooks: &mut Hooks) {
    hooks.reasserted = None;
    let Hooks {
        notify,
        master,
        backup,
        fault,
        stop,
        ..
    } = hooks;
    for hook in [notify, master, backup, fault, stop].into_iter().flatten() {
        tame_script(&mut hook.script);
    }
}

/// With one argument at most, so that the line is not too long.
fn tame_script(script: &mut Script) {
    script.argv.truncate(2);
    script.capabilities = Capabilities::default();
}
