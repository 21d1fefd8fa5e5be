//! One token: its acknowledged prices are there, its alerts are whole, and it was looked at all the time.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::alert::AlertId;
use domain::observation::Observation;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use futures::TryStreamExt as _;
use store::{Rules, Store};

use super::{Evidence, Figures, Violations, alert, truth};
use crate::arguments::LEASE;
use crate::bot::{Pushed, SOURCE};

/// With more tokens than the limits carry, each has its turn this often.
const EVERY_FEW_MINUTES: Duration = Duration::from_mins(5);

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
        violations: &Violations,
    ) -> anyhow::Result<Figures> {
        let end = self.last_alerted_at.plus(rules.tracking_window);
        let prices = store.observations().prices(self.token, Timestamp::EPOCH, end.plus(Duration::from_hours(24)));
        let prices: Vec<Observation> = prices.try_collect().await?;
        self.check_pushed(&prices, violations);
        let gaps = self.check_gaps(&prices, end, evidence, rules, violations);
        let mut complete = 0;
        for id in &self.alerts {
            complete += usize::from(alert::check(store, *id, rules, violations).await?);
            truth::check(store, *id, &prices, evidence, violations).await?;
        }
        Ok(Figures {
            alerts: self.alerts.len(),
            observations: prices.len(),
            pushed: self.pushed.len(),
            complete,
            longest_gap: gaps.longest,
            late_looks: gaps.late,
            short: gaps.short,
            longest_short: gaps.longest_short,
            held_back: 0,
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

    /// The times between two prices of the token. A pushed one is as good as a look: a tracker that takes a token over does not
    /// ask for what was seen a moment ago.
    fn check_gaps(
        &self,
        prices: &[Observation],
        end: Timestamp,
        evidence: &Evidence,
        rules: &Rules,
        violations: &Violations,
    ) -> Gaps {
        let longest = LEASE * 2 + rules.poll_interval;
        let looks = prices.iter().map(|price| price.observed_at);
        let (mut before, mut gaps) = (self.from, Gaps::default());
        for at in looks.filter(|at| *at > self.from && *at < end).chain([end]) {
            // While the database was away nobody could have stored a look.
            let gap = at.since(before).saturating_sub(evidence.database.away(before, at));
            if gap > longest && self.was_held_back(evidence, before, at, longest) {
                gaps.short += 1;
                gaps.longest_short = gaps.longest_short.max(gap);
            } else if gap > longest {
                let (seconds, near) = (gap.as_secs_f64(), around(prices, before));
                violations.add(format!("nobody looked at {} from {before} to {at} ({seconds} s): {near}", self.token));
            }
            gaps.longest = gaps.longest.max(gap);
            gaps.late += usize::from(gap > rules.poll_interval.mul_f64(1.5));
            before = at;
        }
        gaps
    }

    /// Whether a tracker accounted for the token all the time: never longer than `longest` without a look at it or word that
    /// the limits of the sources leave no request for it; and whether it still got its turn every few minutes.
    fn was_held_back(&self, evidence: &Evidence, from: Timestamp, to: Timestamp, longest: Duration) -> bool {
        let (mut before, mut accounted) = (from, true);
        let told = evidence.held_back.between(&self.token.address, from, to);
        for at in told.iter().copied().chain([to]) {
            accounted &= at.since(before).saturating_sub(evidence.database.away(before, at)) <= longest;
            before = at;
        }
        accounted
            && !told.is_empty()
            && to.since(from).saturating_sub(evidence.database.away(from, to)) <= EVERY_FEW_MINUTES + longest
    }
}

/// What was found between looks.
#[derive(Default)]
struct Gaps {
    longest: Duration,
    late: usize,
    short: usize,
    longest_short: Duration,
}

/// Who saw what about then, for whoever looks for the cause.
pub fn around(prices: &[Observation], at: Timestamp) -> String {
    let index = prices.partition_point(|price| price.observed_at <= at);
    let near = &prices[index.saturating_sub(3)..prices.len().min(index + 3)];
    let seen = near.iter().map(|price| format!("{} {} {}", price.observed_at, price.source, price.price_usd.get()));
    seen.collect::<Vec<_>>().join(", ")
}
