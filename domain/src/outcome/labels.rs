//! The outcome as its readers see it, from the fold's state.
//!
//! Of a lost alert, what had already happened stands, and the rest is unknown: never a rug, never "no rug", never a gain of 0.

use crate::outcome::entry::Entry;
use crate::outcome::extremes::High;
use crate::outcome::fold::Fold;
use crate::outcome::percent::change_pct;
use crate::outcome::policy::Policy;
use crate::outcome::{EntrySource, Outcome, OutcomeStatus};
use crate::quantity::{AmountUsd, PriceUsd};
use crate::timestamp::Timestamp;

/// What is known, and how firmly.
struct Reader<'a> {
    fold: &'a Fold,
    policy: &'a Policy,
    status: OutcomeStatus,
}

/// Reads the labels off.
pub(super) fn read(fold: &Fold, policy: &Policy) -> Outcome {
    let status = fold.status(policy);
    let reader = Reader { fold, policy, status };
    let mut outcome = Outcome {
        status,
        sealed_at: fold.sealed_at,
        quoted_price_usd: fold.subject.quoted_price_usd,
        last_price_usd: fold.path.last.and_then(|last| PriceUsd::new(last.price).ok()),
        last_price_at: fold.path.last.map(|last| last.at),
        held_dropped: count(fold.hygiene.dropped),
        snapshot_count: count(fold.path.accepted),
        coverage: fold.coverage(),
        policy_version: fold.policy_version,
        ..Outcome::default()
    };
    reader.entry(&mut outcome);
    reader.gain(&mut outcome);
    reader.drawdown(&mut outcome);
    reader.returns(&mut outcome);
    reader.rug(&mut outcome);
    reader.exit(&mut outcome);
    outcome
}

