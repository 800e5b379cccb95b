use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixDatagram;

use nix::sys::stat::fstat;
use nix::unistd::geteuid;

use super::*;

#[test]
fn our_own_sockets_are_ours() {
    let (socket, _other) = UnixDatagram::pair().unwrap();
    let socket = OwnedFd::from(socket);
    assert!(socket.as_raw_fd() > 0);
    let inode = u32::try_from(fstat(socket.as_fd()).unwrap().st_ino).unwrap();
    assert_eq!(uid(inode), Some(geteuid().as_raw()));
    drop(socket);
    assert_eq!(uid(inode), None);
}

#[test]
fn nothing_in_an_answer_can_do_harm() {
    let mut answer = vec![0; ATTRIBUTES];
    answer[4..6].copy_from_slice(&BY_FAMILY.to_ne_bytes());
    let attribute = |length: u16, kind: u16, value: &[u8]| {
        [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat()
    };
    for (attributes, expected) in [
        (vec![], None),
        (attribute(8, UID, &77_u32.to_ne_bytes()), Some(77)),
        (
            [
                attribute(5, 1, &[9, 0, 0, 0]),
                attribute(8, UID, &77_u32.to_ne_bytes()),
            ]
            .concat(),
            Some(77),
        ),
        (attribute(0, 1, &[]), None),
        (attribute(u16::MAX, UID, &[1, 2, 3, 4]), None),
        (attribute(2, UID, &[1, 2, 3, 4]), None),
        (attribute(6, UID, &[1, 2, 3, 4]), None),
    ] {
        let answer = [answer.clone(), attributes].concat();
        assert_eq!(parse(&answer), expected, "{answer:?}");
    }
    assert_eq!(parse(&answer[..20]), None);
}
