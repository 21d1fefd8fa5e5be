//! Configs side by side, replayed over the same alerts.

use perftrack::v1::ConfigOutcome;

use crate::print::number::{UNKNOWN, count, percent, rate};
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
            of.alerts_per_day.map_or_else(|| UNKNOWN.to_owned(), |rate| format!("{rate:.1}")),
            dollars(of.net_per_alert_usd),
            dollars(of.net_per_day_usd),
            count(pumps.count),
            count(rugs.count),
            rate(rugs.rate, rugs.low, rugs.high),
            count(of.exits_100),
        ]);
    }
    table
}

fn dollars(value: Option<f64>) -> String {
    let text = percent(value).trim_end_matches(" %").to_owned();
    paint::by_sign(value, &text)
}
