//! Broken TOML, and what follows from it.

use toml::de::Error;

use crate::reader::{Finding, Reader};
use crate::source::Source;
use crate::{Flaw, ShapeFlaw};

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
pub(crate) fn forget_consequences(findings: &mut Vec<Finding>, from: usize, source: &Source) {
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
    findings.append(&mut own);
}
