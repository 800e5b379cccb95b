//! Health checks, what they say, and the scripts that are told of a transition.
//!
//! | what | where |
//! |---|---|
//! | what is configured: checks, scripts, hooks | `spec` |
//! | from single results to a standing: rise and fall | [`Judge`] |
//! | one run of a check | `probe` |
//! | all checks, each at its own pace | [`watch()`] |
//! | the process that starts every script | [`runner`] |
//! | hooks: one queue for each virtual router and sync group | [`notify`] |
//!
//! Nothing here knows of an election: a check says how it stands, and who depends on it decides what that means.

#![deny(unsafe_code)]

mod judge;
pub mod notify;
mod probe;
pub mod runner;
mod spec;
mod watch;

pub use judge::{Judge, Standing};
pub use spec::{
    Capabilities, Check, Endpoint, EndpointFlaw, Expected, Hook, Hooks, Http, Identity, Pattern, Probe,
    Processes, Script, StateFile, Url, UrlFlaw,
};
pub use watch::{Run, watch};
