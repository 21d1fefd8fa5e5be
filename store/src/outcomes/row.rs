//! An outcome as a row, and back.
//!
//! What an open outcome says so far is read from its fold's state; it stands in columns of its own once it is sealed.

use domain::alert::AlertId;
use domain::outcome::{EntrySource, ExitReason, Fold, Outcome, OutcomeStatus, Policy, RugReason};
use uuid::Uuid;

use crate::alerts::row::micros;
use crate::engine::Rows;
use crate::entity::moment::Moment;
use crate::entity::outcome::Model;
use crate::error::StoreError;
use crate::policies::KnownPolicies;
use crate::stored::{quantity, stored};

/// The row of a fold.
pub(crate) fn row(token_id: i64, alert_id: Uuid, dataset_change: i64, fold: &Fold, policy: &Policy) -> Model {
    let subject = fold.subject();
    let outcome = if fold.is_sealed() {
        fold.outcome(policy)
    } else {
        Outcome { policy_version: fold.policy_version(), ..Outcome::default() }
    };
    Model {
        token_id,
        alert_id,
        alerted_at: subject.alerted_at.into(),
        window_end: subject.window_end().into(),
        seal_due_at: fold.seal_due(policy).into(),
        expected_interval: subject.expected_interval.map(micros),
        dataset_change,
        state: fold.to_bytes(),
        status: status_name(outcome.status).to_owned(),
        sealed_at: outcome.sealed_at.map(Moment),
        entry_price_usd: outcome.entry_price_usd.map(Into::into),
        entry_source: outcome.entry_source.map(|source| entry_source_name(source).to_owned()),
        entry_at: outcome.entry_at.map(Moment),
        quoted_price_usd: outcome.quoted_price_usd.map(Into::into),
        entry_gap_pct: outcome.entry_gap_pct,
        last_price_usd: outcome.last_price_usd.map(Into::into),
        last_price_at: outcome.last_price_at.map(Moment),
        peak_price_usd: outcome.peak_price_usd.map(Into::into),
        peak_at: outcome.peak_at.map(Moment),
        peak_market_cap_usd: outcome.peak_market_cap_usd.map(Into::into),
        max_gain_pct: outcome.max_gain_pct,
        max_drawdown_pct: outcome.max_drawdown_pct,
        drawdown_from_peak_pct: outcome.drawdown_from_peak_pct,
        return_1h_pct: outcome.return_1h_pct,
        return_6h_pct: outcome.return_6h_pct,
        return_24h_pct: outcome.return_24h_pct,
        pumped_at: outcome.pumped_at.map(Moment),
        is_rug: outcome.is_rug,
        rug_reason: outcome.rug_reason.map(|reason| rug_reason_name(reason).to_owned()),
        rug_at: outcome.rug_at.map(Moment),
        rug_hit_at: outcome.rug_hit_at.map(Moment),
        rug_after_pump: outcome.rug_after_pump,
        round_trip: outcome.round_trip,
        is_dead: outcome.is_dead,
        fell_80: outcome.fell_80,
        exit_reason: outcome.exit_reason.map(|reason| exit_reason_name(reason).to_owned()),
        exit_at: outcome.exit_at.map(Moment),
        exit_return_pct: outcome.exit_return_pct,
        exit_liquidity_assumed: outcome.exit_liquidity_assumed,
        held_dropped: outcome.held_dropped,
        snapshot_count: outcome.snapshot_count,
        coverage: outcome.coverage,
        policy_version: outcome.policy_version,
        // Only a relabelling says otherwise, and what it said stays.
        approximate: false,
    }
}

macro_rules! columns {
    ($models:ident: $($column:ident)* / $($long:ident)* / $($text:ident)*) => {
        Rows::default()
            $(.with(stringify!($column), $models.iter().map(|model| model.$column)))*
            $(.with(stringify!($long), $models.iter().map(|model| model.$long.as_slice())))*
            $(.with(stringify!($text), $models.iter().map(|model| model.$text.as_deref())))*
    };
}

/// Rows of open outcomes, for one INSERT: what is unknown in all of them is left out.
pub(crate) fn rows_of_new(models: &[Model]) -> Rows<'_> {
    columns! {
        models: token_id alert_id alerted_at window_end seal_due_at expected_interval dataset_change
        exit_liquidity_assumed held_dropped snapshot_count policy_version / state /
    }
    .with("status", models.iter().map(|model| model.status.as_str()))
}

