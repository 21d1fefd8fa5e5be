//! One token: its acknowledged prices are there, its alerts are whole, and it was looked at all the time.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::alert::AlertId;
use domain::observation::Observation;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use futures::TryStreamExt as _;
use store::{Rules, Store};

use super::{Evidence, Figures, Violations, alert};
use crate::bot::{Pushed, SOURCE};

/// What was promised about a token.
pub struct Promised {
    token: TokenKey,
    alerts: Vec<AlertId>,
    pushed: Vec<Pushed>,
    /// From when on it must be looked at: it was alerted, and some source knows it.
    from: Timestamp,
    /// When its last alert was raised.
    last_alerted_at: Timestamp,
}

pub fn by_token(evidence: &Evidence, acknowledged: &[(usize, Timestamp)]) -> Vec<Promised> {
    let mut tokens = BTreeMap::<TokenKey, Promised>::new();
    for (index, acknowledged_at) in acknowledged {
        let planned = &evidence.alerts[*index];
        let from = planned.known_from.max(*acknowledged_at);
        let (token, last_alerted_at) = (planned.token, planned.at);
        let new = Promised { token, alerts: Vec::new(), pushed: Vec::new(), from, last_alerted_at };
        let promised = tokens.entry(token).or_insert(new);
        promised.alerts.push(planned.id);
        promised.from = promised.from.min(from);
        promised.last_alerted_at = promised.last_alerted_at.max(last_alerted_at);
    }
    for pushed in evidence.acknowledged.prices.lock().iter().flat_map(|prices| prices.iter()) {
        if let Some(promised) = tokens.get_mut(&pushed.token) {
            promised.pushed.push(*pushed);
        }
    }
    tokens.into_values().collect()
}

impl Promised {
    pub async fn check(
        self,
        store: &Store,
        rules: &Rules,
        evidence: &Evidence,
        longest: Duration,
        violations: &Violations,
    ) -> anyhow::Result<Figures> {
        let end = self.last_alerted_at.plus(rules.tracking_window);
        let prices = store.observations().prices(self.token, Timestamp::EPOCH, end.plus(Duration::from_hours(24)));
        let prices: Vec<Observation> = prices.try_collect().await?;
        self.check_pushed(&prices, violations);
        let (longest_gap, late_looks) = self.check_gaps(&prices, end, evidence, longest, violations);
        let mut complete = 0;
        for id in &self.alerts {
            complete += usize::from(alert::check(store, *id, rules, violations).await?);
        }
        Ok(Figures {
            alerts: self.alerts.len(),
            observations: prices.len(),
            pushed: self.pushed.len(),
            complete,
            longest_gap,
            late_looks,
            happened: String::new(),
        })
    }

    fn check_pushed(&self, prices: &[Observation], violations: &Violations) {
        for Pushed { at, price_usd, .. } in &self.pushed {
            let first = prices.partition_point(|price| price.observed_at < *at);
            let stored =
                prices[first..].iter().take_while(|price| price.observed_at == *at).find(|p| &*p.source == SOURCE);
            if stored.is_none_or(|stored| stored.price_usd.get().to_bits() != price_usd.to_bits()) {
                violations.add(format!("the price {price_usd} of {} at {at} was acknowledged and is gone", self.token));
            }
        }
    }

    /// The longest time without a look, and how many were longer than an interval and a half.
    fn check_gaps(
        &self,
        prices: &[Observation],
        end: Timestamp,
        evidence: &Evidence,
        longest: Duration,
        violations: &Violations,
    ) -> (Duration, usize) {
        let looks = prices.iter().filter(|price| &*price.source != SOURCE).map(|price| price.observed_at);
        let (mut before, mut longest_gap, mut late) = (self.from, Duration::ZERO, 0);
        for at in looks.filter(|at| *at > self.from && *at < end).chain([end]) {
            let (gap, away) = (at.since(before), evidence.database.away(before, at));
            // The database was away: nobody could have stored a look.
            let gap = gap.saturating_sub(away);
            if gap > longest {
                violations.add(format!(
                    "nobody looked at {} from {before} to {at} ({} s)",
                    self.token,
                    gap.as_secs_f64()
                ));
            }
            longest_gap = longest_gap.max(gap);
            late += usize::from(gap > Duration::from_secs(90));
            before = at;
        }
        (longest_gap, late)
    }
}
