//! What the servers ask of the desk.

use std::sync::Arc;

use crate::report::{Event, Health, Reload, Status};

/// Whoever knows how the daemon stands. Each of these answers within a second or so, whatever happens.
pub(in crate::run) trait Informed: Clone + Send + Sync + 'static {
    /// Everything.
    fn status(&self) -> impl Future<Output = Arc<Status>> + Send;
    /// Whether the daemon lives.
    fn live(&self) -> impl Future<Output = Health> + Send;
    /// Whether it is ready.
    fn ready(&self) -> impl Future<Output = Health> + Send;
}

/// Whoever also knows what happened, and can change something.
pub(in crate::run) trait Source: Informed {
    /// Reads the configuration again.
    fn reload(&self) -> impl Future<Output = Reload> + Send;
    /// The events after this sequence number that are still known, the oldest first.
    fn events(&self, after: u64) -> Vec<Arc<Event>>;
    /// Waits until there is one after this sequence number.
    fn more_events(&self, after: u64) -> impl Future<Output = ()> + Send;
}
