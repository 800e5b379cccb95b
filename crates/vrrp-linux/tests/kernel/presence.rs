//! The name of a running daemon, in a network namespace.

use vrrp_linux::Presence;

use crate::lab::Host;

#[test]
fn a_name_is_held_once_in_a_network_namespace_and_goes_with_its_holder() {
    let (here, there) = (Host::new(), Host::new());
    let ourselves = i32::try_from(std::process::id()).unwrap();
    let held = here.run(|| Presence::claim("web").unwrap().unwrap());
    here.run(move || {
        let holder = Presence::holder("web").unwrap().unwrap();
        assert_eq!((holder.pid, holder.trusted), (Some(ourselves), true));
        assert_eq!(Presence::claim("web").unwrap().unwrap_err().pid, Some(ourselves));
        assert_eq!(Presence::holder("we").unwrap(), None);
    });
    there.run(|| {
        assert_eq!(Presence::holder("web").unwrap(), None);
        drop(Presence::claim("web").unwrap().unwrap());
    });
    drop(held);
    here.run(|| assert_eq!(Presence::holder("web").unwrap(), None));
}

#[test]
fn one_that_is_asked_again_and_again_is_still_there() {
    let lab = Host::new();
    lab.run(|| {
        let _held = Presence::claim("web").unwrap().unwrap();
        for _ in 0..300 {
            assert!(Presence::holder("web").unwrap().is_some());
        }
    });
}
