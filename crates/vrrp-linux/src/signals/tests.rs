use super::*;

#[test]
fn signals_are_read_one_by_one_and_end_nothing() {
    let mut signals = Signals::new().unwrap();
    assert_eq!(signals.next(), None);
    for (number, signal) in [
        (signal::SIGTERM, Signal::Terminate),
        (signal::SIGINT, Signal::Interrupt),
        (signal::SIGHUP, Signal::Hangup),
        (signal::SIGUSR1, Signal::User1),
        (signal::SIGUSR2, Signal::User2),
    ] {
        signal::raise(number).unwrap();
        assert_eq!(signals.next(), Some(signal));
        assert_eq!(signals.next(), None);
    }
}

#[test]
fn a_thread_that_is_started_later_blocks_them_too() {
    let _signals = Signals::new().unwrap();
    let blocked = std::thread::spawn(|| SigSet::thread_get_mask().unwrap())
        .join()
        .unwrap();
    for number in [signal::SIGTERM, signal::SIGINT, signal::SIGHUP] {
        assert!(blocked.contains(number), "{number}");
    }
}
