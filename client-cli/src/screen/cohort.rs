//! Who is counted, and how they did: the head of every analysis.

use perftrack::v1::{Cohort, DatasetRevision};

use crate::print::number::{UNKNOWN, count, counted_noun, percent, rate, share};
use crate::print::paint;
use crate::print::text::wrapped;
use crate::print::time;

/// On which basis an answer rests: `since 7 Oct 2025`, `policy v1`, `rev 8f3a12cd`.
#[must_use]
pub fn basis(cohort: &Cohort, revision: Option<&DatasetRevision>) -> Vec<String> {
    let mut parts = Vec::new();
    if cohort.first_alerted_at.is_some() {
        let (first, last) = (time::day(cohort.first_alerted_at.as_ref()), time::day(cohort.last_alerted_at.as_ref()));
        parts.push(if first == last { format!("alerts of {first}") } else { format!("alerts of {first} – {last}") });
    }
    parts.extend(data(revision));
    parts
}

/// On which data: `policy v1`, `rev 8f3a12cd`. Nothing where there is none.
#[must_use]
pub fn data(revision: Option<&DatasetRevision>) -> Vec<String> {
    let Some(revision) = revision.filter(|revision| revision.alerts > 0) else { return Vec::new() };
    let id: String = revision.id.chars().take(8).collect();
    vec![format!("policy v{}", revision.policy_version), format!("rev {id}")]
}

/// The cohort in four lines.
#[must_use]
pub fn show(cohort: &Cohort, width: Option<usize>) -> String {
    let per_day = cohort.alerts_per_day.map_or_else(String::new, |rate| format!(" ({} a day)", per_day(rate)));
    let mut not_counted = vec![format!("{} pending", count(cohort.pending)), format!("{} lost", count(cohort.lost))];
    let others = [
        (cohort.no_data, format!("{} without data", count(cohort.no_data))),
        (cohort.repeats, counted_noun(cohort.repeats, "repeat")),
        (cohort.shadow, format!("{} shadow", count(cohort.shadow))),
    ];
    not_counted.extend(others.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text));
    let tokens = paint::strong(&counted_noun(cohort.alerts, "matured alert"));
    let mut lines = vec![format!("{tokens}{per_day}; not counted: {}", not_counted.join(", "))];
    if cohort.alerts > 0 {
        lines.extend(outcomes(cohort));
    }
    lines.iter().fold(String::new(), |text, line| text + &wrapped(line, width) + "\n")
}

fn outcomes(cohort: &Cohort) -> Vec<String> {
    let net =
        |value: Option<f64>| value.map_or_else(|| UNKNOWN.to_owned(), |value| percent(Some(value)).replace(" %", ""));
    let lost = match (cohort.rug_rate_lost_none, cohort.rug_rate_lost_all) {
        (Some(none), Some(all)) if cohort.lost > 0 => {
            format!("; lost feeds none/all rugs: {}–{}", share(Some(none)).trim_end_matches(" %"), share(Some(all)))
        }
        _ => String::new(),
    };
    let all = f64::from(cohort.pump_only)
        + f64::from(cohort.pump_and_rug)
        + f64::from(cohort.rug_only)
        + f64::from(cohort.neither);
    let part = |number: i32| share((all > 0.0).then(|| f64::from(number) / all));
    vec![
        format!(
            "Net per $100: mean {}, median {}   Touched +50 %: {}",
            paint::by_sign(cohort.mean_exit_return_pct, &net(cohort.mean_exit_return_pct)),
            paint::by_sign(cohort.median_exit_return_pct, &net(cohort.median_exit_return_pct)),
            paint::good(&rate(cohort.pump_rate, cohort.pump_rate_low, cohort.pump_rate_high)),
        ),
        format!("Rug {}{lost}", paint::bad(&rate(cohort.rug_rate, cohort.rug_rate_low, cohort.rug_rate_high))),
        format!(
            "Pump only {}, pump + rug {}, rug only {}, neither {}",
            part(cohort.pump_only),
            part(cohort.pump_and_rug),
            part(cohort.rug_only),
            part(cohort.neither)
        ),
        format!(
            "Max gain: median {}, mean {}{}",
            percent(cohort.median_max_gain_pct),
            percent(cohort.mean_max_gain_pct),
            cohort.top_ten_gain_share.map_or_else(String::new, |part| format!(
                " (the ten largest make up {} of all gains)",
                share(Some(part))
            ))
        ),
    ]
}

fn per_day(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1}") } else { crate::print::number::count(rate.round() as i64) }
}
