//! `[control]`: who may use the control socket.

use crate::reader::{Field, Reader, Table};
use crate::{Control, ControlFlaw, Group, keys};

/// What is not given, or wrong, is as [`Control::default`] has it: nobody else.
pub(crate) fn read(reader: &mut Reader<'_>, main: &Table<'_>) -> Control {
    let field = main.get(keys::CONTROL);
    let table = field.and_then(|field| reader.subtable(&field, keys::CONTROL_KEYS));
    let Some(table) = table else {
        return Control::default();
    };
    let named = table.get(keys::CONTROL_GROUP);
    let group = named.and_then(|field| read_group(reader, &field));
    let may_change = table.get(keys::GROUP_MAY_CHANGE);
    let may_change = may_change.and_then(|field| Some((field.at, reader.boolean(&field)?)));
    if let Some((at, true)) = may_change
        && named.is_none()
        && !table.misspells(keys::CONTROL_GROUP)
    {
        reader.report(at, ControlFlaw::NobodyMayChange);
    }
    Control {
        group_may_change: group.is_some() && may_change.is_some_and(|(_, may)| may),
        group,
    }
}

fn read_group(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Group> {
    let name = reader.filled(field)?;
    let Some(gid) = reader.surroundings.group(&name) else {
        reader.report(field.at, ControlFlaw::NoGroup(name));
        return None;
    };
    Some(Group { name, gid })
}
