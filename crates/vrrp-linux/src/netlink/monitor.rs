//! Tells what changes: links, and IPv4 addresses.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use netlink_packet_core::NetlinkPayload;
use netlink_packet_route::RouteNetlinkMessage;
use netlink_sys::{AsyncSocket, SocketAddr};
use rtnetlink::MulticastGroup;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::command::enlarge_receive_buffer;
use super::dump::{Lost, dump};
use super::messages::{self, Message};
use super::{Report, Reporter};
use crate::network::NetworkChange;

/// Between the end of one subscription and the next, so that a flood cannot keep the thread busy with dumps.
const PAUSE: Duration = Duration::from_millis(50);

/// Keeps a subscription going for ever.
pub(super) struct Monitor<'a> {
    reporter: &'a Reporter,
    buffer: usize,
    subscription: Subscription,
}

/// Why a subscription is of no more use.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("more changes than its buffer holds")]
    Overrun,
    #[error(transparent)]
    Lost(#[from] Lost),
}

impl<'a> Monitor<'a> {
    pub(super) fn open(reporter: &'a Reporter, buffer: usize) -> io::Result<Self> {
        Ok(Self {
            reporter,
            buffer,
            subscription: Subscription::open(buffer)?,
        })
    }

    /// A subscription that broke has lost news, and what it still holds is older than that: it is thrown away
    /// whole, and a new one begins with a new snapshot.
    pub(super) async fn run(mut self, first_snapshot: oneshot::Sender<()>) -> Infallible {
        let mut first_snapshot = Some(first_snapshot);
        loop {
            let Err(broken) = self.subscription.follow(self.reporter, &mut first_snapshot).await;
            tracing::warn!(
                event = "network_news_lost", reason = %broken,
                "lost news of links and addresses, reading them all again"
            );
            sleep(PAUSE).await;
            self.subscription = loop {
                match Subscription::open(self.buffer) {
                    Ok(subscription) => break subscription,
                    Err(error) => tracing::error!(
                        event = "network_unwatched", %error,
                        "cannot watch links and addresses, trying again"
                    ),
                }
                sleep(Duration::from_secs(1)).await;
            };
        }
    }
}

struct Subscription {
    handle: rtnetlink::Handle,
    news: BoxStream<'static, (Message, SocketAddr)>,
    connection: JoinHandle<()>,
}

impl Subscription {
    fn open(buffer: usize) -> io::Result<Self> {
        let groups = [MulticastGroup::Link, MulticastGroup::Ipv4Ifaddr];
        let (mut connection, handle, news) = rtnetlink::new_multicast_connection(&groups)?;
        connection.set_forward_done(true);
        enlarge_receive_buffer(connection.socket_mut().socket_mut(), buffer)?;
        Ok(Self {
            handle,
            news: news.boxed(),
            connection: tokio::spawn(connection),
        })
    }

    /// A snapshot, and then everything that happened after the subscription began. What is both in the
    /// snapshot and news does no harm.
    async fn follow(
        &mut self,
        reporter: &Reporter,
        first_snapshot: &mut Option<oneshot::Sender<()>>,
    ) -> Result<Infallible, Broken> {
        let snapshot = self.snapshot().await?;
        reporter.send(Report::Network(snapshot));
        if let Some(sent) = first_snapshot.take() {
            // An error says that the worker has given up waiting.
            let _ = sent.send(());
        }
        loop {
            let (message, sender) = self.news.next().await.ok_or(Lost::Closed)?;
            match message.payload {
                NetlinkPayload::Overrun(_) => return Err(Broken::Overrun),
                NetlinkPayload::InnerMessage(message) if sender.port_number() == 0 => {
                    if let Some(change) = messages::change(&message) {
                        reporter.send(Report::Network(change));
                    }
                }
                _ => {}
            }
        }
    }

    async fn snapshot(&self) -> Result<NetworkChange, Lost> {
        let links = self.dump(messages::dump_links).await?;
        let addresses = self.dump(messages::dump_addresses).await?;
        Ok(NetworkChange::Snapshot {
            links: links
                .iter()
                .filter_map(|message| match message {
                    RouteNetlinkMessage::NewLink(message) => messages::link(message),
                    _ => None,
                })
                .collect(),
            addresses: addresses
                .iter()
                .filter_map(|message| match message {
                    RouteNetlinkMessage::NewAddress(message) => messages::assigned(message),
                    _ => None,
                })
                .collect(),
        })
    }

    async fn dump(&self, message: impl Fn() -> Message) -> Result<Vec<RouteNetlinkMessage>, Lost> {
        let mut handle = self.handle.clone();
        dump(|| handle.request(message()).map_err(|_| Lost::Closed)).await
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.connection.abort();
    }
}
