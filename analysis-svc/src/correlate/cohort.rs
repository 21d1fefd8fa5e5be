//! The head of every table: who is counted, and how they did.

use domain::cohort::{Census, bounds_with_lost};
use domain::timestamp::Timestamp;

use super::group::{GroupStats, mean};
use super::selection::Selection;
use crate::dataset::columns::Numbers;
use crate::dataset::{Bitmap, Snapshot};
use crate::statistics::heavy_tails::HeavyTailedMean;
use crate::statistics::proportion::Proportion;

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
    pub fn of(snapshot: &Snapshot, selection: &Selection) -> Self {
        let labels = snapshot.labels();
        let rows = &selection.matured;
        let matured = GroupStats::of(snapshot, rows, "matured");
        let gains = labels.max_gain_pct.known().and(rows);
        let [pump, calm] = [rows.and(&labels.pump.yes), rows.and(&labels.pump.no)];
        Self {
            census: selection.census,
            rug_rate_with_lost: rug_rate_with_lost(snapshot, selection, matured.rugs),
            top_ten_gain_share: HeavyTailedMean::of(gains.rows().map(|row| labels.max_gain_pct.value(row)))
                .and_then(|mean| mean.top_ten_share),
            mean_exit_return_pct: mean(&labels.exit_return_pct, rows),
            pumps_100: over(&labels.max_gain_pct, &gains, 100.0),
            pumps_400: over(&labels.max_gain_pct, &gains, 400.0),
            pump_only: pump.count_and(&labels.rug.no),
            pump_and_rug: pump.count_and(&labels.rug.yes),
            rug_only: calm.count_and(&labels.rug.yes),
            neither: calm.count_and(&labels.rug.no),
            span: selection.span(snapshot),
            alerts_per_day: selection.days(snapshot).map(|days| f64::from(matured.alerts) / days),
            matured,
        }
    }
}

/// What a feed did before it was lost stands: only the lost ones not yet called a rug are in doubt.
fn rug_rate_with_lost(snapshot: &Snapshot, selection: &Selection, rugs: Proportion) -> Option<(f64, f64)> {
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let already = selection.lost.count_and(&snapshot.labels().lost_rugs.yes);
    let in_doubt = selection.lost.count() - already;
    bounds_with_lost(count(rugs.events()) + already, count(rugs.total()) + already, in_doubt)
}

fn over(numbers: &Numbers, known: &Bitmap, threshold: f64) -> Proportion {
    let over = numbers.measures.rows_where(|number| number > threshold).count_and(known);
    Proportion::new(u64::from(over), u64::from(known.count())).unwrap_or_default()
}
