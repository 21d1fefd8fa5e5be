//! Effects week by week: whether a difference was there all the time.

use perftrack::v1::{FeaturePeriods, PeriodEffect};

use super::feature_name;
use crate::print::number::points;
use crate::print::table::{Column, Table};
use crate::print::time;
use crate::screen::verdict;

const DAYS_OF_A_WEEK: i32 = 7;

/// One row a feature and outcome, one column a week; the latest eight.
pub fn show(features: &[FeaturePeriods], width: Option<usize>) -> String {
    const MOST: usize = 8;
    let weekly = |periods: &FeaturePeriods| -> Vec<PeriodEffect> {
        periods.periods.iter().filter(|period| period.days == DAYS_OF_A_WEEK).copied().collect()
    };
    let mut starts: Vec<i64> = features.iter().flat_map(weekly).filter_map(|week| Some(week.start?.seconds)).collect();
    starts.sort_unstable();
    starts.dedup();
    let starts = &starts[starts.len().saturating_sub(MOST)..];
    if starts.is_empty() {
        return String::new();
    }
    let title = |&seconds: &i64| time::day(Some(&prost_types::Timestamp { seconds, nanos: 0 }));
    let weeks = starts.iter().enumerate().map(|(index, start)| {
        // The latest week stays the longest.
        Column::number(&title(start)).optional(u8::try_from(starts.len() - index).unwrap_or(u8::MAX))
    });
    let mut table = Table::new([Column::text("WEEK BY WEEK FROM"), Column::text("")].into_iter().chain(weeks));
    for feature in features {
        let weeks = weekly(feature);
        let mut outcomes: Vec<_> = weeks.iter().map(PeriodEffect::outcome).collect();
        outcomes.dedup();
        for (index, outcome) in outcomes.into_iter().enumerate() {
            let name = if index == 0 { feature_name(&feature.feature, width) } else { String::new() };
            let cells = starts.iter().map(|&start| {
                let week = weeks
                    .iter()
                    .find(|week| week.outcome() == outcome && week.start.is_some_and(|moment| moment.seconds == start));
                week.map_or_else(String::new, |week| points(week.difference, week.low, week.high))
            });
            table.row([name, verdict::outcome(outcome).to_owned()].into_iter().chain(cells));
        }
    }
    format!("\n{}", table.render(width))
}

#[cfg(test)]
mod tests {
    use perftrack::v1::EffectOutcome;

    use super::*;

    #[test]
    fn a_difference_stands_week_by_week() {
        let period = |week: i64, days: i32, difference: f64| {
            let start = Some(prost_types::Timestamp { seconds: 1_767_571_200 + week * 604_800, nanos: 0 });
            let mut period = PeriodEffect { start, days, difference: Some(difference), ..Default::default() };
            period.set_outcome(EffectOutcome::Pump);
            period
        };
        let feature = FeaturePeriods {
            feature: "lp_locked".into(),
            periods: vec![period(0, 1, 0.9), period(0, 7, 0.12), period(1, 7, -0.03)],
        };
        let text = anstream::adapter::strip_str(&show(&[feature], None)).to_string();
        assert!(text.contains("lp_locked") && text.contains("+12.0") && text.contains("−3.0"), "{text}");
        assert!(!text.contains("+90"), "days are not weeks: {text}");
        assert_eq!(show(&[], None), "");
    }
}
