//! What became of the alerts, laid out for counting. Only sealed outcomes that were seen well enough have labels here:
//! those of matured alerts.

use domain::field::{Field, OutcomeField};
use domain::outcome::OutcomeStatus;
use domain::outcome::policy::Policy;

use super::columns::{Flags, Numbers};
use super::measures::Measures;
use super::plan::Plan;
use super::raw::Raw;
use super::standings::rows_with_status;
use super::table::Table;

/// The labels of all rows. Unknown wherever the outcome is not [`OutcomeStatus::Complete`].
#[derive(Clone, Debug, Default)]
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
    /// The labels of all rows under `policy`.
    #[must_use]
    pub fn of(table: &Table, policy: &Policy) -> Self {
        Self::sorted(table, policy, Numbers::label)
    }

    /// The labels of the next revision.
    #[must_use]
    pub fn spliced(&self, plan: &Plan, after: &Table, policy: &Policy) -> Self {
        let mut present = [&self.max_gain_pct, &self.exit_return_pct].into_iter();
        Self::sorted(after, policy, |measures| match present.next() {
            Some(numbers) => numbers.next(measures, plan),
            None => Numbers::label(measures),
        })
    }

    /// The same outcomes read by another policy.
    #[must_use]
    pub fn under(&self, policy: &Policy) -> Self {
        Self { pump: pumps(&self.max_gain_pct.measures, policy), ..self.clone() }
    }

    fn sorted(table: &Table, policy: &Policy, mut sorted: impl FnMut(Measures) -> Numbers) -> Self {
        let complete = rows_with_status(table, OutcomeStatus::Complete);
        let lost = rows_with_status(table, OutcomeStatus::Lost);
        let measures = |field| match table.fact(&Field::Outcome(field)) {
            Some(Raw::Measures(measures)) => measures.only(&complete),
            _ => Measures::unknown(table.len()),
        };
        let rugs = match table.fact(&Field::Outcome(OutcomeField::IsRug)) {
            Some(Raw::Flags(flags)) => flags.clone(),
            _ => Flags::unknown(table.len()),
        };
        let max_gain_pct = sorted(measures(OutcomeField::MaxGainPct));
        Self {
            pump: pumps(&max_gain_pct.measures, policy),
            rug: rugs.only(&complete),
            exit_return_pct: sorted(measures(OutcomeField::ExitReturnPct)),
            lost_rugs: rugs.only(&lost),
            max_gain_pct,
        }
    }

    /// The memory that they take beside the outcomes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let orders = [&self.max_gain_pct, &self.exit_return_pct].map(Numbers::order_bytes);
        orders.iter().sum::<usize>() + self.pump.bytes() + self.rug.bytes() + self.lost_rugs.bytes()
    }
}

fn pumps(gains: &Measures, policy: &Policy) -> Flags {
    let yes = gains.rows_where(|gain| gain > policy.peak.pump_gain_pct);
    Flags { no: gains.known().and_not(&yes), yes }
}
