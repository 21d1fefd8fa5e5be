//! Configs side by side, replayed over the same alerts.

use perftrack::v1::ConfigOutcome;

use crate::print::number::{count, estimate, percent, rate};
use crate::print::paint;
use crate::print::table::{Column, Table};

/// One row a config, each with its name.
#[must_use]
pub fn table<'a>(configs: impl IntoIterator<Item = (&'a str, &'a ConfigOutcome)>) -> Table {
    let mut table = Table::new([
        Column::text("CONFIG"),
        Column::number("ALERTS").optional(3),
        Column::number("ALERTS/DAY"),
        Column::number("NET $/ALERT"),
        Column::number("NET $/DAY"),
        Column::number("CAPPED $/DAY").optional(4),
        Column::number("PUMPS").optional(2),
        Column::number("RUGS"),
        Column::number("RUG RATE").optional(1),
        Column::number("EXITS ≥ +100 %"),
    ]);
    for (name, of) in configs {
        let pumps = of.pumps.unwrap_or_default();
        let rugs = of.rugs.unwrap_or_default();
        table.row([
            name.to_owned(),
            count(of.alerts),
            estimate(of.alerts_per_day, of.alerts_per_day_low, of.alerts_per_day_high, 1),
            dollars(of.net_per_alert_usd),
            dollars(of.net_per_day_usd),
            capped(of),
            count(pumps.count),
            count(rugs.count),
            rate(rugs.rate, rugs.low, rugs.high),
            count(of.exits_100),
        ]);
    }
    table
}

/// What decisions look at, with its interval where it is estimated.
fn capped(of: &ConfigOutcome) -> String {
    let value = dollars(of.capped_net_per_day_usd);
    match (of.capped_net_per_day_usd_low, of.capped_net_per_day_usd_high) {
        (Some(low), Some(high)) => format!("{value} [{}, {}]", plain(low), plain(high)),
        _ => value,
    }
}

fn plain(value: f64) -> String {
    percent(Some(value)).trim_end_matches(" %").to_owned()
}

fn dollars(value: Option<f64>) -> String {
    paint::by_sign(value, percent(value).trim_end_matches(" %"))
}
