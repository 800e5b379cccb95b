use super::*;

const HEADER: &str = "Num       RefCount Protocol Flags    Type St Inode Path\n";

fn listed(name: &str, inode: u32) -> Listed {
    Listed {
        name: name.to_owned(),
        inode,
    }
}

#[test]
fn sockets_that_listen_under_a_daemons_name_are_found() {
    let text = format!(
        "{HEADER}\
         000000003df897c4: 00000002 00000000 00010000 0001 01 3909662 @vrrpd/web\n\
         000000003df897c5: 00000002 00000000 00010000 0001 01   812 @vrrpd/ipf-1.b_C\n\
         00000000c9427644: 00000003 00000000 00000000 0001 02     0 @vrrpd/web\n\
         00000000c9427645: 00000003 00000000 00000000 0001 03 77 @vrrpd/mail\n\
         00000000c9427646: 00000002 00000000 00010000 0005 01 78 @vrrpd/packets\n\
         00000000c9427647: 00000002 00000000 00010000 0001 01 79 /run/vrrpd/file\n\
         00000000c9427648: 00000002 00000000 00010000 0001 01 80 @vrrpd\n\
         00000000c9427649: 00000002 00000000 00000000 0002 01 81\n\
         00000000c942764a: 00000002 00000000 00010000 0001 01 82 @avrrpd/x\n"
    );
    let found = parse(text.as_bytes());
    assert_eq!(found, [listed("web", 3_909_662), listed("ipf-1.b_C", 812)]);
}

#[test]
fn names_that_no_daemon_can_have_are_passed_over() {
    let long = "x".repeat(65);
    for name in ["", "a b", "a@b", "a/b", "é", &long] {
        let line = format!("0000000000000001: 00000002 00000000 00010000 0001 01 812 @vrrpd/{name}\n");
        assert_eq!(parse(line.as_bytes()), [], "{name}");
    }
    let line = b"0000000000000001: 00000002 00000000 00010000 0001 01 812 @vrrpd/\xff\xfe\n".as_slice();
    assert_eq!(parse(line), []);
    let next = b"0000000000000001: 00000002 00000000 00010000 0001 01 812 @vrrpd/web".as_slice();
    // One after a name of any bytes is found all the same.
    let text = [line, next].concat();
    assert_eq!(parse(&text), [listed("web", 812)]);
}

#[test]
fn nothing_in_the_list_can_do_harm() {
    for text in [
        "",
        "\n\n",
        "      ",
        HEADER,
        "1: 2 3 zz 1 1 1 @vrrpd/web",
        "1: 2 3 10000 1 1 99999999999 @vrrpd/web",
        "1: 2 3 10000 1",
    ] {
        assert_eq!(parse(text.as_bytes()), [], "{text}");
    }
}
