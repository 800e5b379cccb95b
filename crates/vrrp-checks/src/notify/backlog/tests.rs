use super::Backlog;
use crate::notify::Notifier;

#[test]
fn each_notice_leaves_once() {
    let backlog = Backlog::default();
    let other = backlog.clone();
    for _ in 0..3 {
        backlog.add();
    }
    assert_eq!((other.waiting(), other.overtaken()), (3, 0));
    backlog.take();
    assert_eq!((other.waiting(), other.overtaken()), (2, 0));
    backlog.overtake();
    assert_eq!((other.waiting(), other.overtaken()), (1, 1));
}

/// Who shows it need not be the thread that tells.
#[test]
fn any_thread_may_look() {
    fn anywhere<T: Send + Sync + 'static>() {}
    anywhere::<Backlog>();
    anywhere::<Notifier>();
}
