//! `vrrpd convert`.

use std::process::ExitCode;

use vrrp_config::{to_keepalived, to_toml};

use crate::cli::{ConfigFormat, Convert};
use crate::problems::{self, complain};
use crate::surroundings::Host;

/// Prints the configuration in another form, or everything that this form cannot say.
pub(crate) fn run(options: &Convert) -> ExitCode {
    let config = match problems::load(&options.config) {
        Ok(loaded) => loaded.config,
        Err(refused) => return refused.into(),
    };
    let text = match options.to {
        ConfigFormat::Toml => to_toml(&config, &Host),
        ConfigFormat::Keepalived => to_keepalived(&config, &Host),
    };
    match text {
        Ok(text) => problems::print("convert", &text),
        Err(untold) => {
            for untold in untold {
                complain("convert", &untold);
            }
            ExitCode::FAILURE
        }
    }
}
