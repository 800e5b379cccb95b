//! Finds the calls of `info!`, `warn!` and `error!` in a source.

/// One call.
#[derive(Debug, PartialEq)]
pub(super) struct Call {
    /// File and line.
    pub(super) place: String,
    pub(super) level: &'static str,
    /// The name that it begins with, if it has one.
    pub(super) event: Option<String>,
    /// What the sentence has between its variable parts.
    pieces: Vec<String>,
}

impl Call {
    /// Whether the sentence may be what this call writes.
    pub(super) fn may_say(&self, sentence: &str) -> bool {
        let [first, between @ .., last] = self.pieces.as_slice() else {
            return self.pieces == [sentence];
        };
        let Some(rest) = sentence.strip_prefix(first.as_str()) else {
            return false;
        };
        let Some(mut rest) = rest.strip_suffix(last.as_str()) else {
            return false;
        };
        between.iter().all(|piece| match rest.split_once(piece.as_str()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    }
}

const LEVELS: [&str; 3] = ["info", "warn", "error"];

/// All calls, or the place of what cannot be understood.
pub(super) fn calls(name: &str, source: &str) -> Result<Vec<Call>, String> {
    let code = blank(source);
    let mut calls = Vec::new();
    for (at, _) in code.match_indices('!') {
        let place = || format!("{name}:{}", source[..at].matches('\n').count() + 1);
        let word = code[..at]
            .rsplit(|each: char| !each.is_alphanumeric() && each != '_')
            .next()
            .unwrap_or_default();
        let after = code[at + 1..].trim_start();
        let opens = after.starts_with(['(', '[', '{']);
        if word == "event" && opens {
            return Err(format!(
                "{}: event!(…) names no level that can be read here",
                place()
            ));
        }
        let Some(level) = LEVELS.into_iter().find(|level| *level == word && opens) else {
            continue;
        };
        let open = code.len() - after.len();
        let close = closing(&code, open).ok_or_else(|| format!("{}: no end of {level}!(…)", place()))?;
        let arguments = arguments(&code, open + 1, close);
        let first = arguments.first().map(|&(from, to)| source[from..to].trim());
        let sentence = arguments
            .iter()
            .map(|&(from, to)| source[from..to].trim())
            .find(|argument| argument.starts_with('"'))
            .ok_or_else(|| format!("{}: no sentence in {level}!(…)", place()))?;
        calls.push(Call {
            place: place(),
            level,
            event: first.and_then(event),
            pieces: pieces(&text(sentence)),
        });
    }
    Ok(calls)
}

/// The name in `event = "name"`.
fn event(argument: &str) -> Option<String> {
    let value = argument.strip_prefix("event")?.trim_start().strip_prefix('=')?;
    let name = value.trim_start().strip_prefix('"')?.strip_suffix('"')?;
    (!name.contains('"')).then(|| name.to_owned())
}

/// The source without comments, and with nothing in its literals: as long as before, so that places are the same.
fn blank(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let in_word = code.ends_with(|each: char| each.is_alphanumeric() || each == '_');
        let (keep, skip) = match first {
            '/' if rest.starts_with("//") => (0, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (0, comment(rest)),
            '"' => (1, string(rest)),
            'b' if !in_word && rest.starts_with("b\"") => (2, 1 + string(&rest[1..])),
            'r' | 'b' if !in_word && raw(rest).is_some() => (0, raw(rest).unwrap_or(1)),
            '\'' => (0, character(rest)),
            other => (other.len_utf8(), other.len_utf8()),
        };
        code.push_str(&rest[..keep]);
        for byte in rest[keep..skip].bytes() {
            code.push(if byte == b'\n' { '\n' } else { ' ' });
        }
        rest = &rest[skip..];
    }
    code
}

/// The length of a comment between `/*` and `*/`, with comments in it.
fn comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let step = if rest[at..].starts_with("/*") {
            depth += 1;
            2
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            2
        } else {
            rest[at..].chars().next().map_or(1, char::len_utf8)
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a string, with its quotes.
fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, each) in rest.char_indices().skip(1) {
        match each {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of `r"…"`, `r#"…"#`, `br"…"`, if it is one.
fn raw(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let body = after.trim_start_matches('#');
    let hashes = &after[..after.len() - body.len()];
    let body = body.strip_prefix('"')?;
    let end = format!("\"{hashes}");
    let from = rest.len() - body.len();
    Some(body.find(&end).map_or(rest.len(), |at| from + at + end.len()))
}

/// The length of `'a'`; of a lifetime, that of its quote.
fn character(rest: &str) -> usize {
    let mut each = rest.char_indices().skip(1);
    match each.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(rest.len(), |at| at + 4),
        Some(_) => match each.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

/// Where the bracket at `open` is closed.
fn closing(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, each) in code[open..].char_indices() {
        match each {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(open + at);
        }
    }
    None
}

/// Where the arguments between two brackets begin and end.
fn arguments(code: &str, from: usize, to: usize) -> Vec<(usize, usize)> {
    let (mut arguments, mut begin, mut depth) = (Vec::new(), from, 0_usize);
    for (at, each) in code[from..to].char_indices() {
        match each {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                arguments.push((begin, from + at));
                begin = from + at + 1;
            }
            _ => {}
        }
    }
    arguments.push((begin, to));
    arguments.retain(|&(from, to)| !code[from..to].trim().is_empty());
    arguments
}

/// What a string literal says: a backslash at the end of a line takes the next line's indentation away.
fn text(literal: &str) -> String {
    let mut text = String::new();
    let mut rest = literal.trim_matches('"').chars().peekable();
    while let Some(each) = rest.next() {
        match (each, rest.peek()) {
            ('\\', Some('\n')) => while rest.next_if(|next| next.is_whitespace()).is_some() {},
            ('\\', Some(_)) => text.extend(rest.next()),
            _ => text.push(each),
        }
    }
    text
}

/// What stands between the variable parts of a format string.
fn pieces(format: &str) -> Vec<String> {
    let (mut pieces, mut piece) = (Vec::new(), String::new());
    let mut rest = format.chars().peekable();
    while let Some(each) = rest.next() {
        match each {
            '{' | '}' if rest.next_if_eq(&each).is_some() => piece.push(each),
            '{' => {
                pieces.push(std::mem::take(&mut piece));
                while rest.next().is_some_and(|inside| inside != '}') {}
            }
            _ => piece.push(each),
        }
    }
    pieces.push(piece);
    pieces
}

#[test]
fn calls_are_found_however_they_are_written() {
    let source = r#"
        fn f<'a>(x: &'a str) {
            info!(event = "one", a = "), (", "it says {x}, {{and}} more {}", g(x, "]"));
            tracing::warn! [ event="two" , "two" ];
            match x { _ => error!(
                event = "three",
                %x, c = '"', d = '\'', e = '(',
                "a long \
                 sentence",
            ) }
            warn!("none");
        }
    "#;
    let calls = calls("a.rs", source).unwrap();
    let found: Vec<_> = calls
        .iter()
        .map(|call| (call.place.as_str(), call.level, call.event.as_deref()))
        .collect();
    assert_eq!(
        found,
        [
            ("a.rs:3", "info", Some("one")),
            ("a.rs:4", "warn", Some("two")),
            ("a.rs:5", "error", Some("three")),
            ("a.rs:11", "warn", None),
        ]
    );
    assert_eq!(calls[0].pieces, ["it says ", ", {and} more ", ""]);
    assert_eq!(calls[2].pieces, ["a long sentence"]);
}

#[test]
fn what_only_looks_like_a_call_is_none() {
    let source = r##"
        // warn!("in a comment")
        /* info!("in /* another */ comment") error!("x") */
        /// error!("in documentation: it's")
        #[error("not a macro")]
        const A: &str = "warn!(\"in a string\")";
        const B: &str = r#"warn!("in a "raw" string")"#;
        const C: &[u8] = b"warn!(1)";
        fn f() { my_warn!("another macro"); debug!("level"); if warn != (1) {} }
    "##;
    assert_eq!(calls("a.rs", source).unwrap(), []);
}

#[test]
fn what_cannot_be_read_is_an_error_and_not_ignored() {
    for source in [
        r#"warn!(event = "a", "no end""#,
        r#"event!(Level::WARN, "a")"#,
        "warn!(event = NAME, sentence)",
    ] {
        assert!(calls("a.rs", source).is_err(), "{source}");
    }
}

#[test]
fn the_name_is_a_literal_and_comes_first() {
    for source in [
        r#"warn!(event = NAME, "a")"#,
        r#"warn!(events = "b", "a")"#,
        r#"warn!(%x, event = "b", "a")"#,
        r#"warn!("event = \"b\"")"#,
    ] {
        assert_eq!(calls("a.rs", source).unwrap()[0].event, None, "{source}");
    }
}

#[test]
fn a_sentence_fits_if_its_fixed_parts_do() {
    let call = &calls("a.rs", r#"warn!("({name}) lost {n} of {m} lines: {}", why)"#).unwrap()[0];
    assert!(call.may_say("(web) lost 1 of 2 lines: full"));
    for other in [
        "web lost 1 of 2 lines: full",
        "(web) lost 1 lines: full",
        "(web) lost 1 of 2",
        "",
    ] {
        assert!(!call.may_say(other), "{other}");
    }
    let call = &calls("a.rs", r#"warn!("stopping")"#).unwrap()[0];
    assert!(call.may_say("stopping") && !call.may_say("stopping now"));
}
