//! Whole lists from the kernel.

use std::time::Duration;

use futures_util::{Stream, StreamExt};
use netlink_packet_core::{NLM_F_DUMP_INTR, NetlinkPayload};
use netlink_packet_route::RouteNetlinkMessage;
use tokio::time::timeout;

use super::messages::Message;

/// How long the kernel may take for the next message of an answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// How often a list is asked for that changed while it was read.
const ATTEMPTS: usize = 5;

/// No answer, or not all of it. What was asked for may or may not have been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Lost {
    #[error("the kernel did not answer within {} s", PATIENCE.as_secs())]
    TimedOut,
    /// The list itself was refused.
    #[error("the kernel could not list what there is (errno {0})")]
    Refused(i32),
    #[error("the netlink socket failed")]
    Closed,
}

/// Asks until the list did not change while it was read, or for the fifth time.
pub(super) async fn dump<S>(
    mut ask: impl FnMut() -> Result<S, Lost>,
) -> Result<Vec<RouteNetlinkMessage>, Lost>
where
    S: Stream<Item = Message> + Unpin,
{
    let mut answer = Vec::new();
    for _ in 0..ATTEMPTS {
        let (list, changed) = collect(ask()?).await?;
        answer = list;
        if !changed {
            break;
        }
    }
    Ok(answer)
}

/// Reads one list, and whether the kernel says that it changed meanwhile.
async fn collect(
    mut answer: impl Stream<Item = Message> + Unpin,
) -> Result<(Vec<RouteNetlinkMessage>, bool), Lost> {
    let mut list = Vec::new();
    let mut interrupted = false;
    loop {
        let next = timeout(PATIENCE, answer.next())
            .await
            .map_err(|_| Lost::TimedOut)?;
        let Some(message) = next else {
            return Err(Lost::Closed);
        };
        interrupted |= message.header.flags & NLM_F_DUMP_INTR != 0;
        match message.payload {
            NetlinkPayload::InnerMessage(message) => list.push(message),
            NetlinkPayload::Done(_) => return Ok((list, interrupted)),
            NetlinkPayload::Error(error) => return Err(Lost::Refused(error.raw_code().saturating_neg())),
            _ => {}
        }
    }
}
