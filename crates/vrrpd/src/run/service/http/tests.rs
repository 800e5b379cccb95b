//! The server over real sockets: what it answers, and that nobody can shut out anybody else.

mod abuse;
mod answers;
mod client;
mod crowd;
mod listening;
mod server;

use std::time::Duration;

/// A client that behaves is served within this, whatever others do. No time limit of the server is as short.
const SOON: Duration = Duration::from_secs(2);
