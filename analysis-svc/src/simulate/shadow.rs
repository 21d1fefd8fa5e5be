//! Shadow alerts: what the filters turned away and the bot followed all the same, a sample of it. A looser config is judged
//! on them, each counted 1/π times where the bot sends the share π (Horvitz and Thompson 1952, JASA 47:663–685):
//!
//! T̂ = Σ y/π,   V̂(T̂) = Σ (1 − π)/π² y²
//!
//! with the variance of sampling each one apart from the others. The unit is the first alert of a token in 48 h, as
//! everywhere: a shadow alert within 48 h after an alerted one of its token would have been a repeat and is left out, and an
//! alerted one within 48 h after it would have become a repeat and is taken back.

use std::collections::HashMap;
use std::ops::Range;

use domain::cohort::{EPISODE_WINDOW, Standing, opens_episode};
use domain::field::{AlertField, Field};
use domain::gate::{Catalogue, FilterConfig};

use crate::correlate::selection::Window;
use crate::dataset::{Bitmap, Snapshot};
use crate::gates::{Baseline, Replay, Tally, Thinning, passing};

/// The shadow alerts of a window that a looser config can be judged on.
#[derive(Clone, Debug, Default)]
pub struct Usable {
    /// Sealed, well enough seen, and with a known sampling rate.
    pub rows: Bitmap,
    /// How many shadow alerts there are at all.
    pub all: u32,
    /// How many of them are sealed and well enough seen.
    pub sealed: u32,
    /// How many of those have a sampling rate.
    pub with_rate: u32,
}

impl Usable {
    /// Those of `window`.
    #[must_use]
    pub fn of(snapshot: &Snapshot, window: Window) -> Self {
        let within = Bitmap::of_range(snapshot.len(), snapshot.rows_between(window.start, window.end));
        let shadow = within.and(snapshot.standing(Standing::Shadow));
        let labels = snapshot.labels();
        let sealed = shadow.and(&labels.pump.known().or(&labels.rug.known()));
        let rates = snapshot.measures_of(&Field::Alert(AlertField::ShadowSampleRate));
        let rows = rates.map_or_else(
            || Bitmap::none(snapshot.len()),
            |rates| sealed.and(&rates.rows_where(|rate| rate > 0.0 && rate <= 1.0)),
        );
        Self { all: shadow.count(), sealed: sealed.count(), with_rate: rows.count(), rows }
    }
}

/// What a looser config lets in, as far as shadow alerts tell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Admitted {
    /// How many shadow alerts.
    pub rows: u32,
    /// How many alerts they stand for, Σ 1/π.
    pub weight: f64,
    /// Σ 1/π².
    pub squared_weight: f64,
    /// What they add to everything that is summed, less what they would have made repeats of.
    pub sums: Thinning,
    /// V̂ of the number of alerts that they add.
    pub alerts_variance: f64,
    /// V̂ of the sum of capped returns that they add, in percent squared.
    pub capped_variance: f64,
}

impl Admitted {
    /// Those of `usable` that `judged` lets through and the config in force does not. `alerted` are the matured alerts under
    /// the config in force, and under the judged one.
    #[must_use]
    pub fn of(
        replay: &Replay<'_>,
        catalogue: &Catalogue,
        judged: &FilterConfig,
        (baseline, kept): (&Baseline, &Bitmap),
        usable: &Usable,
    ) -> Self {
        if usable.rows.is_empty() {
            return Self::default();
        }
        let snapshot = replay.snapshot();
        let new = passing(snapshot, catalogue, judged, &usable.rows).and_not(&passing(
            snapshot,
            catalogue,
            &baseline.config,
            &usable.rows,
        ));
        let rates = snapshot.measures_of(&Field::Alert(AlertField::ShadowSampleRate));
        let mut admitted = Self::default();
        for (row, displaced) in units(snapshot, &new) {
            let Some(rate) = rates.and_then(|rates| rates.get(row)) else { continue };
            let displaced = displaced.filter(|&alert| kept.contains(alert));
            admitted.add(&replay.tally_of(row), displaced.map(|alert| replay.tally_of(alert)), 1.0 / rate);
        }
        admitted
    }

    fn add(&mut self, own: &Tally, displaced: Option<Tally>, weight: f64) {
        let displaced = displaced.unwrap_or_default();
        self.rows += 1;
        self.weight += weight;
        self.squared_weight += weight * weight;
        self.sums = self.sums + Thinning::from(own) * weight + Thinning::from(&displaced) * -weight;
        let alerts = f64::from(own.alerts) - f64::from(displaced.alerts);
        let capped = own.capped.pct() - displaced.capped.pct();
        self.alerts_variance += weight * (weight - 1.0) * alerts * alerts;
        self.capped_variance += weight * (weight - 1.0) * capped * capped;
    }
}

/// The first of a token in 48 h among `new`, less those that come within 48 h after an alerted unit of the token; each with
/// the alerted unit that follows within 48 h.
fn units(snapshot: &Snapshot, new: &Bitmap) -> Vec<(usize, Option<usize>)> {
    let mut opened = HashMap::new();
    let mut firsts: Vec<usize> = Vec::new();
    for row in new.rows() {
        let (token, moment) = (snapshot.token(row), snapshot.alerted_at(row));
        if opens_episode(opened.get(&token).copied(), moment) {
            opened.insert(token, moment);
            firsts.push(row);
        }
    }
    let mut alerted: HashMap<u32, Vec<usize>> = HashMap::new();
    if !firsts.is_empty() {
        let mut wanted = Bitmap::none(snapshot.token_count());
        firsts.iter().for_each(|&row| wanted.insert(snapshot.token(row) as usize));
        for standing in [Standing::Matured, Standing::Pending, Standing::Lost, Standing::NoData] {
            for row in snapshot.standing(standing).rows().filter(|&row| wanted.contains(snapshot.token(row) as usize)) {
                alerted.entry(snapshot.token(row)).or_default().push(row);
            }
        }
    }
    let within = |rows: Option<&Vec<usize>>, window: Range<i64>| {
        rows.and_then(|rows| rows.iter().copied().find(|&row| window.contains(&snapshot.alerted_at(row).micros())))
    };
    let episode = i64::try_from(EPISODE_WINDOW.as_micros()).unwrap_or(i64::MAX);
    let of_token = |row: usize| alerted.get(&snapshot.token(row));
    firsts
        .into_iter()
        .filter_map(|row| {
            let moment = snapshot.alerted_at(row).micros();
            let is_repeat = within(of_token(row), moment - episode + 1..moment + 1).is_some();
            (!is_repeat).then(|| (row, within(of_token(row), moment + 1..moment + episode)))
        })
        .collect()
}
