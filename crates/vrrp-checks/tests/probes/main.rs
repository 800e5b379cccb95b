//! Checks of real servers, files and processes on this host, through [`vrrp_checks::watch`].

mod file;
mod http;
mod https;
mod process;
mod tcp;

use core::num::NonZeroU32;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use vrrp_checks::runner::Ended;
use vrrp_checks::{Check, Endpoint, Probe, Standing, watch};

/// Never reached, unless something is broken.
const FOREVER: Duration = Duration::from_mins(1);

/// A check that is run twice within nobody's patience: what happens is the first run, or something sudden.
fn check(probe: Probe) -> Check {
    Check {
        name: "web".to_owned(),
        probe,
        interval: 10 * FOREVER,
        timeout: FOREVER,
        rise: NonZeroU32::MIN,
        fall: NonZeroU32::MIN,
    }
}

/// A check whose every run is seen.
fn often(probe: Probe) -> Check {
    Check {
        interval: Duration::from_millis(50),
        ..check(probe)
    }
}

fn hasty(probe: Probe) -> Check {
    Check {
        timeout: Duration::from_millis(250),
        ..check(probe)
    }
}

fn failing(reason: impl Into<String>) -> Standing {
    Standing::Failing(reason.into())
}

fn endpoint(address: SocketAddr) -> Endpoint {
    Endpoint {
        host: address.ip().to_string(),
        port: address.port(),
    }
}

/// One check, watched until this value is dropped.
struct Watch {
    told: UnboundedReceiver<Standing>,
    task: JoinHandle<()>,
}

impl Watch {
    fn over(check: Check) -> Self {
        let (sender, told) = unbounded_channel();
        let task = tokio::spawn(async move {
            let no_script = async |_, _| Ended::lost();
            let report = move |index, _, changed| {
                assert_eq!(index, 0);
                if let Some(standing) = changed {
                    // The test may have heard enough.
                    let _ = sender.send(standing);
                }
            };
            match watch(vec![check], no_script, report).await {}
        });
        Self { told, task }
    }

    /// How it stands next.
    async fn next(&mut self) -> Standing {
        timeout(FOREVER, self.told.recv())
            .await
            .expect("a report")
            .expect("somebody who watches")
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the first run says.
async fn first(check: Check) -> Standing {
    Watch::over(check).next().await
}
