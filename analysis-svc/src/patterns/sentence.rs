//! A pattern in one line: `smart money + LP locked + velocity ≥ 8: 67 % pumps [53, 78], 4 % rugs [1, 13], n = 52; held on the
//! later third (62 % [41, 79], n = 17)`.

use super::held::Held;
use crate::correlate::group::GroupStats;
use crate::inference::Target;
use crate::statistics::confidence::Estimate;
use crate::wording;

/// The line of a pattern found for `target`.
#[must_use]
pub fn sentence(phrases: &[&str], target: Target, stats: &GroupStats, later: &GroupStats, held: Held) -> String {
    let other = if target == Target::Pump { Target::Rug } else { Target::Pump };
    let rates = [target, other].map(|of| format!("{} {}", share(rate(stats, of), noun(of)), bounds(rate(stats, of))));
    format!(
        "{}: {}, n = {}; {}",
        phrases.join(" + "),
        rates.map(|rate| rate.trim_end().to_owned()).join(", "),
        wording::count(stats.alerts.into()),
        later_part(rate(later, target), later.alerts, held)
    )
}

/// How many had the outcome, as an estimate.
fn rate(stats: &GroupStats, target: Target) -> Option<Estimate> {
    match target {
        Target::Pump => stats.pump_rate(),
        Target::Rug => stats.rug_rate(),
    }
}

const fn noun(target: Target) -> &'static str {
    match target {
        Target::Pump => "pumps",
        Target::Rug => "rugs",
    }
}

fn share(rate: Option<Estimate>, noun: &str) -> String {
    rate.map_or_else(|| format!("{noun} unknown"), |rate| format!("{} % {noun}", percent(rate.value)))
}

fn bounds(rate: Option<Estimate>) -> String {
    rate.map(|rate| format!("[{}, {}]", percent(rate.interval.low), percent(rate.interval.high))).unwrap_or_default()
}

/// Percent, in whole ones but for rare events.
pub(super) fn percent(fraction: f64) -> String {
    let points = fraction * 100.0;
    if (0.05..1.95).contains(&points) { format!("{points:.1}") } else { format!("{points:.0}") }
}

fn later_part(rate: Option<Estimate>, alerts: u32, held: Held) -> String {
    let how = rate.map_or_else(String::new, |rate| {
        let count = wording::count(alerts.into());
        format!(" ({} % {}, n = {count})", percent(rate.value), bounds(Some(rate)))
    });
    match held {
        Held::Held => format!("held on the later third{how}"),
        Held::Failed => format!("did not hold on the later third{how}"),
        Held::Unclear => format!("too few in the later third to tell{how}"),
        Held::Untested => "not seen in the later third".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::proportion::Proportion;

    fn group(alerts: u32, pumps: u64, rugs: u64) -> GroupStats {
        let of = |events| Proportion::new(events, alerts.into()).expect("counts");
        let snapshot = crate::sample::snapshot([]);
        GroupStats {
            alerts,
            pumps: of(pumps),
            rugs: of(rugs),
            ..GroupStats::of(&snapshot, &crate::dataset::Bitmap::none(0), "")
        }
    }

    #[test]
    fn a_pattern_reads_in_one_line() {
        let phrases = ["smart money", "LP locked", "velocity ≥ 8"];
        let line = sentence(&phrases, Target::Pump, &group(52, 35, 2), &group(17, 11, 0), Held::Held);
        assert_eq!(
            line,
            "smart money + LP locked + velocity ≥ 8: 67 % pumps [54, 78], 4 % rugs [1.1, 13], n = 52; held on the later \
             third (65 % [41, 83], n = 17)"
        );
        let line = sentence(&phrases[..1], Target::Rug, &group(1_200, 12, 600), &group(0, 0, 0), Held::Untested);
        assert_eq!(
            line,
            "smart money: 50 % rugs [47, 53], 1.0 % pumps [0.6, 1.7], n = 1,200; not seen in the later third"
        );
    }
}