/// What changes in outcomes that are sealed, or folded anew, for one UPDATE: all but what was fixed with the alert.
pub(crate) fn rows_of_changed(models: &[Model]) -> Rows<'_> {
    columns! {
        models: token_id alert_id seal_due_at dataset_change sealed_at entry_price_usd entry_at quoted_price_usd
        entry_gap_pct last_price_usd last_price_at peak_price_usd peak_at peak_market_cap_usd max_gain_pct
        max_drawdown_pct drawdown_from_peak_pct return_1h_pct return_6h_pct return_24h_pct pumped_at is_rug rug_at
        rug_hit_at rug_after_pump round_trip is_dead fell_80 exit_at exit_return_pct exit_liquidity_assumed held_dropped
        snapshot_count coverage policy_version / state / entry_source rug_reason exit_reason
    }
    .with("status", models.iter().map(|model| model.status.as_str()))
}

/// The outcome of a row.
pub(crate) fn outcome(model: Model, policies: &KnownPolicies) -> Result<Outcome, StoreError> {
    let status = stored("outcomes.status", &model.status, status_of(&model.status))?;
    if model.sealed_at.is_none() {
        let outcome = open(AlertId(model.alert_id), &model.state, policies)?;
        return Ok(Outcome { approximate: model.approximate, ..outcome });
    }
    Ok(Outcome {
        status,
        sealed_at: model.sealed_at.map(|at| at.0),
        entry_price_usd: quantity("outcomes.entry_price_usd", model.entry_price_usd)?,
        entry_source: named("outcomes.entry_source", model.entry_source, entry_source_of)?,
        entry_at: model.entry_at.map(|at| at.0),
        quoted_price_usd: quantity("outcomes.quoted_price_usd", model.quoted_price_usd)?,
        entry_gap_pct: model.entry_gap_pct,
        last_price_usd: quantity("outcomes.last_price_usd", model.last_price_usd)?,
        last_price_at: model.last_price_at.map(|at| at.0),
        peak_price_usd: quantity("outcomes.peak_price_usd", model.peak_price_usd)?,
        peak_at: model.peak_at.map(|at| at.0),
        peak_market_cap_usd: quantity("outcomes.peak_market_cap_usd", model.peak_market_cap_usd)?,
        max_gain_pct: model.max_gain_pct,
        max_drawdown_pct: model.max_drawdown_pct,
        drawdown_from_peak_pct: model.drawdown_from_peak_pct,
        return_1h_pct: model.return_1h_pct,
        return_6h_pct: model.return_6h_pct,
        return_24h_pct: model.return_24h_pct,
        pumped_at: model.pumped_at.map(|at| at.0),
        is_rug: model.is_rug,
        rug_reason: named("outcomes.rug_reason", model.rug_reason, rug_reason_of)?,
        rug_at: model.rug_at.map(|at| at.0),
        rug_hit_at: model.rug_hit_at.map(|at| at.0),
        rug_after_pump: model.rug_after_pump,
        round_trip: model.round_trip,
        is_dead: model.is_dead,
        fell_80: model.fell_80,
        exit_reason: named("outcomes.exit_reason", model.exit_reason, exit_reason_of)?,
        exit_at: model.exit_at.map(|at| at.0),
        exit_return_pct: model.exit_return_pct,
        exit_liquidity_assumed: model.exit_liquidity_assumed,
        held_dropped: model.held_dropped,
        snapshot_count: model.snapshot_count,
        coverage: model.coverage,
        policy_version: model.policy_version,
        approximate: model.approximate,
    })
}

/// What an open outcome says so far.
fn open(id: AlertId, state: &[u8], policies: &KnownPolicies) -> Result<Outcome, StoreError> {
    let fold = Fold::from_bytes(state)
        .map_err(|error| StoreError::Corrupt { what: format!("the open outcome of alert {id}: {error}") })?;
    Ok(fold.outcome(&*policies.of(fold.policy_version())?))
}

fn named<T>(
    column: &'static str,
    name: Option<String>,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    name.map(|name| stored(column, &name, read(&name))).transpose()
}

/// Two functions that name the values of an enum in the database, and find them by those names.
macro_rules! names {
    ($type:ident, $name_of:ident, $of_name:ident, $($variant:ident $name:literal)*) => {
        pub(crate) const fn $name_of(value: $type) -> &'static str {
            match value { $($type::$variant => $name,)* }
        }

        pub(crate) fn $of_name(name: &str) -> Option<$type> {
            match name { $($name => Some($type::$variant),)* _ => None }
        }
    };
}

names!(OutcomeStatus, status_name, status_of, Tracking "tracking" Complete "complete" Lost "lost" NoData "no_data");
names!(EntrySource, entry_source_name, entry_source_of, Observed "observed" Quoted "quoted");
names!(RugReason, rug_reason_name, rug_reason_of,
    LiquidityRemoved "liquidity_removed" PriceCollapse "price_collapse");
names!(ExitReason, exit_reason_name, exit_reason_of,
    TrailingStop "trailing_stop" HardStop "hard_stop" LiquidityGone "liquidity_gone" WindowEnd "window_end");
