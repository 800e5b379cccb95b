//! Work that may hang and cannot be called off: a look-up of a name, a file on a server that is gone.

use std::io;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// So many go on at a time. Without a limit they would pile up, a thread each, for as long as whatever they wait for
/// is silent.
static ROOM: Semaphore = Semaphore::const_new(32);

/// Does it on a thread of its own. Whoever does not want to wait any longer drops the future; the work goes on.
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let permit = ROOM.acquire().await;
    let done = spawn_blocking(move || {
        // It goes with the work, not with who waits for it.
        let _permit = permit;
        work()
    });
    done.await.map_err(io::Error::other)
}
