//! How soon: the share that had pumped, or was a rug, by each hour after the alert. Young alerts, and those whose feed was lost,
//! are counted for as long as they were seen – less the time that it takes to tell: a rug shows as one an hour after it began,
//! and to count that hour as one without a rug would make rugs look later than they are.

use domain::cohort::Standing;
use domain::field::OutcomeField;
use domain::outcome::policy::Policy;

use super::effect::Outcome;
use super::selection::Selection;
use super::young::Young;
use crate::dataset::columns::{Column, Values};
use crate::dataset::{Bitmap, Snapshot};
use crate::statistics::confidence::{Confidence, Interval};
use crate::statistics::median::Median;
use crate::statistics::survival::{KaplanMeier, Watched};

/// 1 − Kaplan–Meier of one level of a feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Of what: pump is the first time above +50 %, rug the first breach of a rug rule that was later fulfilled.
    pub outcome: Outcome,
    /// Whose.
    pub level: String,
    /// How many alerts were watched.
    pub alerts: u64,
    /// By rising hour.
    pub points: Vec<Point>,
}

/// The curve at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Hours after the alert.
    pub hours: f64,
    /// The share to which it had happened.
    pub share: f64,
    /// Pointwise, 95 %.
    pub interval: Option<Interval>,
    /// How many were still watched.
    pub at_risk: u64,
}

/// The moments that are shown, in hours.
const HOURS: [f64; 12] = [0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 12.0, 24.0, 36.0, 48.0];
/// How many words have a curve of their own.
const WORDS: usize = 5;
const MILLIS_PER_HOUR: f64 = 3_600_000.0;

/// The curves of a feature's levels: true and false, below the median and not, the most frequent words.
#[must_use]
pub fn curves(snapshot: &Snapshot, selection: &Selection, young: &Young, column: &Column) -> Vec<Curve> {
    let watched = selection.matured.or(&selection.lost).or(&young.among(&selection.pending));
    let levels: Vec<(String, Bitmap)> = match &column.values {
        Values::Flags(flags) => vec![("true".to_owned(), flags.yes.clone()), ("false".to_owned(), flags.no.clone())],
        Values::Numbers(numbers) => {
            let values = numbers.known().and(&watched).rows().map(|row| numbers.value(row)).collect::<Vec<_>>();
            let Some(middle) = Median::of(values, Confidence::NINETY_FIVE).map(|median| median.value) else {
                return Vec::new();
            };
            let below = numbers.measures.rows_where(|value| value < middle);
            let rest = numbers.known().and_not(&below);
            vec![(format!("below {middle}"), below), (format!("{middle} and more"), rest)]
        }
        Values::Categories(words) => {
            let mut levels: Vec<(u32, Bitmap, &String)> = (0..)
                .zip(words.levels.iter())
                .map(|(code, word)| {
                    let rows = words.rows(code).and(&watched);
                    (rows.count(), rows, word)
                })
                .collect();
            levels.sort_by(|a, b| b.0.cmp(&a.0).then(a.2.cmp(b.2)));
            levels.into_iter().take(WORDS).map(|(_, rows, word)| (word.clone(), rows)).collect()
        }
    };
    let events = [(Outcome::Pump, OutcomeField::PumpedAt), (Outcome::Rug, OutcomeField::RugHitAt)];
    let levels: Vec<(String, Bitmap)> = levels
        .into_iter()
        .map(|(name, rows)| (name, rows.and(&watched)))
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let of =
        |(outcome, event)| levels.iter().map(move |(name, rows)| curve(snapshot, young, (outcome, event), name, rows));
    events.into_iter().flat_map(of).collect()
}

fn curve(
    snapshot: &Snapshot,
    young: &Young,
    (outcome, event): (Outcome, OutcomeField),
    level: &str,
    rows: &Bitmap,
) -> Curve {
    let hours = |row: usize, field: OutcomeField| {
        let delay_ms = snapshot.delay_ms(row, field).or_else(|| young.delay_ms(row, field));
        delay_ms.map(|ms| f64::from(ms) / MILLIS_PER_HOUR)
    };
    let matured = snapshot.standing(Standing::Matured);
    let last = HOURS[HOURS.len() - 1];
    let to_tell = to_tell_hours(snapshot.policy(), outcome);
    let subjects: Vec<Watched> = rows
        .rows()
        .filter_map(|row| {
            if let Some(time) = hours(row, event) {
                return Some(Watched { time, happened: true });
            }
            // A sealed window was watched to its end, if its price was.
            let seen = hours(row, OutcomeField::LastPriceAt);
            let time = match seen {
                Some(seen) if seen >= last - 1.0 && matured.contains(row) => Some(last),
                Some(seen) => Some((seen - to_tell).clamp(0.0, last)),
                None => matured.contains(row).then_some(last),
            };
            time.map(|time| Watched { time, happened: false })
        })
        .collect();
    let all = KaplanMeier::of(subjects.iter().copied());
    let point = |hours: f64| {
        let share = all.incidence_at(hours)?;
        let step = all.at(hours);
        Some(Point {
            hours,
            share,
            interval: step.and_then(|step| step.incidence_interval(Confidence::NINETY_FIVE)),
            at_risk: subjects.iter().filter(|subject| subject.time > hours).count() as u64,
        })
    };
    Curve {
        outcome,
        level: level.to_owned(),
        alerts: all.subjects(),
        points: HOURS.into_iter().filter_map(point).collect(),
    }
}

/// How long after it began it is known for sure: until then, that nothing is known of it says nothing.
fn to_tell_hours(policy: &Policy, outcome: Outcome) -> f64 {
    let seconds = match outcome {
        Outcome::Rug => policy.rug.collapse_stays_seconds.max(policy.rug.liquidity_gone_seconds),
        Outcome::Pump | Outcome::Gain => policy.peak.neighbour_within_seconds,
    };
    f64::from(seconds) / 3_600.0
}
