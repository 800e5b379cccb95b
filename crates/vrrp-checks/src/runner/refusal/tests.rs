use rustix::thread::CapabilitySet;

use super::{Errno, Refusal, Step, explain, names};

#[test]
fn a_step_and_its_error_come_back_from_their_number() {
    for step in Step::ALL {
        for errno in [Errno::EPERM, Errno::ENOENT, Errno::EHWPOISON] {
            assert_eq!(Step::of_number(step.number(errno as i32)), (step, errno));
        }
    }
    // What the standard library reports of itself.
    assert_eq!(Step::of_number(Errno::EMFILE as i32), (Step::Fork, Errno::EMFILE));
    assert_eq!(Step::of_number(-1).0, Step::Fork);
    assert_eq!(Step::of_number(i32::MAX).0, Step::Fork);
}

#[test]
fn capabilities_are_named_as_in_manuals() {
    assert_eq!(names(CapabilitySet::empty()), "");
    assert_eq!(
        names(CapabilitySet::NET_ADMIN | CapabilitySet::NET_RAW),
        "CAP_NET_ADMIN, CAP_NET_RAW"
    );
    let unknown = CapabilitySet::CHOWN | CapabilitySet::from_bits_retain(1 << 60);
    assert_eq!(names(unknown), "CAP_CHOWN, capability 60");
}

#[test]
fn only_execve_says_something_of_the_file() {
    let refusal = explain(Step::Uid, Errno::ENOENT, "/missing", "nobody");
    assert_eq!(
        refusal,
        Refusal::Kernel {
            step: Step::Uid,
            errno: Errno::ENOENT
        }
    );
    assert_eq!(refusal.to_string(), "setuid failed: No such file or directory");
    let refusal = explain(Step::Execute, Errno::ENOENT, "/missing", "nobody");
    assert_eq!(refusal, Refusal::NoSuchFile("/missing".to_owned()));
}
