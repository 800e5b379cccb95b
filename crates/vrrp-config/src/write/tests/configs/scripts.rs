//! Checks and hooks of all kinds.

use core::num::NonZeroU32;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use vrrp_checks::{
    Capabilities, Check, Endpoint, Expected, Hook, Hooks, Http, Pattern, Probe, Processes, Script, StateFile,
    Url,
};

use crate::Surroundings;
use crate::tests::Alpha;

/// Nobody's idea of a name, to which a number is added.
pub(super) fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{1,12}", r#"[a-z$ "'\\#!{}é~]{1,12}"#]
}

pub(super) fn path() -> impl Strategy<Value = String> {
    r#"/nowhere[a-z$ "'\\#!é]{1,9}"#
}

pub(super) fn millis(from: u64, to: u64) -> impl Strategy<Value = Duration> {
    prop_oneof![
        (from..=to).prop_map(Duration::from_millis),
        (from.div_ceil(1000)..=to / 1000).prop_map(Duration::from_secs)
    ]
}

pub(super) fn check() -> impl Strategy<Value = Check> {
    let count = || prop_oneof![Just(1), 1..=1000_u32].prop_map(|count| NonZeroU32::new(count).unwrap());
    let timeout = option::of(millis(1, 3_600_000));
    (name(), probe(), millis(100, 3_600_000), timeout, count(), count()).prop_map(
        |(name, probe, interval, timeout, rise, fall)| {
            let waits = !matches!(probe, Probe::File(_) | Probe::Process(_));
            let counts = !matches!(probe, Probe::File(_));
            Check {
                name,
                interval,
                timeout: timeout.filter(|_| waits).unwrap_or(interval),
                rise: if counts { rise } else { NonZeroU32::MIN },
                fall: if counts { fall } else { NonZeroU32::MIN },
                probe,
            }
        },
    )
}

fn probe() -> impl Strategy<Value = Probe> {
    let url = select(vec![
        "http://10.0.0.1:8080/a?b=$c",
        "https://[fd00::1]/",
        "https://web.example/it's",
    ]);
    let body = option::of(select(vec!["ok", r"^ok\b$", "a\"b", "it's \\d+ \"$\"", "\\t\t"]));
    let http =
        (url, vec(100..=599_u16, 0..30), body, any::<bool>()).prop_map(|(url, status, body, insecure)| {
            let url = Url::parse(url).unwrap();
            let insecure = insecure && url.tls;
            let body = body.map(|body| Pattern::new(body).unwrap());
            Probe::Http(Http {
                url,
                expected: Expected { status, body },
                insecure,
            })
        });
    let endpoint = select(vec!["127.0.0.1:80", "[::1]:443", "db-1.example:5432"]);
    let file = (path(), any::<bool>()).prop_map(|(path, presence)| StateFile {
        path: path.into(),
        presence,
    });
    let processes = (name(), 1..=65535_u32).prop_map(|(name, min)| Processes {
        name,
        min: NonZeroU32::new(min).unwrap(),
    });
    prop_oneof![
        http,
        endpoint.prop_map(|endpoint| Probe::Tcp(Endpoint::parse(endpoint).unwrap())),
        script().prop_map(Probe::Script),
        file.prop_map(Probe::File),
        processes.prop_map(Probe::Process),
    ]
}

fn script() -> impl Strategy<Value = Script> {
    let argument = r#"[a-z$ "'\\#\n\t\u{1}\u{7f}\u{85}é{}]{0,40}"#;
    let user = option::of(select(vec!["root", "nobody", "web"]));
    let capabilities = prop_oneof![Just(0), 0..1_u64 << 41];
    (path(), vec(argument, 0..4), user, capabilities).prop_map(|(path, arguments, user, capabilities)| {
        Script {
            argv: [path].into_iter().chain(arguments).collect(),
            user: user.map(|name| Alpha.user(name).unwrap()),
            capabilities: Capabilities(capabilities),
        }
    })
}

pub(super) fn hooks() -> impl Strategy<Value = Hooks> {
    let hook = || {
        let timeout = prop_oneof![Just(Duration::from_secs(10)), millis(100, 300_000)];
        option::weighted(
            0.3,
            (script(), timeout).prop_map(|(script, timeout)| Hook { script, timeout }),
        )
    };
    (hook(), hook(), hook(), hook(), hook(), hook()).prop_map(
        |(notify, master, backup, fault, stop, reasserted)| Hooks {
            notify,
            master,
            backup,
            fault,
            stop,
            reasserted,
        },
    )
}
