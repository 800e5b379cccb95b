//! A priority and what it is made of: `110 - 20 ready = 90`.

#[cfg(test)]
mod tests;

use crate::report::{Part, Priority};

/// Whoever has this owns the addresses, and keeps it whatever happens.
pub(super) const OWNER: u8 = 255;

/// The sum.
pub(super) fn sum(priority: &Priority) -> String {
    let Priority {
        base,
        effective,
        parts,
    } = priority;
    if *base == OWNER {
        return format!("{effective} (owner of the addresses)");
    }
    let mut terms = vec![base.to_string()];
    let mut sum = i64::from(*base);
    for part in parts.iter().filter(|part| part.adjustment != 0) {
        let sign = if part.adjustment < 0 { '-' } else { '+' };
        terms.push(format!(
            "{sign} {} {}",
            part.adjustment.unsigned_abs(),
            name(part)
        ));
        sum = sum.saturating_add(part.adjustment);
    }
    if sum != i64::from(*effective) {
        terms.push(format!("= {sum}, kept at {effective}"));
    } else if terms.len() > 1 {
        terms.push(format!("= {effective}"));
    }
    terms.join(" ")
}

/// What stands otherwise than it should, in words: in the order in which it is tracked.
pub(super) fn faults(priority: &Priority) -> Vec<String> {
    let parts = priority.parts.iter().filter(|part| !is_well(part));
    parts
        .map(|part| format!("{}: {}{}", part.what, part.standing, effect(part)))
        .collect()
}

fn effect(part: &Part) -> String {
    match (part.weight, part.adjustment) {
        (0, _) if says_a_number(part) => " (FAULT unless it says 0)".into(),
        (0, _) => " (FAULT while it fails)".into(),
        (weight, 0) if weight > 0 => format!(" (+{weight} while it passes)"),
        (weight, 0) => format!(" ({weight} while it fails)"),
        _ => String::new(),
    }
}

fn is_well(part: &Part) -> bool {
    // A number other than 0 is a FAULT where there is no weight to multiply it with.
    let says_what_it_should = part.weight != 0 && says_a_number(part);
    matches!(part.standing.as_str(), "passing" | "says 0") || says_what_it_should
}

fn says_a_number(part: &Part) -> bool {
    part.standing.starts_with("says ")
}

/// Without `check` or `interface`.
fn name(part: &Part) -> &str {
    part.what
        .split_once(' ')
        .map_or(part.what.as_str(), |(_, name)| name)
}
