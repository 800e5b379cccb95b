//! Who may do what.

use tokio::net::UnixStream;

use super::{Access, Caller, Rights, groups_in, judge};

const LOOK: Option<Rights> = Some(Rights { may_change: false });
const CHANGE: Option<Rights> = Some(Rights { may_change: true });
const OWN: u32 = 700;
const GROUP: u32 = 50;

fn verdict(uid: u32, gid: u32, more: &[u32], group: Option<u32>, group_may_change: bool) -> Option<Rights> {
    let access = Access {
        group,
        group_may_change,
    };
    judge(Caller { uid, gid }, || more.to_vec(), OWN, access)
}

#[test]
fn root_and_the_own_user_may_do_everything() {
    assert_eq!(verdict(0, 0, &[], None, false), CHANGE);
    assert_eq!(verdict(OWN, 1, &[], None, false), CHANGE);
}

#[test]
fn members_of_the_group_may_look_and_change_only_if_told_so() {
    assert_eq!(verdict(1000, GROUP, &[], Some(GROUP), false), LOOK);
    assert_eq!(verdict(1000, 1000, &[4, GROUP, 99], Some(GROUP), false), LOOK);
    assert_eq!(verdict(1000, 1000, &[4, GROUP], Some(GROUP), true), CHANGE);
}

#[test]
fn everybody_else_may_nothing() {
    assert_eq!(verdict(1000, 1000, &[4, 99], Some(GROUP), true), None);
    assert_eq!(verdict(1000, GROUP, &[GROUP], None, true), None);
    // Group 0 is no user 0.
    assert_eq!(verdict(1000, 0, &[0], Some(GROUP), true), None);
}

#[test]
fn groups_are_read_of_the_right_user_only() {
    let status =
        "Name:\tsocat\nUid:\t1000\t1001\t1000\t1000\nGid:\t5\t5\t5\t5\nGroups:\t4 50 1000 \nNgid:\t0\n";
    assert_eq!(groups_in(status, 1001), Some(vec![4, 50, 1000]));
    assert_eq!(groups_in(status, 1000), None, "it has become somebody else");
    assert_eq!(groups_in("Uid:\t1\t1\t1\t1\nGroups:\t\n", 1), Some(vec![]));
    assert_eq!(groups_in("", 0), None);
}

#[tokio::test]
async fn the_kernel_says_who_this_is() {
    let (ours, _theirs) = UnixStream::pair().expect("descriptors are left");
    assert_eq!(Rights::of(&ours, Access::default()).ok(), CHANGE, "ourselves");
    let groups = nix::unistd::getgroups().expect("they are known");
    let peer = ours.peer_cred().expect("it is known");
    let pid = peer.pid().expect("it is of this host");
    let mut seen = super::more_groups(&ours, pid, peer.uid());
    let mut own: Vec<u32> = groups.iter().map(|gid| gid.as_raw()).collect();
    seen.sort_unstable();
    own.sort_unstable();
    assert_eq!(seen, own);
    assert!(super::more_groups(&ours, pid, peer.uid() + 1).is_empty());
}
