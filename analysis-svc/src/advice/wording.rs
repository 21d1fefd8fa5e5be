//! How a candidate is said: what to try, what it would have done, and whether that may be chance.

use super::candidate::{Candidate, Change};
use super::search::Search;
use crate::correlate::effect::Outcome;
use crate::gates::Baseline;
use crate::gates::ConfigOutcome;
use crate::wording;

/// `try MIN_LIQUIDITY_USD 10000 → 20000`, `set MIN_LIQUIDITY_USD 20000 and REQUIRE_LP_LOCKED true`.
pub fn action(verb: &str, candidate: &Candidate, baseline: &Baseline) -> String {
    let turned = candidate.changes.iter().map(|Change { key, from, to }| match from {
        None => format!("{key} {to}"),
        Some(from) => format!("{key} {from} → {to}"),
    });
    let turned = turned.collect::<Vec<_>>().join(" and ");
    let is_guessed = !baseline.is_given && candidate.changes.iter().any(|change| change.from.is_some());
    let doubt = if is_guessed { " (your config was not given: the present value is what all alerts obey)" } else { "" };
    format!("{verb} {turned}{doubt}")
}

/// `MIN_LIQUIDITY_USD 20000 with REQUIRE_LP_LOCKED true`.
pub fn said(changes: &[Change]) -> String {
    changes.iter().map(|Change { key, to, .. }| format!("{key} {to}")).collect::<Vec<_>>().join(" with ")
}

/// Which of the two rates differs, by how much, and what the candidate would have done on these days.
pub fn reason(candidate: &Candidate, outcome: Outcome, baseline: &Baseline, search: &Search) -> String {
    [difference(candidate, outcome), replay(candidate, baseline), price(candidate), found_among(search)].join(" ")
}

fn difference(candidate: &Candidate, outcome: Outcome) -> String {
    let Candidate { dropped, kept, .. } = candidate;
    let (noun, of_dropped, of_kept) = match outcome {
        Outcome::Rug => ("Rugs", dropped.rugs, kept.rugs),
        Outcome::Pump | Outcome::Gain => ("Pumps", dropped.pumps, kept.pumps),
    };
    let rate = |proportion: crate::statistics::proportion::Proportion| {
        proportion.rate().map_or_else(|| "unknown".to_owned(), wording::percent)
    };
    let head = format!("{noun}: {} of what it drops against {} of what it keeps", rate(of_dropped), rate(of_kept));
    let effect = candidate.effect(outcome);
    match effect.and_then(|effect| effect.estimate.zip(effect.interval)) {
        Some((value, interval)) if interval.contains(0.0) => {
            format!("{head}, {}: the interval holds 0, this may be chance.", wording::difference(value, interval))
        }
        Some((value, interval)) => format!("{head}, {}.", wording::difference(value, interval)),
        None => format!("{head}."),
    }
}

/// What it would have done on these days, beside now and beside a random cut.
pub fn replay(candidate: &Candidate, baseline: &Baseline) -> String {
    let Candidate { current, proposed, random, .. } = candidate;
    let net = |outcome: &ConfigOutcome| money(outcome.net_per_alert_usd);
    format!(
        "Over these {} it would have left {} of {} alerts ({:.0} → {:.0} a day), at {} → {} USD net per alert of 100 USD \
         (a random cut of the same size: {}).",
        wording::days(baseline.days).trim_start_matches("about "),
        wording::count(u64::from(proposed.alerts)),
        wording::count(u64::from(current.alerts)),
        current.alerts_per_day,
        proposed.alerts_per_day,
        net(current),
        net(proposed),
        net(random),
    )
}

/// What it avoids, and what it forgoes.
pub fn price(candidate: &Candidate) -> String {
    let forgone = match candidate.winners_forgone {
        0 => {
            let most = rule_of_three(candidate.exits_dropped);
            format!("no winner of {} (up to {} of such)", candidate.exits_dropped, wording::percent(most))
        }
        1 => "1 winner".to_owned(),
        winners => format!("{winners} winners"),
    };
    let rugs = match candidate.rugs_avoided() {
        0 => "no rug".to_owned(),
        1 => "1 rug".to_owned(),
        rugs => format!("{rugs} rugs"),
    };
    let loses = candidate.proposed.net_per_alert_usd.is_some_and(|net| net < 0.0);
    format!("It avoids {rugs} and forgoes {forgone}{}.", if loses { "; it still loses money" } else { "" })
}

fn found_among(search: &Search) -> String {
    let values = search.values + search.pairs;
    format!("Found on this same data among {} values: a question to later data.", wording::count(values as u64))
}

/// `−6.65`, or `unknown`.
pub fn money(usd: Option<f64>) -> String {
    usd.map_or_else(|| "unknown".to_owned(), |usd| wording::signed(usd, 2))
}

/// With none seen in n, the rate may be as high as 3/n (95 %).
#[must_use]
pub fn rule_of_three(seen: u32) -> f64 {
    (3.0 / f64::from(seen.max(3))).min(1.0)
}
