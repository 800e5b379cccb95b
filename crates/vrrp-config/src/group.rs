//! One `[[group]]`.

use toml::de::DeTable;
use vrrp_checks::Hooks;

use crate::reader::{Reader, Table};
use crate::source::Located;
use crate::{Bearer, GroupFlaw, hook, keys, name};

/// What could be understood of a group; whether there are such instances is not known yet.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) name: Option<Located<String>>,
    pub(crate) members: Vec<Located<String>>,
    pub(crate) hooks: Hooks,
}

/// Reads the group whose header, or opening brace, is at `at`.
pub(crate) fn read(reader: &mut Reader<'_>, at: usize, entries: &DeTable<'_>) -> Draft {
    let table = reader.table(at, keys::GROUP_KEYS, entries);
    let name = reader
        .required(&table, keys::GROUP_NAME)
        .and_then(|field| name::read(reader, &field, Bearer::Group));
    let members = read_members(reader, &table);
    let hooks = hook::read(reader, &table);
    Draft { name, members, hooks }
}

fn read_members(reader: &mut Reader<'_>, table: &Table<'_>) -> Vec<Located<String>> {
    let Some(field) = reader.required(table, keys::INSTANCES) else {
        return Vec::new();
    };
    let Some(items) = reader.list(&field, field.key) else {
        return Vec::new();
    };
    match items.len() {
        0 => reader.report(field.at, GroupFlaw::Empty),
        1 => reader.report(field.at, GroupFlaw::Single),
        _ => {}
    }
    let mut members = Vec::new();
    for item in items {
        if let Some(text) = reader.text(&item) {
            members.push(Located {
                value: text.text,
                place: reader.place(item.at),
            });
        }
    }
    members
}
