use super::{Example, ParseError, Section, Setting, Table};

fn setting(about: &str, keys: &[&str], lines: &[&str]) -> Setting {
    Setting {
        about: about.to_owned(),
        keys: keys.iter().map(ToString::to_string).collect(),
        lines: lines.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn options_have_what_is_said_above_them() {
    let example = Example::parse(
        "# All of it.\n#\n#   as this\n\n\n# A name.\nname = \"a\"\n\n# More files.\ninclude = []\n#include = [\"b\"]\n",
    )
    .unwrap();
    assert_eq!(example.preface, "All of it.\n\n  as this\n");
    let settings = vec![
        setting("A name.\n", &["name"], &["name = \"a\""]),
        setting(
            "More files.\n",
            &["include"],
            &["include = []", "#include = [\"b\"]"],
        ),
    ];
    let table = Table {
        about: String::new(),
        settings,
    };
    let section = Section {
        tables: vec![table],
        ..Section::default()
    };
    assert_eq!(example.sections, [section]);
}

#[test]
fn what_stands_alone_is_about_the_tables_that_follow() {
    let example = Example::parse(
        "a = 1\n\n# Checks. Two kinds.\n\n# One.\n#[[check]]\n# Its name.\n#name = \"a\"\n#tcp = \"b\"\n\n# Two.\n#[[check]]\n#name = \"c\"\n",
    )
    .unwrap();
    let checks = &example.sections[1];
    assert_eq!(checks.header.as_deref(), Some("[[check]]"));
    assert_eq!(checks.preface, "Checks. Two kinds.\n");
    let abouts: Vec<_> = checks.tables.iter().map(|table| table.about.as_str()).collect();
    assert_eq!(abouts, ["One.\n", "Two.\n"]);
    // The `#` is not shown where the whole table has it.
    assert_eq!(
        checks.tables[0].settings,
        [setting(
            "Its name.\n",
            &["name", "tcp"],
            &["name = \"a\"", "tcp = \"b\""]
        )]
    );
    assert_eq!(
        checks.tables[1].settings,
        [setting("", &["name"], &["name = \"c\""])]
    );
}

#[test]
fn a_value_can_have_several_lines() {
    let example = Example::parse("# Two.\na = [\n  1,\n  2,\n]\nb = 3\n").unwrap();
    assert_eq!(
        example.sections[0].tables[0].settings,
        [setting(
            "Two.\n",
            &["a", "b"],
            &["a = [", "  1,", "  2,", "]", "b = 3"]
        )]
    );
}

#[test]
fn what_is_laid_out_otherwise_is_refused() {
    assert_eq!(
        Example::parse("a = 1\n#b\n"),
        Err(ParseError::Unknown {
            number: 2,
            line: String::from("#b")
        })
    );
    assert_eq!(
        Example::parse("\na = [\n  1,\n"),
        Err(ParseError::Endless { number: 2 })
    );
}
