//! `preempt` and `preempt_delay`.

use std::time::Duration;

use toml::de::DeValue;
use vrrp_core::{Preempt, Priority};

use crate::reader::{Field, Reader, Table};
use crate::{InstanceFlaw, keys};

/// What `preempt` says.
enum Wish {
    Yes,
    No,
    Below(Priority),
}

/// Both keys together. The owner of the addresses preempts whatever they say (RFC 3768 section 6.1).
pub(crate) fn read(reader: &mut Reader<'_>, table: &Table<'_>, priority: Priority) -> Preempt {
    let preempt_field = table.get(keys::PREEMPT);
    let delay_field = table.get(keys::PREEMPT_DELAY);
    let wish = preempt_field
        .and_then(|field| read_wish(reader, &field))
        .unwrap_or(Wish::Yes);
    let delay = delay_field
        .and_then(|field| reader.duration(&field))
        .map_or(Duration::ZERO, |(delay, _)| delay);
    let delay_field = delay_field.filter(|_| !delay.is_zero());
    if priority.is_owner() {
        report_owner(reader, preempt_field, delay_field, &wish);
        return Preempt::After(Duration::ZERO);
    }
    let (preempt, delay_flaw) = match wish {
        Wish::Yes => return Preempt::After(delay),
        Wish::No => (Preempt::Never, InstanceFlaw::DelayWithoutPreempt),
        Wish::Below(threshold) => (Preempt::Below(threshold), InstanceFlaw::DelayBelow),
    };
    if let Some(field) = delay_field {
        reader.report(field.at, delay_flaw);
    }
    preempt
}

/// What does nothing for the owner, and what contradicts it.
fn report_owner(
    reader: &mut Reader<'_>,
    preempt_field: Option<Field<'_>>,
    delay_field: Option<Field<'_>>,
    wish: &Wish,
) {
    if let Some(field) = preempt_field {
        match wish {
            Wish::Yes => {}
            Wish::No => {
                let key = keys::PREEMPT.path;
                reader.report(field.at, InstanceFlaw::OwnerPreempts { key });
            }
            Wish::Below(_) => reader.report(field.at, InstanceFlaw::OwnerBelow),
        }
    }
    if let Some(field) = delay_field {
        let key = keys::PREEMPT_DELAY.path;
        reader.report(field.at, InstanceFlaw::OwnerPreempts { key });
    }
}

fn read_wish(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Wish> {
    if !matches!(field.value, DeValue::Table(_)) {
        let preempts = reader.boolean(field)?;
        return Some(if preempts { Wish::Yes } else { Wish::No });
    }
    let table = reader.subtable(field, keys::PREEMPT_KEYS)?;
    let field = reader.required(&table, keys::BELOW)?;
    let number = reader.number(&field)?;
    let threshold = number
        .byte()
        .and_then(Priority::new)
        .filter(|priority| !priority.is_owner());
    if threshold.is_none() {
        reader.report(field.at, InstanceFlaw::Below(number.written));
    }
    threshold.map(Wish::Below)
}
