//! `docs/messages.md` lists every line of the log: none is missing there, none is there that nobody writes.

mod scan;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use self::scan::Call;
use self::table::Row;

/// It is no part of the daemon, and writes for developers.
const NOT_THE_DAEMON: &str = "vrrp-sim";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every source that is part of the daemon.
fn sources() -> Vec<PathBuf> {
    let mut sources = Vec::new();
    for package in fs::read_dir(root().join("crates")).unwrap() {
        let package = package.unwrap();
        if package.file_name() != NOT_THE_DAEMON {
            walk(&package.path().join("src"), &mut sources);
        }
    }
    sources.sort();
    sources
}

fn walk(directory: &Path, sources: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        // Tests log what they like.
        if path.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        if path.is_dir() {
            walk(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(path);
        }
    }
}

/// What does not fit together. Empty if all is well.
fn complaints(calls: &[Call], rows: &[Row]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut by_name: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    for call in calls {
        match &call.event {
            Some(event) if is_snake_case(event) => by_name.entry(event).or_default().push(call),
            Some(event) => complaints.push(format!("{}: `{event}` is not in snake_case", call.place)),
            None => complaints.push(format!(
                "{}: {}!(…) begins without `event = \"…\"`",
                call.place, call.level
            )),
        }
    }
    let mut listed = BTreeSet::new();
    for row in rows {
        if !listed.insert(row.event.as_str()) {
            complaints.push(format!("`{}` has two rows", row.event));
        }
        let Some(calls) = by_name.get(row.event.as_str()) else {
            complaints.push(format!("`{}` has a row, and nobody writes it", row.event));
            continue;
        };
        let levels: BTreeSet<&str> = calls.iter().map(|call| call.level).collect();
        if levels != row.levels.iter().map(String::as_str).collect() {
            complaints.push(format!(
                "`{}` is written as {levels:?}, and its row says {:?}",
                row.event, row.levels
            ));
        }
        for call in calls {
            if !row.sentences.iter().any(|sentence| call.may_say(sentence)) {
                complaints.push(format!(
                    "{}: no sentence in the row of `{}` looks like this one",
                    call.place, row.event
                ));
            }
        }
        for sentence in &row.sentences {
            if !calls.iter().any(|call| call.may_say(sentence)) {
                complaints.push(format!(
                    "`{}` has the sentence {sentence:?}, and nobody writes it",
                    row.event
                ));
            }
        }
    }
    for (event, calls) in by_name {
        if !listed.contains(event) {
            complaints.push(format!("{}: `{event}` has no row", calls[0].place));
        }
    }
    complaints
}

fn is_snake_case(name: &str) -> bool {
    name.split('_').all(|word| {
        !word.is_empty()
            && word
                .chars()
                .all(|each| each.is_ascii_lowercase() || each.is_ascii_digit())
    })
}

#[test]
fn every_message_is_explained_and_every_explanation_has_a_message() {
    let mut calls = Vec::new();
    for path in sources() {
        let source = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
        calls.extend(scan::calls(&name, &source).unwrap());
    }
    let page = fs::read_to_string(root().join("docs/messages.md")).unwrap();
    let complaints = complaints(&calls, &table::rows(&page).unwrap());
    // The sources have been found, and are those of the daemon.
    let writes = |event: &str| calls.iter().any(|call| call.event.as_deref() == Some(event));
    assert!(writes("transition") && writes("check_changed") && writes("address_list_damaged"));
    assert!(
        complaints.is_empty(),
        "docs/messages.md and the sources:\n{}",
        complaints.join("\n")
    );
}

/// The complaints about one source and one page.
fn about(source: &str, rows: &str) -> Vec<String> {
    let page = format!(
        "| event | level | the sentence | what it means | what to do |\n|---|---|---|---|---|\n{rows}"
    );
    complaints(
        &scan::calls("a.rs", source).unwrap(),
        &table::rows(&page).unwrap(),
    )
}

const SOURCE: &str = r#"fn f() { warn!(event = "gone", name, "{name} is gone"); }"#;
const ROW: &str = "| `gone` | warn | `web is gone` | It is gone. | Look for it. |\n";

#[test]
fn what_fits_together_raises_no_complaint() {
    assert!(about(SOURCE, ROW).is_empty());
}

#[test]
fn a_message_without_a_name_is_found() {
    let nameless = SOURCE.replace(r#"event = "gone", "#, "");
    let complaints = about(&format!("{SOURCE}\n{nameless}"), ROW);
    assert_eq!(complaints, ["a.rs:2: warn!(…) begins without `event = \"…\"`"]);
}

#[test]
fn a_message_without_a_row_is_found() {
    assert_eq!(about(SOURCE, ""), ["a.rs:1: `gone` has no row"]);
}

#[test]
fn a_row_without_a_message_is_found() {
    assert_eq!(about("", ROW), ["`gone` has a row, and nobody writes it"]);
}

#[test]
fn a_row_that_is_there_twice_is_found() {
    assert_eq!(about(SOURCE, &[ROW, ROW].concat()), ["`gone` has two rows"]);
}

#[test]
fn another_level_is_found() {
    let complaints = about(SOURCE, &ROW.replace("| warn |", "| info, warn |"));
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert!(
        about(
            &format!("{SOURCE} {}", SOURCE.replace("warn!", "info!")),
            &ROW.replace("| warn |", "| info, warn |")
        )
        .is_empty()
    );
}

#[test]
fn another_sentence_is_found() {
    let complaints = about(SOURCE, &ROW.replace("is gone`", "has gone`"));
    assert_eq!(complaints.len(), 2, "{complaints:?}");
}

#[test]
fn a_name_in_another_style_is_found() {
    let complaints = about(&SOURCE.replace("gone\",", "Gone-Away\","), "");
    assert_eq!(complaints, ["a.rs:1: `Gone-Away` is not in snake_case"]);
}
