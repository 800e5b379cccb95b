use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::*;

fn awake(wake_up: &WakeUp, timeout: PollTimeout) -> bool {
    let mut fds = [PollFd::new(wake_up.as_fd(), PollFlags::POLLIN)];
    poll(&mut fds, timeout).unwrap() == 1
}

#[test]
fn wake_ups_from_other_threads_count_as_one_until_they_are_cleared() {
    let (waker, wake_up) = wake_pair().unwrap();
    assert!(!awake(&wake_up, PollTimeout::ZERO));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let waker = waker.clone();
            std::thread::spawn(move || waker.wake())
        })
        .collect();
    assert!(awake(&wake_up, PollTimeout::from(5_000_u16)));
    for thread in threads {
        thread.join().unwrap();
    }
    wake_up.clear();
    assert!(!awake(&wake_up, PollTimeout::ZERO));
    wake_up.clear();
    waker.wake();
    assert!(awake(&wake_up, PollTimeout::ZERO));
}
