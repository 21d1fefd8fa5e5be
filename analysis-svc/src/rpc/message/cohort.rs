use perftrack::v1;
use service::wire::timestamp_message;

use super::int32;
use crate::correlate::cohort::Cohort;

/// The head of an answer.
pub fn cohort(cohort: &Cohort) -> v1::Cohort {
    let (matured, census) = (&cohort.matured, &cohort.census);
    let (pump, rug) = (matured.pump_rate(), matured.rug_rate());
    let median = matured.median_max_gain_pct;
    let interval = median.and_then(|median| median.interval);
    v1::Cohort {
        alerts: int32(matured.alerts),
        clusters: int32(matured.clusters),
        pending: int32(census.pending),
        no_data: int32(census.no_data),
        lost: int32(census.lost),
        repeats: int32(census.repeated),
        shadow: int32(census.shadow),
        pump_rate: pump.map(|pump| pump.value),
        pump_rate_low: pump.map(|pump| pump.interval.low),
        pump_rate_high: pump.map(|pump| pump.interval.high),
        rug_rate: rug.map(|rug| rug.value),
        rug_rate_low: rug.map(|rug| rug.interval.low),
        rug_rate_high: rug.map(|rug| rug.interval.high),
        rug_rate_lost_none: cohort.rug_rate_with_lost.map(|bounds| bounds.0),
        rug_rate_lost_all: cohort.rug_rate_with_lost.map(|bounds| bounds.1),
        median_max_gain_pct: median.map(|median| median.value),
        mean_max_gain_pct: matured.mean_max_gain_pct,
        top_ten_gain_share: cohort.top_ten_gain_share,
        median_exit_return_pct: matured.median_exit_return_pct,
        mean_exit_return_pct: cohort.mean_exit_return_pct,
        pump_only: int32(cohort.pump_only),
        pump_and_rug: int32(cohort.pump_and_rug),
        rug_only: int32(cohort.rug_only),
        neither: int32(cohort.neither),
        first_alerted_at: cohort.span.map(|span| timestamp_message(span.0)),
        last_alerted_at: cohort.span.map(|span| timestamp_message(span.1)),
        alerts_per_day: cohort.alerts_per_day,
        median_max_gain_pct_low: interval.map(|interval| interval.low),
        median_max_gain_pct_high: interval.map(|interval| interval.high),
        pumps: int32(matured.pumps.events()),
        pump_known: int32(matured.pumps.total()),
        rugs: int32(matured.rugs.events()),
        rug_known: int32(matured.rugs.total()),
        pump_100_rate: cohort.pumps_100.rate(),
        pump_400_rate: cohort.pumps_400.rate(),
    }
}
