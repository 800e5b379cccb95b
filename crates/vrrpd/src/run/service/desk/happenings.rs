//! From what the protocol thread tells to what the journal keeps.

use vrrp_config::Config;
use vrrp_core::RouterId;

use crate::report::Happened;
use crate::run::engine::chronicle::What;
use crate::run::narrate;

/// What happened, with the names that this configuration has.
pub(super) fn in_words(what: What, config: &Config) -> Happened {
    let router = |id: RouterId| {
        let instance = config.instances.get(id.index());
        instance.map_or_else(String::new, |instance| instance.name.clone())
    };
    match what {
        What::Moved {
            router: id,
            from,
            to,
            cause,
            priority,
        } => Happened::Transition {
            router: router(id),
            from: from.into(),
            to: to.into(),
            cause: cause.name().to_owned(),
            because: narrate::cause(&cause),
            priority: priority.get(),
        },
        What::GroupMoved { group, from, to } => Happened::GroupTransition {
            group: config
                .groups
                .get(group.index())
                .map_or_else(String::new, |group| group.name.clone()),
            from: from.into(),
            to: to.into(),
        },
        What::PriorityChanged {
            router: id,
            from,
            to,
            because,
        } => Happened::Priority {
            router: router(id),
            from: from.get(),
            to: to.get(),
            because,
        },
        What::DelayStarted {
            router: id,
            delay,
            master,
        } => Happened::PreemptDelay {
            router: router(id),
            seconds: delay.as_secs_f64(),
            master,
        },
        What::FirstReject {
            router: id,
            interface,
            source,
            reason,
            because,
        } => Happened::FirstReject {
            router: id.map(router),
            interface: interface.to_string(),
            source,
            reason: reason.to_owned(),
            because,
        },
    }
}
