use std::process::Command;

use super::{header, quoted};
use crate::manifest::set::Set;

#[test]
fn the_header_is_two_lines_of_comment_whatever_is_given() {
    let set = Set {
        name: "web".into(),
        namespace: "vrrpd".into(),
    };
    let arguments = [
        "manifest",
        "a\nkind: Pod",
        "b\rc",
        "\u{85}\u{2028}",
        "--virtual-ips=10.0.0.1",
    ];
    let text = header(&set, arguments.map(Into::into).into_iter());
    assert_eq!(
        text.split_once('\n').unwrap().1,
        "# vrrpd manifest $'a\\U0000000akind: Pod' $'b\\U0000000dc' $'\\U00000085\\U00002028' --virtual-ips=10.0.0.1\n"
    );
    assert!(
        text.starts_with("# The set web for `kubectl apply -f -`, by vrrpd "),
        "{text}"
    );
}

#[test]
fn a_shell_reads_each_argument_as_it_was() {
    for argument in [
        "",
        "plain",
        "10.0.0.1,2",
        "a b",
        "it's",
        "$HOME `id` \"x\" \\",
        "a\tb\n'c'\\ ü €",
        "*",
        "~",
        "#",
    ] {
        let script = format!("printf %s {}", quoted(argument));
        let output = Command::new("bash")
            .args(["-c", &script])
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), argument);
    }
}
