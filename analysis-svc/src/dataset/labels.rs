//! What became of the alerts, laid out for counting. Only sealed outcomes that were seen well enough have labels here:
//! those of matured alerts.

use domain::outcome::OutcomeStatus;
use domain::outcome::policy::Policy;

use super::columns::{Flags, Numbers};
use super::row::Row;
use std::sync::Arc;

/// The labels of all rows. Unknown wherever the outcome is not [`OutcomeStatus::Complete`].
#[derive(Clone, Debug)]
pub struct Labels {
    /// Gained more than the pump threshold.
    pub pump: Flags,
    /// Called a rug.
    pub rug: Flags,
    /// The greatest gain, in percent.
    pub max_gain_pct: Numbers,
    /// The net return of the simulated exit, in percent.
    pub exit_return_pct: Numbers,
    /// The rugs among the alerts whose feed was lost: called so before it was lost. They enter no rate.
    pub lost_rugs: Flags,
}

impl Labels {
    /// The labels of `rows` under `policy`.
    #[must_use]
    pub fn of(rows: &[Arc<Row>], policy: &Policy) -> Self {
        let outcomes = |status: OutcomeStatus| {
            rows.iter().map(move |row| Some(&row.record.outcome).filter(|outcome| outcome.status == status))
        };
        let complete = || outcomes(OutcomeStatus::Complete);
        let gains: Vec<Option<f64>> = complete().map(|outcome| outcome?.max_gain_pct).collect();
        let pumps: Vec<Option<bool>> =
            gains.iter().map(|gain| gain.map(|gain| gain > policy.peak.pump_gain_pct)).collect();
        let rugs: Vec<Option<bool>> = complete().map(|outcome| outcome?.is_rug).collect();
        let exits: Vec<Option<f64>> = complete().map(|outcome| outcome?.exit_return_pct).collect();
        let lost_rugs: Vec<Option<bool>> = outcomes(OutcomeStatus::Lost).map(|outcome| outcome?.is_rug).collect();
        Self {
            pump: Flags::of(&pumps),
            rug: Flags::of(&rugs),
            max_gain_pct: Numbers::of(&gains),
            exit_return_pct: Numbers::of(&exits),
            lost_rugs: Flags::of(&lost_rugs),
        }
    }
}
