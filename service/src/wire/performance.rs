//! From the numbers of a group of alerts to their message.

use domain::performance::Summary;
use perftrack::v1;

use super::time::duration_message;

/// Writes how a group of alerts did.
#[must_use]
pub fn performance_message(summary: &Summary) -> v1::PerformanceSummary {
    v1::PerformanceSummary {
        alerts: count(summary.alerts),
        tracked: count(summary.tracked.count),
        matured: count(summary.matured),
        pumps_50: count(summary.pumps_50.count),
        pump_50_rate: summary.pumps_50.rate(),
        pumps_100: count(summary.pumps_100.count),
        pump_100_rate: summary.pumps_100.rate(),
        pumps_400: count(summary.pumps_400.count),
        pump_400_rate: summary.pumps_400.rate(),
        pumps_900: count(summary.pumps_900.count),
        pump_900_rate: summary.pumps_900.rate(),
        rugs: count(summary.rugs.count),
        rug_rate: summary.rugs.rate(),
        rugs_after_pump: count(summary.rugs_after_pump.count),
        rug_after_pump_rate: summary.rugs_after_pump.rate(),
        dumps_20: count(summary.dumps_20.count),
        dump_20_rate: summary.dumps_20.rate(),
        dead: count(summary.dead.count),
        dead_rate: summary.dead.rate(),
        fell_80: count(summary.fell_80.count),
        fell_80_rate: summary.fell_80.rate(),
        round_trips: count(summary.round_trips.count),
        round_trip_rate: summary.round_trips.rate(),
        lost: count(summary.lost.count),
        lost_rate: summary.lost.rate(),
        mean_max_gain_pct: summary.max_gain_pct.mean,
        median_max_gain_pct: summary.max_gain_pct.median,
        mean_return_1h_pct: summary.return_1h_pct.mean,
        median_return_1h_pct: summary.return_1h_pct.median,
        mean_return_6h_pct: summary.return_6h_pct.mean,
        median_return_6h_pct: summary.return_6h_pct.median,
        mean_return_24h_pct: summary.return_24h_pct.mean,
        median_return_24h_pct: summary.return_24h_pct.median,
        median_exit_return_pct: summary.exit_return_pct.median,
        median_time_to_peak: summary.median_time_to_peak.map(duration_message),
        pending: count(summary.pending),
        no_data: count(summary.no_data),
        mean_exit_return_pct: summary.exit_return_pct.mean,
    }
}

fn count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
