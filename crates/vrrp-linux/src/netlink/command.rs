//! The socket that changes addresses.

use std::io;

use futures_util::StreamExt;
use netlink_packet_core::NetlinkPayload;
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::address::AddressMessage;
use netlink_proto::ConnectionHandle;
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{AsyncSocket, SocketAddr};
use nix::sys::socket::{setsockopt, sockopt};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::dump::{Lost, PATIENCE, dump};
use super::messages::{self, Message};

/// Changes in one datagram. Each is acknowledged on its own, and the answers to a datagram have to fit into
/// the receive buffer together.
const PACKED: usize = 64;
/// Room for those answers, many times over.
const RECEIVE_BUFFER: usize = 1 << 20;

/// A connection to the kernel. Belongs to the runtime that it is opened in.
pub(super) struct Command {
    handle: ConnectionHandle<RouteNetlinkMessage>,
    connection: JoinHandle<()>,
}

impl Command {
    pub(super) fn open() -> io::Result<Self> {
        let (mut connection, handle, _) = netlink_proto::new_connection(NETLINK_ROUTE)?;
        connection.set_forward_ack(true);
        connection.set_forward_done(true);
        let socket = connection.socket_mut().socket_mut();
        // A refusal then comes without a copy of what was refused.
        socket.set_cap_ack(true)?;
        enlarge_receive_buffer(socket, RECEIVE_BUFFER)?;
        Ok(Self {
            handle,
            connection: tokio::spawn(connection),
        })
    }

    /// All IPv4 addresses.
    pub(super) async fn addresses(&self) -> Result<Vec<AddressMessage>, Lost> {
        let ask = || {
            self.handle
                .request(messages::dump_addresses(), SocketAddr::new(0, 0))
                .map_err(|_| Lost::Closed)
        };
        let list = dump(ask).await?;
        Ok(list
            .into_iter()
            .filter_map(|message| match message {
                RouteNetlinkMessage::NewAddress(message) => Some(message),
                _ => None,
            })
            .collect())
    }

    /// Carries out changes in order. The answers, each an `errno` if it is a refusal, are in the same order.
    ///
    /// After an error some changes may have been made and others not, and the connection is of no more use.
    pub(super) async fn carry_out(&self, changes: Vec<Message>) -> Result<Vec<Result<(), i32>>, Lost> {
        let mut answers = Vec::with_capacity(changes.len());
        let mut changes = changes.into_iter().peekable();
        while changes.peek().is_some() {
            let packed: Vec<Message> = changes.by_ref().take(PACKED).collect();
            self.carry_out_packed(packed, &mut answers).await?;
        }
        Ok(answers)
    }

    async fn carry_out_packed(
        &self,
        changes: Vec<Message>,
        answers: &mut Vec<Result<(), i32>>,
    ) -> Result<(), Lost> {
        let expected = answers.len() + changes.len();
        let request = self.handle.request_batch(changes, SocketAddr::new(0, 0));
        let mut stream = request.map_err(|_| Lost::Closed)?;
        // The kernel works through a datagram in order and answers each message before it takes the next.
        while answers.len() < expected {
            let next = timeout(PATIENCE, stream.next())
                .await
                .map_err(|_| Lost::TimedOut)?;
            if let NetlinkPayload::Error(answer) = next.ok_or(Lost::Closed)?.payload {
                answers.push(
                    answer
                        .code
                        .map_or(Ok(()), |code| Err(code.get().saturating_neg())),
                );
            }
        }
        Ok(())
    }
}

impl Drop for Command {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

/// Past the host's limit if we may, up to it if not.
pub(super) fn enlarge_receive_buffer(socket: &netlink_sys::Socket, bytes: usize) -> io::Result<()> {
    if setsockopt(socket, sockopt::RcvBufForce, &bytes).is_err() {
        setsockopt(socket, sockopt::RcvBuf, &bytes)?;
    }
    Ok(())
}
