//! Files as such, and includes.

use core::fmt::Write as _;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::Path;

use super::{Alpha, BASE, directory, load_files, make_fifo, said, said_in};
use crate::load;

/// A second instance that does not collide with [`BASE`].
fn other(name: &str, number: u8) -> String {
    format!(
        "[[instance]]\nname = \"{name}\"\ninterface = \"eth0\"\nvrid = {number}\nvirtual_addresses = [\"10.78.0.{number}\"]\n"
    )
}

fn names(files: &[(&str, &str)]) -> Vec<String> {
    let loaded = load_files(files).unwrap();
    loaded
        .config
        .instances
        .into_iter()
        .map(|instance| instance.name)
        .collect()
}

#[test]
fn a_main_file_that_is_not_there() {
    let directory = directory(&[]);
    assert_eq!(
        said_in(directory.path()),
        ["vrrpd.toml: cannot be read: No such file or directory (os error 2)"]
    );
}

#[test]
fn a_directory_is_no_file() {
    let directory = directory(&[("vrrpd.toml/x", "")]);
    assert_eq!(
        said_in(directory.path()),
        ["vrrpd.toml: cannot be read: Is a directory (os error 21)"]
    );
}

#[test]
fn a_file_that_is_far_too_large() {
    let text = "#".repeat(1024 * 1024 + 1);
    assert_eq!(
        said(&[("vrrpd.toml", &text)]),
        ["vrrpd.toml: cannot be read: it is larger than 1048576 bytes"]
    );
}

#[test]
fn files_that_are_far_too_large_together() {
    let main = format!("include = [\"a\", \"b\", \"c\", \"d\"]\n{BASE}");
    let comment = "#".repeat(1024 * 1024);
    let rest = "#".repeat(1024 * 1024 - main.len());
    let files = |last| {
        [
            ("vrrpd.toml", main.as_str()),
            ("a", &comment),
            ("b", &comment),
            ("c", &comment),
            ("d", last),
        ]
    };
    assert_eq!(said(&files(&rest)), [""; 0]);
    assert_eq!(
        said(&files(&format!("{rest}#"))),
        [
            "vrrpd.toml:1:27: `d` cannot be read: with it, the configuration's files are larger than 4194304 bytes \
             together; name a file that can, or a pattern such as `conf.d/*.toml`, which may match none"
        ]
    );
}

/// Many routers with as many addresses as one would want.
#[test]
fn a_thousand_routers_are_not_too_large() {
    let mut text = String::new();
    for number in 0..1000 {
        let (high, low) = (number / 250, number % 250 + 1);
        write!(
            text,
            "[[instance]]\nname = \"router-{number}\"\ninterface = \"eth0.{high}\"\nvrid = {low}\nvirtual_addresses = ["
        )
        .unwrap();
        for address in 1..=20 {
            write!(text, "\"10.{}.{low}.{address}/24\", ", 100 + high).unwrap();
        }
        text.push_str("]\n");
    }
    assert!(text.len() < 512 * 1024, "{}", text.len());
    assert_eq!(names(&[("vrrpd.toml", &text)]).len(), 1000);
}

#[test]
fn of_too_many_problems_the_first_are_named() {
    const END: &str =
        "vrrpd.toml: there are more problems than can be listed; mend these first, and check again";
    let some = said(&[("vrrpd.toml", &"x=1\n".repeat(1000))]);
    assert_eq!(some.len(), 1000);
    assert!(
        some[999].starts_with("vrrpd.toml:1000:1: `x` is already given"),
        "{}",
        some[999]
    );

    let mut once = String::new();
    for number in 0..100_000 {
        writeln!(once, "x{number}=1").unwrap();
    }
    // The parser finds three mistakes in each line of the second, of which one is listed.
    for (text, listed) in [
        ("x=1\n".repeat(200_000), 1000),
        ("=\n".repeat(200_000), 334),
        ("[[instance]]\n".repeat(50_000), 1000),
        (once, 1000),
    ] {
        let many = said(&[("vrrpd.toml", &text)]);
        assert_eq!(many.len(), listed + 1);
        let begins = ["vrrpd.toml:1:", "vrrpd.toml:2:"]
            .iter()
            .any(|place| many[0].starts_with(place));
        assert!(begins, "{}", many[0]);
        assert_eq!(many[listed], END);
    }
}

