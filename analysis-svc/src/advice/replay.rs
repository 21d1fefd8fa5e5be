//! What a config would have let through, and how that would have done. Exact for tighter configs: nothing new passes.

use crate::dataset::{Bitmap, Snapshot};
use crate::statistics::proportion::Proportion;

/// Decisions cap a single return here, in percent, so that one moonshot does not decide.
pub const CAP_PCT: f64 = 400.0;
/// An exit of this much or more is a winner, in percent.
pub const WINNER_PCT: f64 = 100.0;

/// How the alerts under a config did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfigOutcome {
    /// How many it lets through.
    pub alerts: u32,
    /// Per day.
    pub alerts_per_day: f64,
    /// The pumps among them.
    pub pumps: Proportion,
    /// The rugs among them.
    pub rugs: Proportion,
    /// Mean net exit per stake, in USD.
    pub net_per_alert_usd: Option<f64>,
    /// Sum of net exits per day, in USD.
    pub net_per_day_usd: Option<f64>,
    /// The same with every return capped at [`CAP_PCT`]: what decisions look at.
    pub capped_net_per_day_usd: Option<f64>,
    /// How many exits made [`WINNER_PCT`] or more.
    pub winners: u32,
}

/// Sums over some alerts, which random thinning takes a share of.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    alerts: f64,
    pumps: (f64, f64),
    rugs: (f64, f64),
    exits: f64,
    exit_sum: f64,
    capped_sum: f64,
    winners: f64,
}

impl Sums {
    fn add(&mut self, snapshot: &Snapshot, row: usize) {
        let labels = snapshot.labels();
        let count = |sum: &mut (f64, f64), label: Option<bool>| {
            sum.0 += f64::from(u8::from(label == Some(true)));
            sum.1 += f64::from(u8::from(label.is_some()));
        };
        self.alerts += 1.0;
        count(&mut self.pumps, labels.pump.get(row));
        count(&mut self.rugs, labels.rug.get(row));
        if let Some(exit) = labels.exit_return_pct.get(row) {
            self.exits += 1.0;
            self.exit_sum += exit;
            self.capped_sum += exit.min(CAP_PCT);
            self.winners += f64::from(u8::from(exit >= WINNER_PCT));
        }
    }

    fn plus(&mut self, other: &Self, share: f64) {
        let pair = |sum: &mut (f64, f64), other: (f64, f64)| *sum = (sum.0 + share * other.0, sum.1 + share * other.1);
        self.alerts += share * other.alerts;
        pair(&mut self.pumps, other.pumps);
        pair(&mut self.rugs, other.rugs);
        self.exits += share * other.exits;
        self.exit_sum += share * other.exit_sum;
        self.capped_sum += share * other.capped_sum;
        self.winners += share * other.winners;
    }

    fn outcome(&self, stake_usd: f64, days: f64) -> ConfigOutcome {
        let whole = |count: f64| count.round().max(0.0) as u64;
        let rate =
            |(had, known): (f64, f64)| Proportion::new(whole(had), whole(known).max(whole(had))).unwrap_or_default();
        let per_alert = |sum: f64| (self.exits > 0.0).then(|| sum / self.exits * stake_usd / 100.0);
        let alerts_per_day = self.alerts / days;
        ConfigOutcome {
            alerts: whole(self.alerts) as u32,
            alerts_per_day,
            pumps: rate(self.pumps),
            rugs: rate(self.rugs),
            net_per_alert_usd: per_alert(self.exit_sum),
            net_per_day_usd: per_alert(self.exit_sum).map(|net| net * alerts_per_day),
            capped_net_per_day_usd: per_alert(self.capped_sum).map(|net| net * alerts_per_day),
            winners: whole(self.winners) as u32,
        }
    }
}

/// How `rows` did over `days` days.
#[must_use]
pub fn outcome(snapshot: &Snapshot, rows: &Bitmap, days: f64) -> ConfigOutcome {
    let mut sums = Sums::default();
    rows.rows().for_each(|row| sums.add(snapshot, row));
    sums.outcome(snapshot.policy().exit.stake_usd, days)
}

/// How a random choice would be expected to do that keeps as many of `from` on each UTC day as `kept` does: in a falling
/// market every cut "saves", and a change must beat this one.
#[must_use]
pub fn random_thinning(snapshot: &Snapshot, from: &Bitmap, kept: &Bitmap, days: f64) -> ConfigOutcome {
    let mut by_day = vec![(Sums::default(), 0.0); snapshot.day_count()];
    for row in from.rows() {
        let (day, day_kept) = &mut by_day[snapshot.day(row)];
        day.add(snapshot, row);
        *day_kept += f64::from(u8::from(kept.contains(row)));
    }
    let mut expected = Sums::default();
    let days_with_alerts = by_day.iter().filter(|(day, _)| day.alerts > 0.0);
    days_with_alerts.for_each(|(day, kept)| expected.plus(day, kept / day.alerts));
    expected.outcome(snapshot.policy().exit.stake_usd, days)
}
