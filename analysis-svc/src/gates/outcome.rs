//! How the alerts under a config did, per alert and per day.

use super::tally::Tally;
use super::thinning::Thinning;
use crate::statistics::proportion::Proportion;

/// How the alerts under a config did. Money is in USD at the policy's stake an alert.
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
    /// Mean net exit per stake with every return capped at [`super::replay::CAP_PCT`].
    pub capped_net_per_alert_usd: Option<f64>,
    /// The sum of those per day: what decisions look at.
    pub capped_net_per_day_usd: Option<f64>,
    /// How many exits made [`super::replay::WINNER_PCT`] or more.
    pub winners: u32,
}

impl ConfigOutcome {
    /// Of what a config lets through over `days` days. Alerts without a known exit count with the mean of the others.
    #[must_use]
    pub fn of(tally: &Tally, stake_usd: f64, days: f64) -> Self {
        Self::expected(&Thinning::from(tally), stake_usd, days)
    }

    /// Of what a random cut is expected to leave; counts are rounded.
    #[must_use]
    pub fn expected(thinning: &Thinning, stake_usd: f64, days: f64) -> Self {
        let whole = |count: f64| count.round().max(0.0) as u64;
        let rate =
            |(had, known): (f64, f64)| Proportion::new(whole(had), whole(known).max(whole(had))).unwrap_or_default();
        let per_alert = |sum: f64| (thinning.exits > 0.0).then(|| sum / thinning.exits * stake_usd / 100.0);
        let alerts_per_day = thinning.alerts / days;
        let (net, capped) = (per_alert(thinning.net_pct), per_alert(thinning.capped_pct));
        Self {
            alerts: whole(thinning.alerts) as u32,
            alerts_per_day,
            pumps: rate(thinning.pumps),
            rugs: rate(thinning.rugs),
            net_per_alert_usd: net,
            net_per_day_usd: net.map(|net| net * alerts_per_day),
            capped_net_per_alert_usd: capped,
            capped_net_per_day_usd: capped.map(|net| net * alerts_per_day),
            winners: whole(thinning.winners) as u32,
        }
    }
}
