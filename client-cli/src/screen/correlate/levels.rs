//! Features level by level: a category's words, a number's ranges.

use perftrack::v1::{FeatureReport, GroupStats};

use super::UNKNOWN_LEVEL;
use crate::print::interval;
use crate::print::number::{count, percent, rate};
use crate::print::paint;
use crate::print::table::{Column, Table};
use crate::print::text::{cut, tame, wrapped};
use crate::screen::verdict;

/// How many levels of a category are shown where not all were asked for.
const MOST_LEVELS: usize = 8;

/// Category features: always by level, since that is all that there is to them.
pub fn categories(reports: &[&FeatureReport], every_level: bool, width: Option<usize>) -> String {
    let most = if every_level { usize::MAX } else { MOST_LEVELS };
    reports.iter().map(|report| table(report, most, width)).collect()
}

/// Other features, every level of them.
pub fn show(reports: &[&FeatureReport], width: Option<usize>) -> String {
    reports.iter().map(|report| table(report, usize::MAX, width) + &note(report, width)).collect()
}

fn table(report: &FeatureReport, most: usize, width: Option<usize>) -> String {
    let pump_scale = interval::scale(report.groups.iter().filter_map(|group| group.pump_rate_high));
    let rug_scale = interval::scale(report.groups.iter().filter_map(|group| group.rug_rate_high));
    let mut table = Table::new([
        Column::text(&report.feature.to_uppercase()),
        Column::number("ALERTS"),
        Column::number("PUMP"),
        Column::text(&axis(pump_scale)).optional(5),
        Column::number("RUG"),
        Column::text(&axis(rug_scale)).optional(6),
        Column::number("MEDIAN GAIN").optional(2),
        Column::number("MEAN GAIN").optional(4),
        Column::number("MEDIAN EXIT").optional(3),
    ]);
    let unknown = report.groups.iter().filter(|group| group.level == UNKNOWN_LEVEL);
    let known: Vec<&GroupStats> = report.groups.iter().filter(|group| group.level != UNKNOWN_LEVEL).collect();
    for group in known.iter().copied().take(most).chain(unknown) {
        let signed = |value: Option<f64>| paint::by_sign(value, &percent(value));
        let level = cut(&tame(&group.level), 30);
        table.row([
            if group.level == UNKNOWN_LEVEL { paint::faint(&level) } else { level },
            count(group.alerts),
            rate(group.pump_rate, group.pump_rate_low, group.pump_rate_high),
            paint::good(&interval::bar(group.pump_rate, group.pump_rate_low, group.pump_rate_high, pump_scale)),
            rate(group.rug_rate, group.rug_rate_low, group.rug_rate_high),
            paint::bad(&interval::bar(group.rug_rate, group.rug_rate_low, group.rug_rate_high, rug_scale)),
            signed(group.median_max_gain_pct),
            signed(group.mean_max_gain_pct),
            signed(group.median_exit_return_pct),
        ]);
    }
    let mut text = format!("\n{}", table.render(width));
    if known.len() > most {
        let more = format!("and {} more: perfctl correlate {}", known.len() - most, report.feature);
        text += &format!("{}\n", paint::faint(&more));
    }
    let verdicts: Vec<String> = report
        .effects
        .iter()
        .filter(|effect| effect.family_size > 0)
        .map(|effect| {
            let behind = paint::faint(&verdict::behind(effect));
            format!("{}: {} {behind}", verdict::outcome(effect.outcome()), verdict::words(effect)).trim_end().to_owned()
        })
        .collect();
    if !verdicts.is_empty() {
        text += &(wrapped(&verdicts.join("; "), width) + "\n");
    }
    text
}

/// The scale of the plotted rates, as wide as they are: `0                 60 %`.
fn axis(end: f64) -> String {
    format!("0{:>width$}", format!("{:.0} %", 100.0 * end), width = interval::COLUMNS - 1)
}

fn note(report: &FeatureReport, width: Option<usize>) -> String {
    if report.note.is_empty() { String::new() } else { paint::faint(&wrapped(&report.note, width)) + "\n" }
}
