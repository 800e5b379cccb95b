//! Whether somebody accepts a TCP connection.

use std::time::Duration;

use super::Failure;
use super::connect::connect;
use crate::Endpoint;

/// Connects, and hangs up.
pub(super) async fn run(endpoint: &Endpoint, within: Duration) -> Result<(), Failure> {
    connect(endpoint, within).await.map(drop)
}
