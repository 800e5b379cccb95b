//! `checks` and `track_interfaces` of an instance: what it depends on beside its own network.

use toml::de::DeValue;
use vrrp_core::{InterfaceName, Tracked, Weight};

use crate::address::read_interface;
use crate::reader::{Field, Reader, Table};
use crate::source::Place;
use crate::{Key, TrackFlaw, keys};

/// What the file says of a weight.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stated {
    /// Nothing.
    Unsaid,
    /// This.
    As(Weight),
    /// Something wrong, which is reported.
    Wrong,
}

/// Something that an instance tracks; whether there is such a check is not known yet.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) what: Tracked,
    pub(crate) weight: Stated,
    pub(crate) place: Place,
}

/// Reads what an instance tracks: first the checks, then the interfaces.
pub(crate) fn read(reader: &mut Reader<'_>, table: &Table<'_>) -> Vec<Draft> {
    let mut tracks = Vec::new();
    if let Some(field) = table.get(keys::track::CHECKS) {
        let items = reader.list(&field, field.key).unwrap_or_default();
        tracks.extend(items.iter().filter_map(|item| read_check(reader, item)));
    }
    if let Some(field) = table.get(keys::track::INTERFACES) {
        let items = reader.list(&field, field.key).unwrap_or_default();
        tracks.extend(
            items
                .iter()
                .filter_map(|item| read_tracked_interface(reader, item)),
        );
    }
    tracks
}

/// Reads a weight, which may be absent.
pub(crate) fn read_weight(reader: &mut Reader<'_>, table: &Table<'_>, key: &'static Key) -> Stated {
    let Some(field) = table.get(key) else {
        return if table.misspells(key) {
            Stated::Wrong
        } else {
            Stated::Unsaid
        };
    };
    let Some(number) = reader.number(&field) else {
        return Stated::Wrong;
    };
    let weight = number.get().and_then(Weight::new);
    if weight.is_none() {
        reader.report(field.at, TrackFlaw::Weight(number.written));
    }
    weight.map_or(Stated::Wrong, Stated::As)
}

/// A name, or a table with a weight.
fn read_check(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Draft> {
    let (name, weight) = match field.value {
        DeValue::String(_) => (*field, Stated::Unsaid),
        DeValue::Table(_) => {
            let table = reader.subtable(field, keys::track::CHECK_KEYS)?;
            let weight = read_weight(reader, &table, keys::track::CHECK_WEIGHT);
            (reader.required(&table, keys::track::CHECK)?, weight)
        }
        _ => return reader.wrong_type(field),
    };
    let text = reader.text(&name)?.text;
    Some(Draft {
        what: Tracked::Check(text.into()),
        weight,
        place: reader.place(name.at),
    })
}

fn read_tracked_interface(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Draft> {
    let (name, weight) = match field.value {
        DeValue::String(_) => (*field, Stated::Unsaid),
        DeValue::Table(_) => {
            let table = reader.subtable(field, keys::track::INTERFACE_KEYS)?;
            let weight = read_weight(reader, &table, keys::track::INTERFACE_WEIGHT);
            (reader.required(&table, keys::track::INTERFACE)?, weight)
        }
        _ => return reader.wrong_type(field),
    };
    let interface: InterfaceName = read_interface(reader, &name)?;
    Some(Draft {
        what: Tracked::Interface(interface),
        weight,
        place: reader.place(name.at),
    })
}
