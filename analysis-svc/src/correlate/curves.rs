//! How soon: the share that had pumped, or was a rug, by each hour after the alert, and the share of which it was that first:
//! a pump that is a rug an hour later paid who sold in between. Young alerts, and those whose feed was lost,
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
use crate::statistics::competing::{AalenJohansen, Ended};
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
    /// The share to which it had happened before the other of the two did. `None` where that is not known any more.
    pub first: Option<f64>,
    /// Pointwise, 95 %.
    pub first_interval: Option<Interval>,
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
    let levels = levels.into_iter().map(|(name, rows)| (name, rows.and(&watched))).filter(|(_, rows)| !rows.is_empty());
    let [mut pumps, mut rugs] = [Vec::new(), Vec::new()];
    for (name, rows) in levels {
        let [pump, rug] = both(snapshot, young, &name, &rows);
        pumps.push(pump);
        rugs.push(rug);
    }
    pumps.into_iter().chain(rugs).collect()
}

/// The two events, in the order of the causes of [`AalenJohansen`].
const EVENTS: [(Outcome, OutcomeField); 2] =
    [(Outcome::Pump, OutcomeField::PumpedAt), (Outcome::Rug, OutcomeField::RugHitAt)];

/// The curves of one level, for pumps and for rugs.
fn both(snapshot: &Snapshot, young: &Young, level: &str, rows: &Bitmap) -> [Curve; 2] {
    let matured = snapshot.standing(Standing::Matured);
    let to_tell = EVENTS.map(|(outcome, _)| to_tell_hours(snapshot.policy(), outcome));
    let mut subjects: [Vec<Watched>; 2] = [Vec::new(), Vec::new()];
    let mut firsts = Vec::new();
    for row in rows.rows() {
        let hours = |field: OutcomeField| {
            let delay_ms = snapshot.delay_ms(row, field).or_else(|| young.delay_ms(row, field));
            delay_ms.map(|ms| f64::from(ms) / MILLIS_PER_HOUR)
        };
        let (seen, is_matured) = (hours(OutcomeField::LastPriceAt), matured.contains(row));
        let ends = [0, 1].map(|event| {
            let happened = hours(EVENTS[event].1).map(|time| Watched { time, happened: true });
            happened.or_else(|| Some(Watched { time: watched_for(seen, is_matured, to_tell[event])?, happened: false }))
        });
        for (subjects, end) in subjects.iter_mut().zip(ends) {
            subjects.extend(end);
        }
        firsts.extend(first(ends));
    }
    let first = AalenJohansen::<2>::of(firsts);
    [0, 1].map(|event| curve(event, level, &subjects[event], &first))
}

/// For how long it is known that it did not happen. A sealed window was watched to its end, if its price was.
fn watched_for(seen: Option<f64>, is_matured: bool, to_tell: f64) -> Option<f64> {
    let last = HOURS[HOURS.len() - 1];
    match seen {
        Some(seen) if seen >= last - 1.0 && is_matured => Some(last),
        Some(seen) => Some((seen - to_tell).clamp(0.0, last)),
        None => is_matured.then_some(last),
    }
}

/// What came first of a pump and a rug, the rug where both came at once. What came when it could not be told any more whether the
/// other had come already is not known to have come first.
fn first([pump, rug]: [Option<Watched>; 2]) -> Option<Ended> {
    let (pump, rug) = (pump?, rug?);
    let (cause, one) =
        if rug.time < pump.time || (rug.time == pump.time && rug.happened) { (1, rug) } else { (0, pump) };
    Some(Ended { time: one.time, cause: one.happened.then_some(cause) })
}

fn curve(event: usize, level: &str, subjects: &[Watched], first: &AalenJohansen<2>) -> Curve {
    let all = KaplanMeier::of(subjects.iter().copied());
    let point = |hours: f64| {
        let share = all.incidence_at(hours)?;
        let step = all.at(hours);
        Some(Point {
            hours,
            share,
            interval: step.and_then(|step| step.incidence_interval(Confidence::NINETY_FIVE)),
            first: first.share_at(hours, event),
            first_interval: first.at(hours).and_then(|moment| moment.interval(event, Confidence::NINETY_FIVE)),
            at_risk: subjects.iter().filter(|subject| subject.time > hours).count() as u64,
        })
    };
    Curve {
        outcome: EVENTS[event].0,
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
