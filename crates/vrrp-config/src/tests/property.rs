//! No text makes [`load`] panic, and every problem lies inside the file.

use proptest::prelude::*;

use super::{Alpha, Nobody};
use crate::{Severity, Surroundings, load};

/// Loads `text`, and checks every place that is named.
fn check(text: &[u8], surroundings: &dyn Surroundings) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vrrpd.toml");
    std::fs::write(&path, text).unwrap();
    let problems = match load(&path, surroundings) {
        Ok(loaded) => {
            assert!(!loaded.config.instances.is_empty());
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
        assert_eq!(problem.file, path);
        let line = lines
            .get(problem.line.wrapping_sub(1))
            .unwrap_or_else(|| panic!("{problem}"));
        assert!(
            (1..=line.chars().count() + 1).contains(&problem.column),
            "{problem}"
        );
        assert!(!problem.message.to_string().is_empty());
    }
}

const WHOLE: &str = r#"name = "vrrpd"
[[instance]]
name = "${HOSTNAME}"
interface = "eth0"
vrid = 51
priority = "${PRIORITY}"
advert_interval = "1s"
preempt = true
preempt_delay = "0s"
virtual_addresses = ["10.77.0.100", { address = "10.78.0.101/24", interface = "eth1", label = "eth1:web" }]
excluded_addresses = []
authentication = { type = "simple", password = "secret" }
unicast = { source = "10.77.0.1", peers = ["10.77.0.2"] }
garp = { repeat = 5, again = ["1s", "2s"], refresh = "60s" }
[[instance]]
name = "b"
interface = "eth0"
vrid = 52
virtual_addresses = ["10.77.0.103"]
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
            "vrid = 0\n",
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
