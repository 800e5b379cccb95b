//! The thread that the server has for itself. Answering a crowd takes all the time that there is, and health checks,
//! hooks and the control socket, which the service thread minds, must not wait for that.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::thread;

use rustix::process::setpriority_process;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::time::sleep;
use tracing::debug;

use super::{LISTENS_AGAIN_AFTER, State, serve};
use crate::run::service::informed::Informed;

/// Where there are more threads than processors, all others of the daemon go first.
const NICE: i32 = 5;

/// The thread, which ends when this is dropped. Nobody waits for an answer that is being made.
struct Serving {
    _until_dropped: oneshot::Sender<Infallible>,
}

/// Serves on a thread of its own until this is dropped. It is tried again if no thread can be had.
pub(in crate::run) async fn serve_apart(
    listen: SocketAddr,
    state: State,
    informed: impl Informed,
) -> Infallible {
    loop {
        match spawn(listen, state.clone(), informed.clone()) {
            Ok(_serving) => return pending().await,
            Err(error) => state.is_not_served(format!("no thread can be had for it ({error})")),
        }
        sleep(LISTENS_AGAIN_AFTER).await;
    }
}

fn spawn(listen: SocketAddr, state: State, informed: impl Informed) -> io::Result<Serving> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (until_dropped, dropped) = oneshot::channel();
    thread::Builder::new().name("http".into()).spawn(move || {
        // Of this thread only.
        if let Err(error) = setpriority_process(None, NICE) {
            debug!("HTTP: its thread keeps its priority: {error}");
        }
        runtime.block_on(async {
            tokio::select! {
                never = serve(listen, state, informed) => match never {},
                _ = dropped => {}
            }
        });
    })?;
    Ok(Serving {
        _until_dropped: until_dropped,
    })
}
