//! What is written is read as what it was.

use std::path::PathBuf;

use proptest::prelude::*;

use super::configs::configs;
use super::loaded;
use super::tame::tame;
use crate::tests::Alpha;
use crate::{Config, to_keepalived, to_toml};

/// Writes a configuration, and loads that.
fn again(config: &Config) -> (String, Config) {
    let text = to_toml(config, &Alpha).unwrap_or_else(|untold| panic!("{untold:#?}\n{config:#?}"));
    let config = loaded(&text);
    (text, config)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_configuration(config in configs()) {
        let (text, loaded) = again(&config);
        prop_assert_eq!(loaded, config, "{}", text);
    }

    /// keepalived can be told all of what it can do, in blocks that are closed, with a line for each virtual router.
    #[test]
    fn any_configuration_for_keepalived(config in configs()) {
        let config = tame(config);
        let text = to_keepalived(&config, &Alpha).unwrap_or_else(|untold| panic!("{untold:#?}\n{config:#?}"));
        let lines = |ending: &str| text.lines().filter(|line| line.ends_with(ending)).count();
        let (opened, closed) = (lines(" {"), text.lines().filter(|line| line.trim() == "}").count());
        prop_assert_eq!(opened, closed, "{}", text);
        let routers = text.lines().filter(|line| line.contains("virtual_router_id")).count();
        prop_assert_eq!(routers, config.instances.len(), "{}", text);
    }
}

/// The example with its tables that are in comments.
#[test]
fn the_example() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vrrpd.toml.example");
    let example = std::fs::read_to_string(path).unwrap();
    let mut inside = false;
    let switched = example.lines().map(|line| {
        inside = line.starts_with("#[[") || inside && !line.is_empty();
        let option = line
            .strip_prefix('#')
            .filter(|rest| inside && !rest.starts_with(' '));
        option.unwrap_or(line).to_owned() + "\n"
    });
    let second = "[[instance]]\nname = \"db\"\ninterface = \"eth1\"\nvrid = 52\nvirtual_addresses = [\"10.77.0.200\"]\n";
    let config = loaded(&(switched.collect::<String>() + second));
    assert_eq!((config.checks.len(), config.groups.len()), (5, 1));
    let (text, loaded) = again(&config);
    assert_eq!(loaded, config, "{text}");
}
