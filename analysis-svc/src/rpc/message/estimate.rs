use perftrack::v1;

use super::group::rate;
use super::recommendation::config_outcome;
use crate::simulate::estimate::Estimate;
use crate::statistics::confidence::Interval;
use crate::statistics::proportion::Proportion;

/// How the alerts under a config did, with intervals where that is estimated.
pub fn estimate(estimate: &Estimate) -> v1::ConfigOutcome {
    let with = |proportion: Proportion, interval: Option<Interval>| v1::Rate {
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
        ..rate(proportion)
    };
    let (net, per_day) = (estimate.capped_net_per_day_usd, estimate.alerts_per_day);
    v1::ConfigOutcome {
        pumps: Some(with(estimate.outcome.pumps, estimate.pumps)),
        rugs: Some(with(estimate.outcome.rugs, estimate.rugs)),
        capped_net_per_day_usd_low: net.map(|interval| interval.low),
        capped_net_per_day_usd_high: net.map(|interval| interval.high),
        alerts_per_day_low: per_day.map(|interval| interval.low),
        alerts_per_day_high: per_day.map(|interval| interval.high),
        ..config_outcome(&estimate.outcome)
    }
}
