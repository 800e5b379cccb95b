//! Broken TOML, and what follows from it.

use toml::Spanned;
use toml::de::{DeTable, Error};

use crate::findings::{Finding, Findings, MOST};
use crate::reader::Reader;
use crate::source::Source;
use crate::{Flaw, ShapeFlaw};

/// A parser's errors take many times the memory of the text that they are about: a text with any is parsed again from
/// its beginning with so many bytes more each time, until there are enough.
const STEP: usize = 32 * 1024;

/// A text, as far as it was understood.
pub(crate) struct Parsed<'t> {
    pub(crate) document: Spanned<DeTable<'t>>,
    /// The first of them.
    pub(crate) errors: Vec<Error>,
    /// Whether there are more errors, and what comes after these was not looked at.
    pub(crate) ends_early: bool,
}

/// What a text says: all of it, or up to where nobody would read on.
pub(crate) fn parse(text: &str) -> Parsed<'_> {
    // This keeps one error at most.
    let whole = text.len() <= STEP || DeTable::parse(text).is_ok();
    let ends = (1..)
        .map(|steps| steps * STEP)
        .take_while(|&end| !whole && end < text.len());
    for end in ends {
        let part = text.get(..text.floor_char_boundary(end)).unwrap_or(text);
        // The line that the step ends in would be broken by that.
        let part = part.rsplit_once('\n').map_or(part, |(lines, _)| lines);
        let (document, mut errors) = DeTable::parse_recoverable(part);
        if errors.len() > MOST {
            errors.truncate(MOST);
            return Parsed {
                document,
                errors,
                ends_early: true,
            };
        }
    }
    let (document, mut errors) = DeTable::parse_recoverable(text);
    let ends_early = errors.len() > MOST;
    errors.truncate(MOST);
    Parsed {
        document,
        errors,
        ends_early,
    }
}

/// Reports every syntax error, and answers with their offsets.
pub(crate) fn report(reader: &mut Reader<'_>, errors: &[Error], source: &Source) -> Vec<usize> {
    let mut broken = Vec::new();
    for error in errors {
        let span = error.span().unwrap_or_default();
        broken.push(span.start);
        reader.report(span.start, flaw(error.message(), source.text.get(span)));
    }
    broken
}

fn flaw(message: &str, found: Option<&str>) -> ShapeFlaw {
    match found {
        Some(key) if message == "duplicate key" => ShapeFlaw::KeyTwice(key.to_owned()),
        _ => ShapeFlaw::Syntax(message.to_owned()),
    }
}

/// Where the TOML is broken, keeps the first syntax error of each line, and of the rest what does not follow from
/// one.
pub(crate) fn forget_consequences(findings: &mut Findings, from: usize, source: &Source) {
    let mut own = findings.split_off(from);
    own.sort_by_key(|finding| finding.place);
    let mut last_broken = 0;
    own.retain(|Finding { place, flaw }| match flaw {
        Flaw::Shape(ShapeFlaw::Syntax(_) | ShapeFlaw::KeyTwice(_)) => {
            let line = source.line(place.offset);
            core::mem::replace(&mut last_broken, line) != line
        }
        _ => source.trusts(place.offset, flaw.is_absence()),
    });
    findings.extend(own);
}
