//! One `[[check]]`.

use core::num::NonZeroU32;
use std::time::Duration;

use toml::de::DeTable;
use vrrp_checks::{Check, Probe, StateFile};

use crate::reader::{Field, Reader, Table};
use crate::source::Located;
use crate::track::Stated;
use crate::{Bearer, CheckFlaw, Key, keys, name, probe, track};

const INTERVAL: Duration = Duration::from_secs(1);
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_hours(1);
const MOST_IN_A_ROW: u32 = 1000;

/// What could be understood of a check.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) name: Option<Located<String>>,
    probe: Option<Probe>,
    interval: Duration,
    /// The interval, unless given.
    timeout: Option<Duration>,
    rise: NonZeroU32,
    fall: NonZeroU32,
    /// What it counts where it is tracked without a weight.
    pub(crate) weight: Stated,
}

/// Reads the check whose header, or opening brace, is at `at`.
pub(crate) fn read(reader: &mut Reader<'_>, at: usize, entries: &DeTable<'_>) -> Draft {
    let table = reader.table(at, keys::check::KEYS, entries);
    let name = reader
        .required(&table, keys::NAME)
        .and_then(|field| name::read(reader, &field, Bearer::Check));
    let probe = probe::read(reader, &table);
    let interval = table
        .get(keys::check::INTERVAL)
        .and_then(|field| read_interval(reader, &field));
    let timeout = table
        .get(keys::check::TIMEOUT)
        .and_then(|field| read_timeout(reader, &field));
    let rise = read_in_a_row(reader, &table, keys::check::RISE);
    let fall = read_in_a_row(reader, &table, keys::check::FALL);
    let weight = track::read_weight(reader, &table, keys::check::WEIGHT);
    Draft {
        name,
        probe,
        interval: interval.unwrap_or(INTERVAL),
        timeout,
        rise,
        fall,
        weight,
    }
}

impl Draft {
    /// Whether it says a number, which multiplies the weight, and not only whether it passes.
    pub(crate) fn says_a_number(&self) -> bool {
        matches!(self.probe, Some(Probe::File(StateFile { presence: false, .. })))
    }

    /// The check, unless one of its required parts is missing, which is then reported.
    pub(crate) fn finish(self) -> Option<Check> {
        Some(Check {
            name: self.name?.value,
            probe: self.probe?,
            interval: self.interval,
            timeout: self.timeout.unwrap_or(self.interval),
            rise: self.rise,
            fall: self.fall,
        })
    }
}

fn read_interval(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Duration> {
    let (interval, written) = reader.duration(field)?;
    if !(SHORTEST_INTERVAL..=LONGEST).contains(&interval) {
        reader.report(field.at, CheckFlaw::Interval(written));
        return None;
    }
    Some(interval)
}

fn read_timeout(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Duration> {
    let (timeout, written) = reader.duration(field)?;
    if timeout.is_zero() || timeout > LONGEST {
        reader.report(field.at, CheckFlaw::Timeout(written));
        return None;
    }
    Some(timeout)
}

/// How many runs in a row: 1 unless given.
fn read_in_a_row(reader: &mut Reader<'_>, table: &Table<'_>, key: &'static Key) -> NonZeroU32 {
    let Some(field) = table.get(key) else {
        return NonZeroU32::MIN;
    };
    let Some(number) = reader.number(&field) else {
        return NonZeroU32::MIN;
    };
    let count = number
        .get()
        .filter(|&count| count <= MOST_IN_A_ROW)
        .and_then(NonZeroU32::new);
    count.unwrap_or_else(|| {
        let written = number.written;
        reader.report(field.at, CheckFlaw::InARow { written, key });
        NonZeroU32::MIN
    })
}
