//! Reads the tables of `docs/messages.md`.

/// One row.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    pub(super) event: String,
    pub(super) levels: Vec<String>,
    /// Each as it looks, with examples where it varies.
    pub(super) sentences: Vec<String>,
}

/// The rows of all tables whose first column is `event`, or what is wrong with one.
pub(super) fn rows(page: &str) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        let cells: Option<Vec<&str>> = line
            .strip_prefix('|')
            .and_then(|line| line.trim_end().strip_suffix('|'))
            .map(|line| line.split('|').map(str::trim).collect());
        let Some(cells) = cells else {
            inside = false;
            continue;
        };
        if cells.first() == Some(&"event") {
            inside = true;
        } else if inside && !cells[0].starts_with("---") {
            rows.push(row(&cells).ok_or_else(|| format!("not a row: {line}"))?);
        }
    }
    Ok(rows)
}

fn row(cells: &[&str]) -> Option<Row> {
    let [event, levels, sentences, meaning, remedy] = cells else {
        return None;
    };
    if meaning.is_empty() || remedy.is_empty() {
        return None;
    }
    let [event] = spans(event)?.try_into().ok()?;
    let sentences = spans(sentences)?;
    (!sentences.is_empty()).then(|| Row {
        event,
        levels: levels.split(',').map(|level| level.trim().to_owned()).collect(),
        sentences,
    })
}

/// What is between backticks, one or several of them. `None` if something is open at the end.
fn spans(cell: &str) -> Option<Vec<String>> {
    let mut spans = Vec::new();
    let mut rest = cell;
    while let Some(at) = rest.find('`') {
        let begun = &rest[at..];
        let body = begun.trim_start_matches('`');
        let fence = &begun[..begun.len() - body.len()];
        let (span, after) = body.split_once(fence)?;
        // A space inside keeps a backtick at the edge apart from the fence.
        spans.push(if fence.len() > 1 { span.trim() } else { span }.to_owned());
        rest = after;
    }
    Some(spans)
}

#[test]
fn rows_are_read_and_other_tables_are_not() {
    let page = "\
# A page

| format | what |
|---|---|
| `json` | an object |

| event | level | the sentence | what it means | what to do |
|---|---|---|---|---|
| `one` | info, warn | `it is` or<br>`` use `x` `` | a | b |

text | with | bars
";
    let row = Row {
        event: "one".into(),
        levels: vec!["info".into(), "warn".into()],
        sentences: vec!["it is".into(), "use `x`".into()],
    };
    assert_eq!(rows(page).unwrap(), [row]);
}

#[test]
fn a_row_with_a_hole_is_an_error() {
    let head = "| event | level | the sentence | what it means | what to do |\n|---|---|---|---|---|\n";
    for row in [
        "| `one` | info | `a` | b |",
        "| `one` | info | `a` | b | |",
        "| `one` | info | `a | b | c |",
        "| `one` | info | a | b | c |",
        "| one | info | `a` | b | c |",
    ] {
        assert!(rows(&format!("{head}{row}\n")).is_err(), "{row}");
    }
}
