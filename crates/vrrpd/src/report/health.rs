//! Whether all is well enough, for those who only want to know that.

use serde::{Deserialize, Serialize};

/// Whether the daemon lives, or is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Health {
    /// Whether it does, or is.
    pub(crate) well: bool,
    /// Why not.
    pub(crate) obstacles: Vec<Obstacle>,
}

/// What is in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Obstacle {
    /// What it is about: `protocol`, a virtual router, a check, an interface.
    pub(crate) about: String,
    /// What is wrong with it.
    pub(crate) what: String,
}

impl Health {
    /// As these obstacles let it be.
    pub(crate) fn from_obstacles(obstacles: Vec<Obstacle>) -> Self {
        Self {
            well: obstacles.is_empty(),
            obstacles,
        }
    }
}
