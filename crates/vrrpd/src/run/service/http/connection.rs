//! One connection, and the time that it has.

use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use tracing::debug;

use super::routes::Routes;
use super::turns::{Requests, Share, Turn};
use crate::run::service::informed::Informed;

/// What a request's line and headers may take together. It is also the least that hyper can be told to buffer.
pub(super) const MOST_HEADER_BYTES: usize = 8 * 1024;
/// A request has to be there so long after its first byte, and the first one so long after the connection.
pub(super) const HEADERS_WITHIN: Duration = Duration::from_secs(5);
/// From the request until the client has taken the whole response.
pub(super) const ANSWERED_WITHIN: Duration = Duration::from_secs(10);
/// How long a connection may wait for its next request.
const IDLE_FOR: Duration = Duration::from_mins(1);
/// What a connection may take to be of use before it can be made to go: a client that has connected needs its turn on
/// its own host to ask.
const SPARED_FOR: Duration = Duration::from_millis(50);
/// What the daemon may take to make an answer before the client that waits for it can be made to go.
const MADE_WITHIN: Duration = Duration::from_secs(2);

/// What a connection is about at the moment, and since when.
#[derive(Debug)]
pub(super) struct Pulse {
    beat: Mutex<Beat>,
    /// Told of every change: the time it has may be shorter now.
    changed: Notify,
}

#[derive(Clone, Copy, Debug)]
struct Beat {
    phase: Phase,
    since: Instant,
    /// When it was accepted, its last request was finished, or the client took something of an answer.
    useful: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// A request is on its way.
    Reading,
    /// The answer is being made.
    Answering,
    /// The answer is on its way.
    Sending,
    /// Nothing is on its way.
    Idle,
}

/// See [`Pulse::dispensable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Dispensable {
    waits_for_us: bool,
    useful: Instant,
    /// Not before that.
    pub(super) from: Instant,
}

impl Pulse {
    /// One that was accepted then.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            beat: Mutex::new(Beat {
                phase: Phase::Reading,
                since: now,
                useful: now,
            }),
            changed: Notify::new(),
        }
    }

    /// When it was accepted, its last request was finished, or the client took something of an answer.
    pub(super) fn useful_at(&self) -> Instant {
        self.beat().useful
    }

    /// The client took something of an answer.
    fn taken(&self) {
        self.beat.lock().unwrap_or_else(PoisonError::into_inner).useful = Instant::now();
    }

    /// How soon it can be made to go, where another one has to make room: those that come first here go first.
    pub(super) fn dispensable(&self) -> Dispensable {
        let Beat { phase, since, useful } = self.beat();
        let from = match phase {
            Phase::Reading | Phase::Sending => useful + SPARED_FOR,
            // It waits for us, which is no fault of the client.
            Phase::Answering => since + MADE_WITHIN,
            Phase::Idle => useful,
        };
        Dispensable {
            waits_for_us: phase == Phase::Answering,
            useful,
            from,
        }
    }

    fn beat(&self) -> Beat {
        *self.beat.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes from one of these phases to the next.
    fn go(&self, from: &[Phase], to: Phase) {
        let mut beat = self.beat.lock().unwrap_or_else(PoisonError::into_inner);
        if !from.contains(&beat.phase) {
            return;
        }
        // Making an answer and sending it share their time.
        if to != Phase::Sending {
            beat.since = Instant::now();
        }
        if to == Phase::Idle {
            beat.useful = beat.since;
        }
        beat.phase = to;
        drop(beat);
        self.changed.notify_one();
    }

    /// Comes back when its time is up.
    async fn overdue(&self) {
        loop {
            let Beat { phase, since, .. } = self.beat();
            let allowed = match phase {
                Phase::Reading => HEADERS_WITHIN,
                Phase::Answering | Phase::Sending => ANSWERED_WITHIN,
                Phase::Idle => IDLE_FOR,
            };
            tokio::select! {
                () = sleep_until(since + allowed) => return,
                () = self.changed.notified() => {}
            }
        }
    }
}

/// Attends to a connection until it ends or its time is up.
pub(super) async fn attend<I: Informed>(
    stream: TcpStream,
    share: Share,
    pulse: Arc<Pulse>,
    routes: Arc<Routes<I>>,
) {
    // An answer is one piece in most cases, and shall not wait for the next one.
    if let Err(error) = stream.set_nodelay(true) {
        debug!("HTTP: no TCP_NODELAY: {error}");
    }
    let felt = Felt {
        stream,
        pulse: Arc::clone(&pulse),
        turn: Turn::default(),
    };
    let requests = Requests::new(share);
    let service = service_fn(|request| {
        let (pulse, routes, requests) = (&pulse, &routes, &requests);
        async move {
            let is_last = requests.next(pulse).await;
            pulse.go(&[Phase::Reading, Phase::Idle], Phase::Answering);
            let mut answer = routes.answer(&request).await;
            if is_last && let Ok(answer) = &mut answer {
                let headers = answer.headers_mut();
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            pulse.go(&[Phase::Answering], Phase::Sending);
            answer
        }
    });
    let connection = http1::Builder::new()
        .max_buf_size(MOST_HEADER_BYTES)
        .max_header_size(MOST_HEADER_BYTES)
        // A client that has said all it has to say still wants its answer.
        .half_close(true)
        // The time is kept here: that of hyper would end idle connections as well.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(felt), service);
    let connection = pin!(connection);
    tokio::select! {
        ended = connection => {
            if let Err(error) = ended {
                debug!("HTTP: a connection ended: {error}");
            }
        }
        () = pulse.overdue() => debug!("HTTP: a client took too long"),
    }
}

/// A stream whose pulse is felt, and that writes so much at a time.
struct Felt {
    stream: TcpStream,
    pulse: Arc<Pulse>,
    turn: Turn,
}

impl Felt {
    fn write(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>, usize) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let stream = Pin::new(&mut self.stream);
        let written = self.turn.poll_write(cx, |cx, room| write(stream, cx, room));
        if let Poll::Ready(Ok(1..)) = written {
            self.pulse.taken();
        }
        written
    }
}

impl AsyncRead for Felt {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.pulse.go(&[Phase::Idle], Phase::Reading);
        }
        read
    }
}

impl AsyncWrite for Felt {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.write(cx, |stream, cx, room| {
            stream.poll_write(cx, bytes.get(..room).unwrap_or(bytes))
        })
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, |stream, cx, room| {
            let whole: usize = bytes.iter().map(|piece| piece.len()).sum();
            if whole <= room {
                return stream.poll_write_vectored(cx, bytes);
            }
            let first = bytes.iter().find(|piece| !piece.is_empty());
            let first: &[u8] = first.map_or(&[], |first| first);
            stream.poll_write(cx, first.get(..room).unwrap_or(first))
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes when it has written everything that it had.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.pulse.go(&[Phase::Sending], Phase::Idle);
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
