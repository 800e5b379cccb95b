//! Beginning to listen.

use std::net::TcpListener;
use std::thread::sleep;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::client::get;
use super::server::Known;
use crate::run::service::http::{LISTENS_AGAIN_AFTER, State, serve};

#[test]
fn it_says_why_it_does_not_listen_and_tries_again() {
    let occupant = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = occupant.local_addr().expect("it is bound");
    let state = State::new(address);
    assert_eq!(state.report().listen, address.to_string());
    assert_eq!(state.report().error, None);

    let (stop, stopped) = oneshot::channel::<()>();
    let of_thread = state.clone();
    let thread = std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime can be had").block_on(async {
            tokio::select! {
                never = serve(address, of_thread, Known::new()) => match never {},
                _ = stopped => {}
            }
        });
    });
    wait(|| {
        let error = state.report().error;
        error.is_some_and(|error| error.contains("another program listens there"))
    });
    drop(occupant);
    wait(|| state.report().error.is_none());
    assert_eq!(get(address, "/livez").status, 200);
    drop(stop);
    thread.join().expect("the server does not panic");
}

fn wait(is_so: impl Fn() -> bool) {
    let step = Duration::from_millis(50);
    let mut waited = Duration::ZERO;
    while !is_so() {
        assert!(waited < LISTENS_AGAIN_AFTER * 4, "it never became so");
        sleep(step);
        waited += step;
    }
}
