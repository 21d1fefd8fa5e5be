//! What holds of filters and gates as sets of rows: they say of every row what the rules say of its alert.

mod filters;
mod gates;

use domain::alert::{Decision, ExtraValue};
use domain::outcome::{ExitReason, OutcomeStatus, RugReason};
use domain::quantity::{AmountUsd, Finite, Percent, PriceUsd};
use domain::record::AlertRecord;
use proptest::prelude::*;

use crate::sample;

/// Alerts of every sort, with much that is unknown.
fn records() -> impl Strategy<Value = Vec<AlertRecord>> {
    prop::collection::vec(facts(), 1..40).prop_map(|all| {
        let records = (0..).zip(all).map(|(number, facts)| record(number, facts));
        records.collect()
    })
}

#[derive(Clone, Debug)]
struct Facts {
    flags: Vec<Option<bool>>,
    numbers: Vec<Option<i8>>,
    word: Option<&'static str>,
    extra: Option<ExtraValue>,
    status: OutcomeStatus,
    is_shadow: bool,
}

fn facts() -> impl Strategy<Value = Facts> {
    let extra = prop_oneof![
        any::<bool>().prop_map(ExtraValue::Boolean),
        (-3..6_i8).prop_map(|number| ExtraValue::Number(f64::from(number))),
        prop::sample::select(vec!["", "a", "Ab", "true", "3"]).prop_map(|text| ExtraValue::Text(text.to_owned())),
    ];
    (
        prop::collection::vec(any::<Option<bool>>(), 6),
        prop::collection::vec(prop::option::of(-3..12_i8), 9),
        prop::option::of(prop::sample::select(vec!["", "orca", "Raydium", "pumpfun"])),
        prop::option::of(extra),
        prop::sample::select(vec![
            OutcomeStatus::Tracking,
            OutcomeStatus::Complete,
            OutcomeStatus::Lost,
            OutcomeStatus::NoData,
        ]),
        any::<bool>(),
    )
        .prop_map(|(flags, numbers, word, extra, status, is_shadow)| Facts {
            flags,
            numbers,
            word,
            extra,
            status,
            is_shadow,
        })
}

fn record(number: u32, facts: Facts) -> AlertRecord {
    let Facts { flags, numbers, word, extra, status, is_shadow } = facts;
    let mut record = sample::record(number);
    let number_of = |index: usize| numbers[index].map(f64::from);
    let positive = |index: usize| numbers[index].map(|number| f64::from(number.abs()) + 0.5);
    let alert = &mut record.alert;
    alert.decision = if is_shadow { Decision::Shadow } else { Decision::Alerted };
    alert.features.smart_money_involved = flags[0];
    alert.features.lp_locked = flags[1];
    alert.features.mint_revoked = flags[2];
    alert.features.final_score = numbers[0].map(i32::from);
    alert.features.holder_count = numbers[1].map(i32::from);
    alert.features.top10_concentration = positive(2).and_then(|value| Percent::new(value).ok());
    alert.features.smart_wallet_pnl = number_of(3).and_then(|value| Finite::new(value).ok());
    alert.features.dex_name = word.map(str::to_owned);
    alert.entry.liquidity_usd = positive(4).and_then(|value| AmountUsd::new(value).ok());
    alert.entry.market_cap_usd = positive(5).and_then(|value| AmountUsd::new(value).ok());
    alert.entry.price_usd = positive(6).and_then(|value| PriceUsd::new(value).ok());
    alert.extra.extend(extra.map(|value| ("x".to_owned(), value)));
    alert.config_revision = word.map(str::to_owned);
    let outcome = &mut record.outcome;
    outcome.status = status;
    outcome.sealed_at = flags[3].map(|_| record.alert.alerted_at);
    outcome.max_gain_pct = number_of(7);
    outcome.max_drawdown_pct = number_of(8);
    outcome.is_rug = flags[3];
    outcome.rug_reason = flags[4].map(|is| if is { RugReason::LiquidityRemoved } else { RugReason::PriceCollapse });
    outcome.exit_reason = flags[5].map(|is| if is { ExitReason::HardStop } else { ExitReason::WindowEnd });
    outcome.exit_return_pct = number_of(8);
    outcome.exit_liquidity_assumed = flags[5] == Some(true);
    record
}