#[test]
fn a_mistake_is_found_at_the_end_of_a_long_file() {
    let line = "# nothing of importance\n";
    let lines = 512 * 1024 / line.len();
    let text = format!("{BASE}{}x = = 1\n", line.repeat(lines));
    let said = said(&[("vrrpd.toml", &text)]);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with(&format!("vrrpd.toml:{}:5: not TOML: ", 5 + lines + 1)),
        "{said:?}"
    );
}

#[test]
fn bytes_that_are_not_utf8() {
    let directory = directory(&[]);
    std::fs::write(directory.path().join("vrrpd.toml"), b"# caf\xc3\xa9\n# caf\xe9\n").unwrap();
    assert_eq!(
        said_in(directory.path()),
        ["vrrpd.toml:2:6: the byte 0xe9 is not UTF-8; save the file as UTF-8"]
    );
}

#[test]
fn nothing_to_do() {
    let nothing = "vrrpd.toml:1:1: no virtual router is configured; write an [[instance]] with name, interface, vrid and \
                   virtual_addresses";
    for text in [
        "",
        "# nothing\n",
        "instance = []\n",
        "include = [\"conf.d/*.toml\"]\n",
    ] {
        assert_eq!(said(&[("vrrpd.toml", text)]), [nothing]);
    }
}

#[test]
fn includes_are_read_in_their_order_and_patterns_alphabetically() {
    let main = format!("include = [\"conf.d/*.toml\", \"${{HOSTNAME}}.toml\"]\n{BASE}");
    let files = [
        ("vrrpd.toml", main.as_str()),
        ("alpha.toml", &other("last", 4)),
        ("conf.d/b.toml", &other("b", 2)),
        (
            "conf.d/a.toml",
            &format!("include = [\"deep/c.toml\"]\n{}", other("a", 1)),
        ),
        ("conf.d/deep/c.toml", &other("c", 3)),
        ("conf.d/directory.toml/x", ""),
        ("conf.d/.hidden.toml", "not read"),
        ("conf.d/README", "not read"),
    ];
    assert_eq!(names(&files), ["web", "a", "c", "b", "last"]);
    let directory = directory(&files);
    let loaded = load(&directory.path().join("vrrpd.toml"), &Alpha).unwrap();
    let expected = [
        "vrrpd.toml",
        "conf.d/a.toml",
        "conf.d/deep/c.toml",
        "conf.d/b.toml",
        "alpha.toml",
    ];
    assert_eq!(loaded.files, expected.map(|name| directory.path().join(name)));
}

#[test]
fn brackets_in_the_directory_are_not_a_pattern() {
    let directory = directory(&[
        ("[x]/vrrpd.toml", "include = [\"*.conf\"]\n"),
        ("[x]/a.conf", BASE),
        ("x/b.conf", "never read"),
    ]);
    assert_eq!(said_in(&directory.path().join("[x]")), [""; 0]);
}

#[test]
fn a_plain_path_must_be_there() {
    assert_eq!(
        said(&[("vrrpd.toml", &format!("include = [\"a.toml\"]\n{BASE}"))]),
        [
            "vrrpd.toml:1:12: `a.toml` cannot be read: No such file or directory (os error 2); name a file that can, or a \
          pattern such as `conf.d/*.toml`, which may match none"
        ]
    );
}

