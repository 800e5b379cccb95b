//! Health checks: what they look at, and how often.

use super::{assert_check_said, assert_said_after};

#[test]
fn a_check_looks_at_one_thing() {
    assert_check_said(&[
        (
            "interval = \"2s\"",
            &[
                "7:1: [[check]] does not say what to look at; add one of `http`, `tcp`, `script`, `file` and `process`, \
               for example: http = \"http://127.0.0.1:8080/healthz\"",
            ],
        ),
        (
            "tcp = \"127.0.0.1:80\"\nprocess = \"haproxy\"\nfile = \"drain\"",
            &[
                "10:11: `process` beside `tcp`: a check looks at one thing; give each a [[check]] of its own",
                "11:8: `file` beside `tcp`: a check looks at one thing; give each a [[check]] of its own",
            ],
        ),
        (
            "htpp = \"http://127.0.0.1/\"",
            &["9:1: unknown key `htpp` in [[check]]; did you mean `http`?"],
        ),
    ]);
}

#[test]
fn a_key_belongs_to_its_kind_of_check() {
    let foreign = |key: &str, probe: &str, belongs: &str| {
        format!("`{key}` does nothing beside `{probe}`: it belongs to {belongs}; remove it")
    };
    assert_check_said(&[
        (
            "tcp = \"a:1\"\nexpect_status = 7\nexpect_body = \"(\"\ninsecure = true\nuser = \"x\"\ncapabilities = []\n\
             presence = true\nmin = 0",
            &[
                &format!("10:17: {}", foreign("expect_status", "tcp", "`http`")),
                &format!("11:15: {}", foreign("expect_body", "tcp", "`http`")),
                &format!("12:12: {}", foreign("insecure", "tcp", "`http`")),
                &format!("13:8: {}", foreign("user", "tcp", "`script`")),
                &format!("14:16: {}", foreign("capabilities", "tcp", "`script`")),
                &format!("15:12: {}", foreign("presence", "tcp", "`file`")),
                &format!("16:7: {}", foreign("min", "tcp", "`process`")),
            ],
        ),
        (
            "file = \"drain\"\ntimeout = \"1s\"\nrise = 2\nfall = 2",
            &[
                &format!(
                    "10:11: {}",
                    foreign("timeout", "file", "`http`, `tcp` and `script`")
                ),
                &format!(
                    "11:8: {}",
                    foreign("rise", "file", "`http`, `tcp`, `script` and `process`")
                ),
                &format!(
                    "12:8: {}",
                    foreign("fall", "file", "`http`, `tcp`, `script` and `process`")
                ),
            ],
        ),
        (
            "process = \"haproxy\"\ntimeout = \"1s\"\nrise = 2",
            &[&format!(
                "10:11: {}",
                foreign("timeout", "process", "`http`, `tcp` and `script`")
            )],
        ),
        (
            "interval = \"1s\"\nmin = 2\nhttp = \"http://a/\"",
            &[&format!("10:7: {}", foreign("min", "http", "`process`"))],
        ),
    ]);
}

#[test]
fn urls() {
    let flawed = |url: &str, flaw: &str| {
        format!("9:8: `{url}` cannot be asked: {flaw}; write it as \"http://127.0.0.1:8080/healthz\"")
    };
    let cases = [
        ("ftp://a/", "its scheme is neither http nor https"),
        ("127.0.0.1:80", "its scheme is neither http nor https"),
        (
            "http://me:secret@a/",
            "it has a user name in it, which is not supported",
        ),
        ("http://a b/", "it is no URL: invalid uri character"),
        ("http://a:99999/", "its port is not a number from 1 to 65535"),
        ("http://a:+80/", "its port is not a number from 1 to 65535"),
        (
            "http://[fe80::1%25eth0]/",
            "its IPv6 address has a zone, and zones are not supported",
        ),
        ("http://999.999.999.999/", "`999.999.999.999` is no IPv4 address"),
        (
            "http://a..b/",
            "`a..b` is no host's name: letters, digits, `-` and `_`, with single dots between its parts, none \
           of which begins or ends with `-`",
        ),
        (
            "http://-a-/",
            "`-a-` is no host's name: letters, digits, `-` and `_`, with single dots between its parts, none \
           of which begins or ends with `-`",
        ),
    ];
    for (url, flaw) in cases {
        assert_check_said(&[(&format!("http = \"{url}\""), &[&flawed(url, flaw)])]);
    }
    assert_check_said(&[(
        "http = \"\"",
        &["9:8: `http` is empty; write for example: http = \"http://127.0.0.1:8080/healthz\""],
    )]);
}

#[test]
fn expectations() {
    assert_check_said(&[
        (
            "http = \"http://a/\"\nexpect_status = []",
            &[
                "10:17: no status is expected; name at least one, as [200], or remove `expect_status` for any from 200 to \
               299",
            ],
        ),
        (
            "http = \"http://a/\"\nexpect_status = [99, 100, 599, 600, \"200\", -1]",
            &[
                "10:18: 99 is not a status of HTTP: 100 to 599",
                "10:32: 600 is not a status of HTTP: 100 to 599",
                "10:37: `expect_status` is a text here; write 200 without quotes",
                "10:44: -1 is not a status of HTTP: 100 to 599",
            ],
        ),
        (
            "http = \"http://a/\"\nexpect_status = 200",
            &[
                "10:17: `expect_status` wants a list of whole numbers, and this is a whole number; for example: \
               expect_status = [200]",
            ],
        ),
        (
            "http = \"http://a/\"\nexpect_body = \"ok(\"",
            &[
                "10:15: `ok(` is not a regular expression: unclosed group; a character that stands for itself takes a \
               backslash, as '\\(' in single quotes",
            ],
        ),
        ("http = \"http://a/\"\nexpect_body = 'ok\\('", &[]),
        (
            "http = \"http://a/\"\ninsecure = true",
            &[
                "10:12: `insecure` is about certificates, and an http:// server shows none; remove it, or write https://",
            ],
        ),
        ("http = \"http://a/\"\ninsecure = false", &[]),
        ("http = \"https://a/\"\ninsecure = true", &[]),
    ]);
}

