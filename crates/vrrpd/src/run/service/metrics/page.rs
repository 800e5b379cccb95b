//! Writing metrics: a family with its help, and its samples.

use std::fmt;

use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeLabelSet, NoLabelSet,
};
use prometheus_client::metrics::MetricType;

use crate::report::{Lateness, State};

/// What is written to.
pub(super) struct Page<'a>(DescriptorEncoder<'a>);

/// The states of a virtual router, in keepalived's order.
pub(super) const STATES: [State; 4] = [State::Init, State::Backup, State::Master, State::Fault];

impl<'a> Page<'a> {
    /// Nothing is written yet.
    pub(super) fn new(encoder: DescriptorEncoder<'a>) -> Self {
        Self(encoder)
    }

    /// A gauge without labels.
    pub(super) fn gauge(
        &mut self,
        name: &str,
        help: &str,
        value: impl EncodeGaugeValue + Copy,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        family.encode_gauge(&value)
    }

    /// A counter without labels; `_total` is added to its name.
    pub(super) fn counter(
        &mut self,
        name: &str,
        help: &str,
        value: impl EncodeCounterValue + Copy,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        family.encode_counter::<NoLabelSet, _, f64>(&value, None)
    }

    /// A gauge with labels. A family without samples is left out.
    pub(super) fn gauges<L: EncodeLabelSet, V: EncodeGaugeValue>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (L, V)>,
    ) -> fmt::Result {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_none() {
            return Ok(());
        }
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        samples.try_for_each(|(labels, value)| family.encode_family(&labels)?.encode_gauge(&value))
    }

    /// A counter with labels; `_total` is added to its name. A family without samples is left out.
    pub(super) fn counters<L: EncodeLabelSet, V: EncodeCounterValue>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (L, V)>,
    ) -> fmt::Result {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_none() {
            return Ok(());
        }
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        samples.try_for_each(|(labels, value)| {
            family
                .encode_family(&labels)?
                .encode_counter::<NoLabelSet, _, f64>(&value, None)
        })
    }

    /// A histogram without labels.
    pub(super) fn histogram(&mut self, name: &str, help: &str, lateness: &Lateness) -> fmt::Result {
        // There has to be a last bucket without a bound, even if nothing was ever late.
        let mut buckets: Vec<(f64, u64)> = lateness
            .buckets
            .iter()
            .map(|&(bound, count)| (bound.unwrap_or(f64::INFINITY), count))
            .collect();
        if buckets.last().is_none_or(|&(bound, _)| bound.is_finite()) {
            buckets.push((f64::INFINITY, 0));
        }
        let count = buckets.iter().map(|&(_, count)| count).sum();
        let mut family = self
            .0
            .encode_descriptor(name, help, None, MetricType::Histogram)?;
        family.encode_histogram::<NoLabelSet>(lateness.sum, count, &buckets, None)
    }
}

/// 1 or 0.
pub(super) fn flag(yes: bool) -> u32 {
    u32::from(yes)
}

/// How many, as a gauge.
pub(super) fn many(count: usize) -> u64 {
    count.try_into().unwrap_or(u64::MAX)
}
