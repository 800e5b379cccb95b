//! Both writers: over all kinds of configurations, and what neither can say.

mod configs;
mod round_trip;
mod tame;
mod untold;

use crate::tests::Alpha;
use crate::{Config, load};

/// What this text says on the host `alpha`.
pub(super) fn loaded(text: &str) -> Config {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vrrpd.toml");
    std::fs::write(&path, text).unwrap();
    let loaded = load(&path, &Alpha);
    loaded
        .unwrap_or_else(|problems| panic!("{problems:#?}\n{text}"))
        .config
}
