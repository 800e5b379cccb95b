//! How long a lane waits, with a link that does what the test says.

use super::*;
use crate::{Capabilities, Script};

const SHORT: Duration = Duration::from_millis(500);
const UNANSWERED: &str = "the process that starts scripts does not answer";

fn lane() -> (Lane, mpsc::UnboundedReceiver<Order>) {
    let (send, orders) = mpsc::unbounded_channel();
    let next = Arc::default();
    let lane = Lane {
        orders: Orders { send, next },
        outstanding: Arc::default(),
    };
    (lane, orders)
}

fn job(timeout: Duration) -> Job {
    Job {
        script: Script {
            argv: vec!["/bin/true".to_owned()],
            user: None,
            capabilities: Capabilities::default(),
        },
        arguments: Vec::new(),
        environment: Vec::new(),
        timeout,
        ends_with_daemon: true,
    }
}

fn exited() -> Ended {
    Ended {
        end: End::Exited(0),
        last_line: None,
    }
}

fn reason(ended: Ended) -> String {
    match ended.end {
        End::NotStarted(reason) => reason,
        end => panic!("it was started: {end:?}"),
    }
}

/// Answers the next run, and returns what is dropped when nothing of it is left.
async fn answer(orders: &mut mpsc::UnboundedReceiver<Order>, ended: Ended) -> oneshot::Sender<Infallible> {
    match orders.recv().await {
        Some(Order::Run { answer, gone, .. }) => {
            answer.send(ended).unwrap();
            gone
        }
        other => panic!("no run: {other:?}"),
    }
}

/// A run that timed out, whose processes are still there.
async fn timed_out(lane: &Lane, orders: &mut mpsc::UnboundedReceiver<Order>) -> oneshot::Sender<Infallible> {
    let ended = Ended {
        end: End::TimedOut(SHORT),
        last_line: None,
    };
    let (_, gone) = tokio::join!(lane.run(job(SHORT)), answer(orders, ended));
    gone
}

#[tokio::test(start_paused = true)]
async fn what_was_killed_in_time_costs_no_run() {
    for (limit, left) in [
        (SHORT, GRACE + KILLING * 9 / 10),
        (Duration::from_secs(10), Duration::from_secs(9)),
    ] {
        let (lane, mut orders) = lane();
        let gone = timed_out(&lane, &mut orders).await;
        let killing = async {
            tokio::time::sleep(left).await;
            assert!(orders.is_empty(), "it did not wait");
            drop(gone);
            drop(answer(&mut orders, exited()).await);
        };
        let (ended, ()) = tokio::join!(lane.run(job(limit)), killing);
        assert_eq!(ended, exited());
    }
}

#[tokio::test(start_paused = true)]
async fn what_survives_sigkill_costs_the_run() {
    let (lane, mut orders) = lane();
    let gone = timed_out(&lane, &mut orders).await;
    // The process says that it is there, which is the one thing that it is asked.
    let link = async {
        match orders.recv().await {
            Some(Order::Ping { heard, .. }) => drop(heard),
            other => panic!("no ping: {other:?}"),
        }
    };
    let start = tokio::time::Instant::now();
    let (ended, ()) = tokio::join!(lane.run(job(SHORT)), link);
    assert!(start.elapsed() >= GRACE + KILLING);
    assert_eq!(
        reason(ended),
        "the previous run is still there, although it was killed"
    );
    assert!(orders.is_empty());
    // But not the one after it is gone.
    drop(gone);
    let (ended, _gone) = tokio::join!(lane.run(job(SHORT)), answer(&mut orders, exited()));
    assert_eq!(ended, exited());
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_answer_is_reported() {
    // A run that nobody answers.
    let (lane, mut orders) = lane();
    assert_eq!(reason(lane.run(job(SHORT)).await), UNANSWERED);
    let Some(Order::Run { id: run, .. }) = orders.recv().await else {
        panic!("no run")
    };
    assert!(matches!(orders.recv().await, Some(Order::Hangs { id }) if id == run));

    // And one that never begins, as nobody says that the one before is gone.
    let gone = timed_out(&lane, &mut orders).await;
    let ended = lane.run(job(SHORT)).await;
    assert_eq!(reason(ended.clone()), UNANSWERED);
    assert!(ended.failed_by_runner());
    let Some(Order::Ping { id: ping, .. }) = orders.recv().await else {
        panic!("no ping")
    };
    assert!(matches!(orders.recv().await, Some(Order::Hangs { id }) if id == ping));
    drop(gone);
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_is_asked_for_once_more() {
    let (lane, mut orders) = lane();
    let link = async {
        drop(orders.recv().await);
        drop(answer(&mut orders, exited()).await);
    };
    let (ended, ()) = tokio::join!(lane.run(job(SHORT)), link);
    assert_eq!(ended, exited());

    let link = async {
        drop(orders.recv().await);
        drop(orders.recv().await);
    };
    let (ended, ()) = tokio::join!(lane.run(job(SHORT)), link);
    assert_eq!(ended, Ended::lost());
    assert!(orders.is_empty());
    orders.close();
    assert_eq!(lane.run(job(SHORT)).await, Ended::lost());
}
