//! The head of every table: who is counted, and how they did.

use domain::cohort::{Census, bounds_with_lost};
use domain::timestamp::Timestamp;

use super::group::{GroupStats, mean};
use super::labelled::Labelled;
use super::selection::Selection;
use super::tabulate::layout::Layout;
use super::tabulate::levels::{Levels, UNKNOWN};
use super::tabulate::tally::Tally;
use crate::dataset::columns::Numbers;
use crate::dataset::{Bitmap, Snapshot};
use crate::statistics::heavy_tails::TOP;
use crate::statistics::proportion::Proportion;
use crate::statistics::split_sum::{Split, SplitSum};

/// The cohort of a question. Rates are fractions, gains and returns in percent.
#[derive(Clone, Debug, PartialEq)]
pub struct Cohort {
    /// How the matured ones did.
    pub matured: GroupStats,
    /// How many alerts stand how.
    pub census: Census,
    /// The rug rate if none, and if all, of the lost feeds hid a rug.
    pub rug_rate_with_lost: Option<(f64, f64)>,
    /// The share of all gains that the ten greatest make up.
    pub top_ten_gain_share: Option<f64>,
    /// The mean net return of the simulated exits.
    pub mean_exit_return_pct: Option<f64>,
    /// Gained over 100 %: 2×.
    pub pumps_100: Proportion,
    /// Gained over 400 %: 5×.
    pub pumps_400: Proportion,
    /// Pumps that are no rug.
    pub pump_only: u32,
    /// Pumps that are a rug too.
    pub pump_and_rug: u32,
    /// Rugs that never pumped.
    pub rug_only: u32,
    /// Neither.
    pub neither: u32,
    /// The first and the last alert of the matured ones.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Matured alerts per day.
    pub alerts_per_day: Option<f64>,
}

impl Cohort {
    /// The cohort of `selection`.
    #[must_use]
    pub fn of(snapshot: &Snapshot, layout: &Layout, labelled: &Labelled, selection: &Selection) -> Self {
        let labels = snapshot.labels();
        let rows = &selection.matured;
        let levels = Levels::of_one(labelled.combinations());
        let matured = Tally::of(snapshot, layout, labelled, &levels).group(UNKNOWN, "matured");
        let gains = labels.max_gain_pct.known().and(rows);
        let [pumps_100, pumps_400] = over(&labels.max_gain_pct, &gains, [100.0, 400.0]);
        let [pump, calm] = [rows.and(&labels.pump.yes), rows.and(&labels.pump.no)];
        Self {
            census: selection.census,
            rug_rate_with_lost: rug_rate_with_lost(snapshot, selection, matured.rugs),
            top_ten_gain_share: top_ten_share(&labels.max_gain_pct, &gains, layout.gain_split),
            mean_exit_return_pct: mean(&labels.exit_return_pct, rows),
            pumps_100,
            pumps_400,
            pump_only: pump.count_and(&labels.rug.no),
            pump_and_rug: pump.count_and(&labels.rug.yes),
            rug_only: calm.count_and(&labels.rug.yes),
            neither: calm.count_and(&labels.rug.no),
            span: selection.span(snapshot),
            alerts_per_day: selection.days(snapshot).map(|days| f64::from(matured.alerts) / days),
            matured,
        }
    }

    /// Counts those beside the matured ones anew, which are the same.
    pub fn count_others(&mut self, snapshot: &Snapshot, selection: &Selection) {
        self.census = selection.census;
        self.rug_rate_with_lost = rug_rate_with_lost(snapshot, selection, self.matured.rugs);
    }
}

/// What a feed did before it was lost stands: only the lost ones not yet called a rug are in doubt.
fn rug_rate_with_lost(snapshot: &Snapshot, selection: &Selection, rugs: Proportion) -> Option<(f64, f64)> {
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let already = selection.lost.count_and(&snapshot.labels().lost_rugs.yes);
    let in_doubt = selection.lost.count() - already;
    bounds_with_lost(count(rugs.events()) + already, count(rugs.total()) + already, in_doubt)
}

/// How many of the numbers, all of them known, lie over each threshold.
fn over(numbers: &Numbers, known: &Bitmap, thresholds: [f64; 2]) -> [Proportion; 2] {
    let mut over = [0_u64; 2];
    let all = numbers.measures.each_of(known, 0..known.len(), |number| {
        over.iter_mut().zip(thresholds).for_each(|(over, threshold)| *over += u64::from(number > threshold));
    });
    over.map(|over| Proportion::new(over, u64::from(all)).unwrap_or_default())
}

/// Which share of all that is above 0 the ten largest numbers make up. `None` where nothing is above 0.
fn top_ten_share(numbers: &Numbers, known: &Bitmap, split: Split) -> Option<f64> {
    let mut all = SplitSum::default();
    numbers.measures.each_of(known, 0..known.len(), |number| all.add(split.parts(number.max(0.0))));
    let mut ten = SplitSum::default();
    let order = numbers.order();
    let largest = order.rows().iter().rev().map(|&row| row as usize).filter(|&row| known.contains(row)).take(TOP);
    largest.for_each(|row| ten.add(split.parts(numbers.value(row).max(0.0))));
    let (all, ten) = (all.value(), ten.value());
    (all > 0.0 && all.is_finite()).then(|| (ten / all).clamp(0.0, 1.0))
}
