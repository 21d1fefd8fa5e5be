//! How alerts did: over all and by group.

use perftrack::v1::{GetPerformanceResponse, PerformanceGroup, PerformanceSummary};

use super::Scope;
use crate::print::number::{count, percent, share};
use crate::print::table::{Column, Table};
use crate::print::text::{cut, tame, wrapped};
use crate::print::{paint, time};

/// The summary, then the groups.
#[must_use]
pub fn show(answer: &GetPerformanceResponse, scope: &Scope, width: Option<usize>) -> String {
    let overall = answer.overall.unwrap_or_default();
    let mut text = scope.head("Performance", &[], width);
    text += &(wrapped(&counted(&overall), width) + "\n");
    if overall.matured == 0 {
        let hint = if overall.alerts == 0 {
            "Nothing is recorded here yet: perfctl alerts record, or perfctl alerts import."
        } else {
            "None has matured yet: rates count an alert once its window is over."
        };
        return text + &paint::faint(&wrapped(hint, width)) + "\n";
    }
    text += &format!("\n{}", labels(&overall).render(width));
    text += &format!("\n{}", returns(&overall).render(width));
    text += &format!("Median time to the peak: {}\n", time::duration(overall.median_time_to_peak.as_ref()));
    if !answer.groups.is_empty() {
        text += &format!("\n{}", groups(&answer.groups).render(width));
    }
    text
}

/// Who is counted.
fn counted(summary: &PerformanceSummary) -> String {
    format!(
        "{} alerts: {} matured, {} pending, {} lost, {} without data",
        paint::strong(&count(summary.alerts)),
        count(summary.matured),
        count(summary.pending),
        count(summary.lost),
        count(summary.no_data),
    )
}

/// The widest bar, in columns.
const BAR: f64 = 24.0;

fn labels(of: &PerformanceSummary) -> Table {
    let mut table = Table::new([
        Column::text("OF THE MATURED"),
        Column::number("ALERTS"),
        Column::number("SHARE"),
        Column::text("").optional(1),
    ]);
    let good: fn(&str) -> String = paint::good;
    let bad: fn(&str) -> String = paint::bad;
    for (label, number, rate, colour) in [
        ("touched +50 % (pump)", of.pumps_50, of.pump_50_rate, good),
        ("touched +100 % (2×)", of.pumps_100, of.pump_100_rate, good),
        ("touched +400 % (5×)", of.pumps_400, of.pump_400_rate, good),
        ("touched +900 % (10×)", of.pumps_900, of.pump_900_rate, good),
        ("rug", of.rugs, of.rug_rate, bad),
        ("rug after a pump", of.rugs_after_pump, of.rug_after_pump_rate, bad),
        ("−20 % or less after 24 h", of.dumps_20, of.dump_20_rate, bad),
        ("fell below −80 %", of.fell_80, of.fell_80_rate, bad),
        ("died slowly", of.dead, of.dead_rate, bad),
        ("round trip from 2×", of.round_trips, of.round_trip_rate, bad),
    ] {
        table.row([label.to_owned(), count(number), share(rate), colour(&bar(rate))]);
    }
    table
}

/// A bar as long as the share, in eighths of a column.
fn bar(rate: Option<f64>) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (rate.unwrap_or(0.0).clamp(0.0, 1.0) * BAR * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

fn returns(of: &PerformanceSummary) -> Table {
    let mut table = Table::new([Column::text("PER ALERT"), Column::number("MEDIAN"), Column::number("MEAN")]);
    for (label, median, mean) in [
        ("max gain (touched)", of.median_max_gain_pct, of.mean_max_gain_pct),
        ("net exit", of.median_exit_return_pct, of.mean_exit_return_pct),
        ("return after 1 h", of.median_return_1h_pct, of.mean_return_1h_pct),
        ("return after 6 h", of.median_return_6h_pct, of.mean_return_6h_pct),
        ("return after 24 h", of.median_return_24h_pct, of.mean_return_24h_pct),
    ] {
        table.row([label.to_owned(), signed(median), signed(mean)]);
    }
    table
}

fn signed(value: Option<f64>) -> String {
    paint::by_sign(value, &percent(value))
}

fn groups(groups: &[PerformanceGroup]) -> Table {
    let fields: Vec<String> =
        groups.first().map(|group| group.keys.iter().map(|key| key.field.to_uppercase()).collect()).unwrap_or_default();
    let keys = fields.iter().map(|field| Column::text(field));
    let numbers = [
        Column::number("ALERTS"),
        Column::number("MATURED").optional(3),
        Column::number("≥ +50 %"),
        Column::number("≥ +100 %").optional(2),
        Column::number("RUG"),
        Column::number("MEDIAN GAIN").optional(1),
        Column::number("MEAN GAIN").optional(5),
        Column::number("MEDIAN 24 H").optional(4),
        Column::number("MEDIAN EXIT"),
    ];
    let mut table = Table::new(keys.chain(numbers));
    for group in groups {
        let of = group.summary.unwrap_or_default();
        let names = group.keys.iter().map(|key| cut(&tame(&key.value), 30));
        let numbers = [
            count(of.alerts),
            count(of.matured),
            share(of.pump_50_rate),
            share(of.pump_100_rate),
            share(of.rug_rate),
            signed(of.median_max_gain_pct),
            signed(of.mean_max_gain_pct),
            signed(of.median_return_24h_pct),
            signed(of.median_exit_return_pct),
        ];
        table.row(names.chain(numbers));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(bar(Some(0.5)), "█".repeat(12));
        assert_eq!(bar(Some(1.0 / 48.0)), "▌");
        assert_eq!(bar(None), "");
        assert_eq!(bar(Some(7.0)), "█".repeat(24));
    }

    #[test]
    fn nothing_recorded_is_said_in_a_line() {
        let text = show(&GetPerformanceResponse::default(), &Scope::default(), Some(80));
        assert_eq!(
            anstream::adapter::strip_str(&text).to_string(),
            "Performance\n0 alerts: 0 matured, 0 pending, 0 lost, 0 without data\n\
             Nothing is recorded here yet: perfctl alerts record, or perfctl alerts import.\n"
        );
    }
}
