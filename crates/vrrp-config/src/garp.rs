//! `garp = { repeat, again, refresh }`.

use std::time::Duration;

use vrrp_core::Announcing;

use crate::InstanceFlaw;
use crate::expand::expand;
use crate::keys;
use crate::reader::{Field, Reader};

/// More often than this a refresh is a mistake of units.
const SHORTEST_REFRESH: Duration = Duration::from_secs(1);

/// What is not given, or wrong, is as [`Announcing::default`] has it.
pub(crate) fn read(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Announcing> {
    let table = reader.subtable(field, keys::GARP_KEYS)?;
    let mut announcing = Announcing::default();
    if let Some(repeat) = table
        .get(keys::REPEAT)
        .and_then(|field| read_repeat(reader, &field))
    {
        announcing.repeat = repeat;
    }
    if let Some(again) = table
        .get(keys::AGAIN)
        .and_then(|field| read_again(reader, &field))
    {
        announcing.again = again;
    }
    if let Some(refresh) = table
        .get(keys::REFRESH)
        .and_then(|field| read_refresh(reader, &field))
    {
        announcing.refresh = Some(refresh).filter(|refresh| !refresh.is_zero());
    }
    Some(announcing)
}

fn read_repeat(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<u8> {
    let number = reader.number(field)?;
    let repeat = number.byte().filter(|&repeat| repeat > 0);
    if repeat.is_none() {
        reader.report(field.at, InstanceFlaw::Repeat(number.written));
    }
    repeat
}

fn read_again(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<Duration>> {
    let mut times: Vec<Duration> = Vec::new();
    for field in reader.list(field, keys::AGAIN_AFTER)? {
        let Some((time, written)) = reader.duration(&field) else {
            continue;
        };
        if time.is_zero() {
            reader.report(field.at, InstanceFlaw::AgainNow);
        } else if times.last().is_some_and(|&before| before >= time) {
            reader.report(field.at, InstanceFlaw::AgainOrder(written));
        }
        times.push(time);
    }
    Some(times)
}

/// Zero means never.
fn read_refresh(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Duration> {
    let off = |text: &str| expand(text, reader.surroundings).is_ok_and(|expanded| expanded.text == "off");
    if field.value.as_str().is_some_and(off) {
        return Some(Duration::ZERO);
    }
    let (refresh, written) = reader.duration(field)?;
    if !refresh.is_zero() && refresh < SHORTEST_REFRESH {
        reader.report(field.at, InstanceFlaw::Refresh(written));
        return None;
    }
    Some(refresh)
}
