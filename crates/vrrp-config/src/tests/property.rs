//! No text makes [`load`] panic, and every problem lies inside the file.

use std::collections::HashSet;

use proptest::prelude::*;
use vrrp_checks::Probe;
use vrrp_core::Tracked;

use super::{Alpha, Nobody, said};
use crate::{Config, Location, Severity, Surroundings, load};

/// Loads `text`, and checks every place that is named.
fn check(text: &[u8], surroundings: &dyn Surroundings) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vrrpd.toml");
    std::fs::write(&path, text).unwrap();
    let problems = match load(&path, surroundings) {
        Ok(loaded) => {
            check_config(&loaded.config);
            loaded.warnings
        }
        Err(problems) => {
            assert!(problems.iter().any(|problem| problem.severity == Severity::Error));
            problems
        }
    };
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.split('\n').collect();
    for problem in problems {
        let Location::Text {
            file,
            line: number,
            column,
        } = &problem.location
        else {
            panic!("{problem}")
        };
        assert_eq!(*file, path);
        let line = lines
            .get(number.wrapping_sub(1))
            .unwrap_or_else(|| panic!("{problem}"));
        assert!((1..=line.chars().count() + 1).contains(column), "{problem}");
        assert!(!problem.message.to_string().is_empty());
    }
}

/// What the types of the configuration promise in words.
fn check_config(config: &Config) {
    assert!(!config.instances.is_empty());
    let checks: HashSet<&str> = config.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(checks.len(), config.checks.len());
    for check in &config.checks {
        assert!(!check.interval.is_zero() && !check.timeout.is_zero());
        if let Probe::Script(script) = &check.probe {
            assert!(script.argv[0].starts_with('/'));
        }
    }
    for instance in &config.instances {
        let tracks = &instance.params.tracks;
        let distinct: HashSet<&Tracked> = tracks.iter().map(|track| &track.what).collect();
        assert_eq!(distinct.len(), tracks.len());
        for what in distinct {
            assert!(!matches!(what, Tracked::Check(name) if !checks.contains(&**name)));
        }
    }
    let mut grouped = HashSet::new();
    for group in &config.groups {
        let [first, others @ ..] = &group.members[..] else {
            panic!("{config:#?}")
        };
        assert!(grouped.insert(*first));
        for other in others {
            assert!(grouped.insert(*other));
            let [first, other] = [first, other].map(|&member| &config.instances[member].params);
            assert_eq!(first.priority, other.priority);
            assert_eq!(first.tracks, other.tracks);
        }
        assert_eq!(group.hooks.reasserted, None);
    }
}

const WHOLE: &str = r#"name = "vrrpd"
script_user = "nobody"
script_security = true
notify_fifo = "fifo"
[http]
listen = "127.0.0.1:9650"
[control]
group = "vrrpd"
group_may_change = true
[[check]]
name = "web"
http = "https://127.0.0.1:8080/healthz"
expect_status = [200]
expect_body = "ok"
insecure = true
interval = "2s"
timeout = "1s"
rise = 2
fall = 3
weight = -20
[[check]]
name = "ready"
script = ["/usr/local/bin/ready", "--fast"]
user = "web:www"
capabilities = ["net_admin"]
[[check]]
name = "drain"
file = "drain"
presence = true
[[instance]]
name = "${HOSTNAME}"
interface = "eth0"
vrid = 51
priority = "${PRIORITY}"
advert_interval = "1s"
preempt = { below = 100 }
preempt_delay = "0s"
virtual_addresses = ["10.77.0.100", { address = "10.78.0.101/24", interface = "eth1", label = "eth1:web" }]
excluded_addresses = []
authentication = { type = "simple", password = "secret" }
unicast = { source = "10.77.0.1", peers = ["10.77.0.2"] }
garp = { repeat = 5, again = ["1s", "2s"], refresh = "60s" }
checks = ["web", { check = "ready", weight = -5 }]
track_interfaces = ["eth2"]
link_debounce = "100ms"
notify = ["/etc/vrrpd/notify.sh"]
notify_fault = { script = ["/bin/fault"], user = "web", timeout = "5s" }
[[instance]]
name = "b"
interface = "eth0"
vrid = 52
priority = 110
virtual_addresses = ["10.77.0.103"]
checks = ["drain"]
[[group]]
name = "gw"
instances = ["alpha", "b"]
notify_stop = ["/bin/stop"]
"#;

/// What a slip of the hand leaves: pieces that mean something to TOML or to us.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "\"",
            "'",
            "\"\"\"",
            "[",
            "]",
            "[[",
            "]]",
            "{",
            "}",
            "=",
            ",",
            "\n",
            "\r\n",
            ".",
            "#",
            "$",
            "${",
            "$$",
            "${A:-",
            "}",
            "0",
            "256",
            "-1",
            "1.5",
            "inf",
            "true",
            "é",
            "\u{feff}",
            "\u{0}",
            "\\u0000",
            "10.77.0.100",
            "::1",
            "/24",
            "instance",
            "[[instance]]\n",
            "[[check]]\n",
            "[[group]]\n",
            "web",
            "weight = 255\n",
            "file = \"x\"\n",
            "checks = []\n",
            "vrid = 0\n",
            "[http]\nlisten = ",
            "[control]\ngroup_may_change = true\n",
            "unicast",
            "99999999999999999999",
            "1979-05-27",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes, &Alpha);
    }

    #[test]
    fn arbitrary_pieces(pieces in prop::collection::vec(piece(), 0..40)) {
        check(pieces.concat().as_bytes(), &Nobody);
    }

    #[test]
    fn slips_in_a_whole_file(slips in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, piece()), 1..4)) {
        let mut text: Vec<char> = WHOLE.chars().collect();
        for (at, cut, put) in slips {
            let from = at.index(text.len() + 1);
            let to = (from + cut).min(text.len());
            text.splice(from..to, put.chars());
        }
        check(text.iter().collect::<String>().as_bytes(), &Alpha);
    }
}

#[test]
fn every_beginning_of_a_whole_file() {
    for end in 0..=WHOLE.len() {
        check(&WHOLE.as_bytes()[..end], &Alpha);
    }
}

/// Else the slips above would only be made in what is refused anyway.
#[test]
fn the_whole_file_is_sound() {
    assert_eq!(said(&[("vrrpd.toml", WHOLE)]), [""; 0]);
}