/// To open a FIFO waits for somebody who writes into it, and nobody ever does.
#[test]
fn an_included_file_is_a_regular_one() {
    let unreadable = |path: &str| {
        format!(
            "vrrpd.toml:1:12: `{path}` cannot be read: it is no regular file; name a file that can, or a pattern such as \
             `conf.d/*.toml`, which may match none"
        )
    };
    for include in ["conf.d/a.toml", "conf.d/*.toml"] {
        let main = format!("include = [\"{include}\"]\n{BASE}");
        let directory = directory(&[("vrrpd.toml", &main), ("conf.d/README", "")]);
        make_fifo(&directory.path().join("conf.d/a.toml"));
        assert_eq!(said_in(directory.path()), [unreadable("conf.d/a.toml")]);
    }
    for include in ["/dev/null", "/dev"] {
        let main = format!("include = [\"{include}\"]\n{BASE}");
        assert_eq!(said(&[("vrrpd.toml", &main)]), [unreadable(include)]);
    }
}

/// As the shell's <(...) makes one.
#[test]
fn the_main_file_may_be_a_pipe() {
    let (pipe, mut writer) = std::io::pipe().unwrap();
    writer.write_all(BASE.as_bytes()).unwrap();
    drop(writer);
    let path = format!("/dev/fd/{}", pipe.as_raw_fd());
    let loaded = load(Path::new(&path), &Alpha).unwrap();
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.config.instances.len(), 1);
}

#[test]
fn a_pattern_that_is_none() {
    assert_eq!(
        said(&[("vrrpd.toml", &format!("include = [\"a[\"]\n{BASE}"))]),
        [
            "vrrpd.toml:1:12: `a[` is not a pattern: invalid range pattern; `*` matches any characters of a file's name, \
          as in `conf.d/*.toml`"
        ]
    );
}

#[test]
fn cycles_are_cut() {
    let cycle = "includes this file, so that reading would never end; remove one of the two includes";
    assert_eq!(
        said(&[("vrrpd.toml", &format!("include = [\"vrrpd.toml\"]\n{BASE}"))]),
        [format!("vrrpd.toml:1:12: `vrrpd.toml` {cycle}")]
    );
    let main = format!("include = [\"a.toml\"]\n{BASE}");
    let back = "\ninclude = [\"../vrrpd.toml\"]\n";
    let files = [
        ("vrrpd.toml", main.as_str()),
        ("a.toml", "include = [\"sub/b.toml\"]\n"),
        ("sub/b.toml", back),
    ];
    assert_eq!(
        said(&files),
        [format!("sub/b.toml:2:12: `sub/../vrrpd.toml` {cycle}")]
    );
}

#[test]
fn a_file_is_included_once() {
    let main = format!("include = [\"a.toml\",\n\"?.toml\"]\n{BASE}");
    assert_eq!(
        said(&[("vrrpd.toml", &main), ("a.toml", &other("a", 1))]),
        ["vrrpd.toml:2:1: `a.toml` is already included at line 1; include it once"]
    );
    let main = format!("include = [\"a.toml\", \"b.toml\"]\n{BASE}");
    let files = [
        ("vrrpd.toml", main.as_str()),
        ("a.toml", "include = [\"b.toml\"]\n"),
        ("b.toml", &other("b", 1)),
    ];
    assert_eq!(
        said(&files),
        ["vrrpd.toml:1:22: `b.toml` is already included at a.toml:1; include it once"]
    );
}

#[test]
fn the_daemon_is_named_in_the_main_file_only() {
    let main = "name = \"edge\"\ninclude = [\"a.toml\"]\n";
    assert_eq!(
        said(&[("vrrpd.toml", main), ("a.toml", &format!("name = \"b\"\n{BASE}"))]),
        [
            "a.toml:1:8: `name` is the daemon's and stands only in the main file; remove it here, or write it into an \
          [[instance]]"
        ]
    );
}

#[test]
fn problems_are_in_the_order_of_the_files() {
    let main = "include = [\"a.toml\"]\n[[instance]]\nvrid = 1\nname = \"x\"\ninterface = \"eth0\"\n\
                virtual_addresses = [\"::1\"]\n";
    let said = said(&[("vrrpd.toml", main), ("a.toml", "oops\n")]);
    assert_eq!(
        said,
        [
            "vrrpd.toml:6:22: `::1` is an IPv6 address, which needs VRRPv3: VRRPv3 is not supported yet; write an IPv4 \
             address",
            "a.toml:1:5: not TOML: key with no value, expected `=`",
        ]
    );
}
