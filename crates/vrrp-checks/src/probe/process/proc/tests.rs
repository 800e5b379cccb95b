use super::*;

#[test]
fn a_name_may_contain_anything() {
    let cases: [(&[u8], Option<&[u8]>); 9] = [
        (b"7 (sleep) S 1 7 7 0 -1 4194304 92 0", Some(b"sleep")),
        (b"7 (a b) S 1 7 7 0 -1 4194304 92 0", Some(b"a b")),
        (b"7 (a) Z 1 (b) S 1 7 7 0 -1 4194304 92 0", Some(b"a) Z 1 (b")),
        (b"7 (\xff) R 1 7 7 0 -1 4194304 92 0", Some(b"\xff")),
        (b"7 (gone) Z 1 7 7 0 -1 4194304 92 0", None),
        (b"7 (gone) X 1 7 7 0 -1 4194304 92 0", None),
        (b"2 (kthreadd) S 0 0 0 0 -1 2129984 0 0", None),
        (b"7 (short) S 1", None),
        (b"", None),
    ];
    for (stat, expected) in cases {
        assert_eq!(living_name(stat), expected, "{}", stat.escape_ascii());
    }
}

#[test]
fn the_program_is_the_last_part_of_its_path() {
    assert_eq!(program(b"/usr/sbin/haproxy\0-f\0/etc/x\0"), b"haproxy");
    assert_eq!(program(b"sleep\0/1\0"), b"sleep");
    assert_eq!(program(b"nginx: master\0"), b"nginx: master");
    assert_eq!(program(b""), b"");
}

#[test]
fn this_test_is_among_the_living() {
    let own = std::env::current_exe().expect("a path");
    let own = own.file_name().expect("a name").as_encoded_bytes();
    let processes = living().expect("/proc");
    let found = processes
        .iter()
        .find(|process| process.pid == rustix::process::getpid())
        .expect("this process");
    assert_eq!(found.program, own);
}
