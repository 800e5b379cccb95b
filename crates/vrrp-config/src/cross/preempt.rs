//! Weights that move no address, because of `preempt`.

use vrrp_core::{Preempt, Priority, Weight};

use super::Comparison;
use crate::TrackFlaw;
use crate::drafts::Counted;
use crate::source::Place;

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let knows_tracks = comparison.knows_tracks();
    let drafts = comparison.drafts;
    for (draft, counted) in drafts.instances.iter().zip(drafts.counted()) {
        let Some(at) = draft.preempt_place.filter(|_| draft.priority_place.is_some()) else {
            continue;
        };
        match draft.preempt {
            Preempt::Never => report_never(comparison, at, &counted),
            Preempt::Below(threshold) if knows_tracks => {
                report_below(comparison, at, draft.priority, threshold, &counted);
            }
            Preempt::After(_) | Preempt::Below(_) => {}
        }
    }
}

/// Without preemption a weight moves nothing.
fn report_never(comparison: &mut Comparison<'_>, at: Place, counted: &[Counted]) {
    let weighted = counted
        .iter()
        .find_map(|counted| Some((counted, counted.weight.filter(|&weight| weight != Weight::FAULT)?)));
    if let Some((counted, weight)) = weighted {
        comparison.report(at, counted.place, |place| TrackFlaw::NeverPreempts {
            what: counted.what.clone(),
            weight,
            place,
        });
    }
}

/// A threshold must lie between the lowest and the highest priority that this instance can have.
fn report_below(
    comparison: &mut Comparison<'_>,
    at: Place,
    priority: Priority,
    threshold: Priority,
    counted: &[Counted],
) {
    let Some(weights) = counted
        .iter()
        .map(|counted| counted.weight.map(|weight| i64::from(weight.get())))
        .collect::<Option<Vec<i64>>>()
    else {
        return;
    };
    // A number from a file makes any weight any number.
    if counted
        .iter()
        .zip(&weights)
        .any(|(counted, &weight)| counted.multiplied && weight != 0)
    {
        return;
    }
    let priority = i64::from(priority.get());
    let below = threshold.get();
    let most = (priority + weights.iter().filter(|&&weight| weight > 0).sum::<i64>()).min(254);
    let least = (priority + weights.iter().filter(|&&weight| weight < 0).sum::<i64>()).max(1);
    // Weight 0 means FAULT, which needs no threshold: such a node gives way at once.
    let only_faults = !weights.is_empty() && weights.iter().all(|&weight| weight == 0);
    if most < i64::from(below) {
        comparison.report_one(at, TrackFlaw::AlwaysBelow { below, most });
    } else if least >= i64::from(below) && !only_faults {
        comparison.report_one(at, TrackFlaw::NeverBelow { below, least });
    }
}
