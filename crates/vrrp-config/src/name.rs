//! The names of checks, instances and groups.

use crate::reader::{Field, Reader};
use crate::source::Located;
use crate::{Bearer, NameFlaw};

/// Reads the name that a table gives itself.
pub(crate) fn read(reader: &mut Reader<'_>, field: &Field<'_>, bearer: Bearer) -> Option<Located<String>> {
    let name = reader.text(field)?.text;
    if !(1..=64).contains(&name.chars().count()) || name.contains(char::is_control) {
        let name = name.escape_debug().to_string();
        reader.report(field.at, NameFlaw::Malformed { name, bearer });
        return None;
    }
    Some(Located {
        value: name,
        place: reader.place(field.at),
    })
}