impl Reader<'_> {
    /// Whether what did not happen up to now may have happened unseen.
    fn unseen(&self) -> bool {
        matches!(self.status, OutcomeStatus::Lost | OutcomeStatus::NoData)
    }

    /// What happened stands. What did not is false where somebody looked, and unknown elsewhere.
    fn flag(&self, happened: bool, looked: bool) -> Option<bool> {
        if happened { Some(true) } else { (looked && !self.unseen()).then_some(false) }
    }

    fn looked(&self) -> bool {
        self.fold.path.last.is_some() && self.fold.entry.is_some()
    }

    fn entry(&self, outcome: &mut Outcome) {
        let Some(entry) = self.fold.entry else { return };
        outcome.entry_price_usd = PriceUsd::new(entry.price).ok();
        outcome.entry_source = Some(entry.source);
        outcome.entry_at = Some(entry.at);
        // Where the bot's price is the entry there is no second one to compare it with.
        outcome.entry_gap_pct = self
            .fold
            .subject
            .quoted_price_usd
            .filter(|_| entry.source == EntrySource::Observed)
            .map(|quoted| change_pct(quoted.get(), entry.price));
    }

    /// The peak that counts: the path's, or a trusted recorded one above it.
    fn high(&self) -> Option<(f64, Option<Timestamp>, Option<f64>)> {
        let path = self.fold.extremes.high.map(|High { price, at, market_cap }| (price, Some(at), market_cap));
        let trusted = self.trusted_peak().map(|(price, at)| (price, at, None));
        match (path, trusted) {
            (Some(path), Some(trusted)) => Some(if trusted.0 > path.0 { trusted } else { path }),
            (path, trusted) => path.or(trusted),
        }
    }

    /// A recorded peak counts as the maximum, and as nothing else. One from outside the window is none of this alert's.
    fn trusted_peak(&self) -> Option<(f64, Option<Timestamp>)> {
        let peak = self.fold.subject.trusted_peak?;
        peak.at.is_none_or(|at| self.fold.subject.covers(at)).then_some((peak.price_usd.get(), peak.at))
    }

    fn gain_pct(&self) -> Option<f64> {
        let entry = self.fold.entry?;
        let gain = self.high().map_or(0.0, |high| change_pct(entry.price, high.0)).max(0.0);
        (gain > 0.0 || !self.unseen()).then_some(gain)
    }

    fn gain(&self, outcome: &mut Outcome) {
        outcome.max_gain_pct = self.gain_pct();
        outcome.pumped_at = self.pumped_at();
        if outcome.max_gain_pct.is_some() || (self.fold.entry.is_none() && !self.unseen()) {
            let Some((price, at, market_cap)) = self.high() else { return };
            outcome.peak_price_usd = PriceUsd::new(price).ok();
            outcome.peak_at = at;
            outcome.peak_market_cap_usd = market_cap.and_then(|cap| AmountUsd::new(cap).ok());
        }
    }

    /// Whether the trusted recorded peak alone is a pump.
    fn trusted_pump(&self) -> Option<Option<Timestamp>> {
        let (entry, (price, at)) = (self.fold.entry?, self.trusted_peak()?);
        (change_pct(entry.price, price) > self.policy.peak.pump_gain_pct).then_some(at)
    }

    fn pumped_at(&self) -> Option<Timestamp> {
        match (self.fold.extremes.pumped_at, self.trusted_pump().flatten()) {
            (Some(path), Some(trusted)) => Some(path.min(trusted)),
            (path, trusted) => path.or(trusted),
        }
    }

    fn drawdown(&self, outcome: &mut Outcome) {
        let Some(entry) = self.fold.entry.filter(|_| self.fold.path.last.is_some()) else { return };
        let known = |drawdown: &f64| *drawdown < 0.0 || !self.unseen();
        let low = self.fold.extremes.low.unwrap_or(entry.price);
        outcome.max_drawdown_pct = Some(change_pct(entry.price, low).min(0.0)).filter(known);
        let deepest = self.fold.extremes.deepest.unwrap_or(1.0);
        outcome.drawdown_from_peak_pct = Some(change_pct(1.0, deepest).min(0.0)).filter(known);
    }

    fn returns(&self, outcome: &mut Outcome) {
        let Some(entry) = self.fold.entry else { return };
        let at = |index: usize| {
            let price = self.fold.returns.prices.get(index).copied().flatten();
            price.map(|price| change_pct(entry.price, price))
        };
        (outcome.return_1h_pct, outcome.return_6h_pct, outcome.return_24h_pct) = (at(0), at(1), at(2));
    }

    fn rug(&self, outcome: &mut Outcome) {
        let rug = self.fold.rug.standing();
        outcome.is_rug = self.flag(rug.is_some(), self.looked());
        outcome.rug_reason = rug.map(|(reason, _)| reason);
        outcome.rug_at = rug.map(|(_, at)| at);
        outcome.rug_hit_at = self.fold.rug.hit_at();
        outcome.rug_after_pump = self.rug_after_pump(outcome.is_rug, outcome.rug_at);
        outcome.is_dead = self.flag(self.fold.rug.collapse.is_dead(), self.looked());
        outcome.fell_80 = self.flag(self.fold.rug.collapse.fell, self.looked());
        outcome.round_trip = self.round_trip();
    }

    fn rug_after_pump(&self, is_rug: Option<bool>, rug_at: Option<Timestamp>) -> Option<bool> {
        let Some(rug_at) = rug_at else { return is_rug };
        if self.pumped_at().is_some_and(|pumped_at| pumped_at < rug_at) {
            return Some(true);
        }
        // A recorded peak without a time may have been before the rug.
        let perhaps = self.fold.entry.is_none() || self.trusted_pump() == Some(None);
        (!perhaps).then_some(false)
    }

    /// It is about how the window ended, so it is known when that has been seen.
    fn round_trip(&self) -> Option<bool> {
        let (Entry { price: entry, .. }, last) = (self.fold.entry?, self.fold.path.last?);
        let gain = self.gain_pct()?;
        (self.status == OutcomeStatus::Complete)
            .then_some(gain >= self.policy.peak.round_trip_gain_pct && last.price <= entry)
    }

    fn exit(&self, outcome: &mut Outcome) {
        let Some(sale) = self.fold.sale(self.policy, self.status) else { return };
        outcome.exit_reason = Some(sale.reason);
        outcome.exit_at = Some(sale.at);
        outcome.exit_return_pct = Some(sale.return_pct);
        outcome.exit_liquidity_assumed = sale.assumed;
    }
}

fn count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
