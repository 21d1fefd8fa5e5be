use perftrack::v1;

use super::int32;
use crate::correlate::group::GroupStats;
use crate::statistics::confidence::Confidence;
use crate::statistics::proportion::Proportion;
use crate::statistics::wilson;

/// A row of a table.
pub fn group(group: &GroupStats) -> v1::GroupStats {
    let (pump, rug) = (group.pump_rate(), group.rug_rate());
    let median = group.median_max_gain_pct;
    let interval = median.and_then(|median| median.interval);
    v1::GroupStats {
        level: group.level.clone(),
        alerts: int32(group.alerts),
        clusters: int32(group.clusters),
        pump_rate: pump.map(|pump| pump.value),
        pump_rate_low: pump.map(|pump| pump.interval.low),
        pump_rate_high: pump.map(|pump| pump.interval.high),
        rug_rate: rug.map(|rug| rug.value),
        rug_rate_low: rug.map(|rug| rug.interval.low),
        rug_rate_high: rug.map(|rug| rug.interval.high),
        median_max_gain_pct: median.map(|median| median.value),
        mean_max_gain_pct: group.mean_max_gain_pct,
        pumps: int32(group.pumps.events()),
        pump_known: int32(group.pumps.total()),
        rugs: int32(group.rugs.events()),
        rug_known: int32(group.rugs.total()),
        median_max_gain_pct_low: interval.map(|interval| interval.low),
        median_max_gain_pct_high: interval.map(|interval| interval.high),
        median_exit_return_pct: group.median_exit_return_pct,
    }
}

/// A share with its Wilson interval.
pub fn rate(proportion: Proportion) -> v1::Rate {
    let estimate = wilson::rate(proportion, Confidence::NINETY_FIVE);
    v1::Rate {
        count: int32(proportion.events()),
        of: int32(proportion.total()),
        rate: estimate.map(|estimate| estimate.value),
        low: estimate.map(|estimate| estimate.interval.low),
        high: estimate.map(|estimate| estimate.interval.high),
    }
}
