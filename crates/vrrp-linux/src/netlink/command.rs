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
use vrrp_core::InterfaceName;

use super::dump::{Lost, PATIENCE, dump};
use super::messages::{self, Message};

/// The kernel's answer to one request: what it told before it acknowledged, or its `errno`.
type Answer = Result<Option<RouteNetlinkMessage>, i32>;

/// Requests in one datagram. Each is acknowledged on its own, and the answers to a datagram have to fit into
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
        let answers = self.ask(changes).await?;
        Ok(answers.into_iter().map(|answer| answer.map(drop)).collect())
    }

    /// Looks for the link of each name. The answers are in the same order: its index, `None` if there is no
    /// such link, or why the kernel does not tell.
    ///
    /// This is done with the socket that is open: what the C library has for it opens one each time, and then
    /// finds no interface at all when the process has no descriptor left.
    pub(super) async fn indexes(
        &self,
        names: impl Iterator<Item = &InterfaceName>,
    ) -> Result<Vec<Result<Option<u32>, i32>>, Lost> {
        let answers = self.ask(names.map(messages::get_link).collect()).await?;
        Ok(answers
            .into_iter()
            .map(|answer| match answer {
                Ok(Some(RouteNetlinkMessage::NewLink(link))) => Ok(Some(link.header.index)),
                // Acknowledged, but what came with it cannot be read.
                Ok(_) => Err(libc::EBADMSG),
                Err(libc::ENODEV) => Ok(None),
                Err(errno) => Err(errno),
            })
            .collect())
    }

    async fn ask(&self, requests: Vec<Message>) -> Result<Vec<Answer>, Lost> {
        let mut answers = Vec::with_capacity(requests.len());
        let mut requests = requests.into_iter().peekable();
        while requests.peek().is_some() {
            let packed: Vec<Message> = requests.by_ref().take(PACKED).collect();
            self.ask_packed(packed, &mut answers).await?;
        }
        Ok(answers)
    }

    async fn ask_packed(&self, requests: Vec<Message>, answers: &mut Vec<Answer>) -> Result<(), Lost> {
        let expected = answers.len() + requests.len();
        let stream = self.handle.request_batch(requests, SocketAddr::new(0, 0));
        let mut stream = stream.map_err(|_| Lost::Closed)?;
        let mut told = None;
        // The kernel works through a datagram in order and answers each message before it takes the next.
        while answers.len() < expected {
            let next = timeout(PATIENCE, stream.next())
                .await
                .map_err(|_| Lost::TimedOut)?;
            match next.ok_or(Lost::Closed)?.payload {
                NetlinkPayload::InnerMessage(message) => told = Some(message),
                NetlinkPayload::Error(answer) => {
                    let told = told.take();
                    answers.push(
                        answer
                            .code
                            .map_or(Ok(told), |code| Err(code.get().saturating_neg())),
                    );
                }
                _ => {}
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
