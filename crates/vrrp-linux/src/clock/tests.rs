use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::*;

fn readable_within(timer: &Timer, milliseconds: u16) -> bool {
    let mut fds = [PollFd::new(timer.as_fd(), PollFlags::POLLIN)];
    poll(&mut fds, PollTimeout::from(milliseconds)).unwrap() == 1
}

#[test]
fn time_passes() {
    let before = now();
    std::thread::sleep(Duration::from_millis(2));
    let passed = now().since(before);
    assert!(
        passed >= Duration::from_millis(2) && passed < Duration::from_secs(10),
        "{passed:?}"
    );
}

#[test]
fn a_timer_fires_at_its_moment_and_not_before() {
    let timer = Timer::new().unwrap();
    let moment = now() + Duration::from_millis(30);
    timer.arm(Some(moment)).unwrap();
    assert!(readable_within(&timer, 5_000));
    assert!(now() >= moment);
    timer.clear();
    assert!(!readable_within(&timer, 0));
}

#[test]
fn a_timer_for_a_moment_that_has_passed_fires_at_once() {
    let timer = Timer::new().unwrap();
    for moment in [Time::from_nanos(0), now()] {
        timer.arm(Some(moment)).unwrap();
        assert!(readable_within(&timer, 1_000));
        timer.clear();
    }
}

#[test]
fn a_disarmed_timer_and_one_that_was_never_armed_do_not_fire() {
    let timer = Timer::new().unwrap();
    timer.clear();
    assert!(!readable_within(&timer, 0));
    timer.arm(Some(now() + Duration::from_millis(20))).unwrap();
    timer.arm(None).unwrap();
    assert!(!readable_within(&timer, 60));
    timer.arm(Some(Time::from_nanos(u64::MAX))).unwrap();
    assert!(!readable_within(&timer, 20));
}

#[test]
fn a_stamp_is_as_old_as_it_was_at_the_moment_and_no_older() {
    let moment = Moment::now();
    let stamped = moment.wall.saturating_sub(Duration::from_millis(5));
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(
        moment.of(stamped),
        moment.time - Duration::from_millis(5),
        "time that passes since changes nothing"
    );
    assert_eq!(
        moment.of(moment.wall + Duration::from_secs(1)),
        moment.time,
        "nothing lies ahead"
    );
}