#[test]
fn endpoints() {
    let mend = "write it as \"127.0.0.1:80\", \"localhost:80\" or \"[fd00::1]:80\"";
    let cases = [
        ("127.0.0.1", "it has no port"),
        ("[fd00::1]", "it has no port"),
        ("[fd00::1]80", "what follows its brackets is no port"),
        ("fd00::1", "it is an IPv6 address without brackets"),
        ("[fd00::1", "it has a bracket that is never closed"),
        ("[localhost]:80", "it has no IPv6 address in its brackets"),
        (
            "[fe80::1%eth0]:80",
            "its IPv6 address has a zone, and zones are not supported",
        ),
        ("999.999.999.999:80", "`999.999.999.999` is no IPv4 address"),
        (":80", "it names no host"),
        ("http://a:80", "its port is not a number from 1 to 65535"),
        (
            "a b:80",
            "`a b` is no host's name: letters, digits, `-` and `_`, with single dots between its parts, none of \
           which begins or ends with `-`",
        ),
        (
            "a..b:80",
            "`a..b` is no host's name: letters, digits, `-` and `_`, with single dots between its parts, none of \
           which begins or ends with `-`",
        ),
        ("a:", "its port is not a number from 1 to 65535"),
        ("a:0", "its port is not a number from 1 to 65535"),
        ("a:65536", "its port is not a number from 1 to 65535"),
        ("127.0.0.1:+80", "its port is not a number from 1 to 65535"),
    ];
    for (text, flaw) in cases {
        assert_check_said(&[(
            &format!("tcp = \"{text}\""),
            &[&format!("9:7: `{text}` is no host and port: {flaw}; {mend}")],
        )]);
    }
    for text in ["127.0.0.1:1", "a-b.example_1:65535", "[::1]:80"] {
        assert_check_said(&[(&format!("tcp = \"{text}\""), &[])]);
    }
}

#[test]
fn files_and_processes() {
    assert_check_said(&[
        (
            "file = \"\"",
            &["9:8: `file` is empty; write for example: file = \"/run/vrrpd/drain\""],
        ),
        (
            "process = \"\"",
            &["9:11: `process` is empty; write for example: process = \"haproxy\""],
        ),
        (
            "process = \"/usr/sbin/haproxy\"",
            &["9:11: `/usr/sbin/haproxy` is a path, and a process has a name; write \"haproxy\""],
        ),
        (
            "process = \"haproxy\"\nmin = 0",
            &["10:7: 0 is not a number of processes: 1 to 65535"],
        ),
        (
            "process = \"haproxy\"\nmin = 65536",
            &["10:7: 65536 is not a number of processes: 1 to 65535"],
        ),
        ("process = \"haproxy\"\nmin = 65535", &[]),
        ("file = \"drain\"\npresence = true", &[]),
    ]);
}

#[test]
fn times_and_counts() {
    for written in ["0s", "99ms", "61m"] {
        assert_check_said(&[(
            &format!("tcp = \"a:1\"\ninterval = \"{written}\""),
            &[&format!(
                "10:12: `{written}` is not an interval of checks; write \"100ms\" to \"1h\""
            )],
        )]);
    }
    for written in ["0s", "61m"] {
        assert_check_said(&[(
            &format!("tcp = \"a:1\"\ntimeout = \"{written}\""),
            &[&format!(
                "10:11: `{written}` is not a timeout of checks; write more than \"0s\", up to \"1h\""
            )],
        )]);
    }
    for key in ["rise", "fall"] {
        for written in ["0", "1001", "-1"] {
            assert_check_said(&[(
                &format!("tcp = \"a:1\"\n{key} = {written}"),
                &[&format!(
                    "10:8: {written} is not a number for `{key}`: 1 to 1000 runs in a row"
                )],
            )]);
        }
    }
    assert_check_said(&[
        (
            "tcp = \"a:1\"\ninterval = \"100ms\"\ntimeout = \"1h\"\nrise = 1000\nfall = 1000",
            &[],
        ),
        ("tcp = \"a:1\"\ninterval = \"1h\"\ntimeout = \"1ms\"", &[]),
    ]);
}

#[test]
fn names_of_checks() {
    assert_said_after(&[
        (
            "checks = [\"a\"]\n[[check]]\nname = \"a\"\ntcp = \"a:1\"\n[[check]]\nname = \"a\"\ntcp = \"a:2\"\n",
            &["11:8: the name `a` is already taken at line 8; give each check its own"],
        ),
        (
            "[[check]]\nname = \"a\\tb\"\ntcp = \"a:1\"\n",
            &["7:8: `a\\tb` is not a name for a check: 1 to 64 characters, no control characters"],
        ),
        (
            "[[check]]\ntcp = \"a:1\"\n",
            &["6:1: [[check]] has no `name`; add for example: name = \"web\""],
        ),
        (
            "[check]\nname = \"a\"\n",
            &["6:1: this table is one of a list; write its header with two brackets: [[check]]"],
        ),
    ]);
}
