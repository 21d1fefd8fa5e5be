//! The features: why an alert passed. An absent feature and an empty text are unknown.

use domain::feature::AlertFeatures;
use domain::quantity::{Finite, NonNegative, Percent, PriceUsd, QuantityError};
use perftrack::v1;

use super::text::parse_text;
use crate::status::Violations;

const TEXT_BYTES: usize = 256;

/// Checks the features at `path` one by one.
struct Reader<'a> {
    path: &'a str,
    violations: &'a mut Violations,
}

impl Reader<'_> {
    fn number<T>(
        &mut self,
        field: &str,
        value: Option<f64>,
        quantity: fn(f64) -> Result<T, QuantityError>,
    ) -> Option<T> {
        self.violations.check_optional(format_args!("{}.{field}", self.path), value.map(quantity))
    }

    fn count(&mut self, field: &str, value: Option<i32>) -> Option<i32> {
        let count = value.map(|n| if n >= 0 { Ok(n) } else { Err(format!("must be 0 or more, not {n}")) });
        self.violations.check_optional(format_args!("{}.{field}", self.path), count)
    }

    fn text(&mut self, field: &str, value: Option<String>) -> Option<String> {
        let text = value.filter(|text| !text.is_empty()).map(|text| parse_text(text, TEXT_BYTES));
        self.violations.check_optional(format_args!("{}.{field}", self.path), text)
    }
}

/// Reads the features at `path`. What is refused reads as unknown, beside its violation.
pub fn parse_features(features: Option<v1::AlertFeatures>, path: &str, violations: &mut Violations) -> AlertFeatures {
    let given = features.unwrap_or_default();
    let mut read = Reader { path, violations };
    AlertFeatures {
        preliminary_score: given.preliminary_score,
        final_score: given.final_score,
        conviction_type: read.text("conviction_type", given.conviction_type),
        smart_money_involved: given.smart_money_involved,
        smart_wallet_address: read.text("smart_wallet_address", given.smart_wallet_address),
        smart_wallet_pnl: read.number("smart_wallet_pnl", given.smart_wallet_pnl, Finite::new),
        velocity_score_15m: given.velocity_score_15m,
        velocity_bonus: given.velocity_bonus,
        passed_junior_strict: given.passed_junior_strict,
        passed_senior_strict: given.passed_senior_strict,
        passed_debate: given.passed_debate,
        lp_locked: given.lp_locked,
        mint_revoked: given.mint_revoked,
        top10_concentration: read.number("top10_concentration", given.top10_concentration, Percent::new),
        bundlers_percent: read.number("bundlers_percent", given.bundlers_percent, Percent::new),
        insiders_percent: read.number("insiders_percent", given.insiders_percent, Percent::new),
        token_age_minutes: read.number("token_age_minutes", given.token_age_minutes, NonNegative::new),
        holder_count: read.count("holder_count", given.holder_count),
        unique_traders_15m: read.count("unique_traders_15m", given.unique_traders_15m),
        sol_price_usd: read.number("sol_price_usd", given.sol_price_usd, PriceUsd::new),
        feed_source: read.text("feed_source", given.feed_source),
        dex_name: read.text("dex_name", given.dex_name),
    }
}

/// Writes the features; `None` where none is known.
#[must_use]
pub fn features_message(features: &AlertFeatures) -> Option<v1::AlertFeatures> {
    let known = *features != AlertFeatures::default();
    known.then(|| v1::AlertFeatures {
        preliminary_score: features.preliminary_score,
        final_score: features.final_score,
        conviction_type: features.conviction_type.clone(),
        smart_money_involved: features.smart_money_involved,
        smart_wallet_address: features.smart_wallet_address.clone(),
        smart_wallet_pnl: features.smart_wallet_pnl.map(Into::into),
        velocity_score_15m: features.velocity_score_15m,
        velocity_bonus: features.velocity_bonus,
        passed_junior_strict: features.passed_junior_strict,
        passed_senior_strict: features.passed_senior_strict,
        passed_debate: features.passed_debate,
        lp_locked: features.lp_locked,
        mint_revoked: features.mint_revoked,
        top10_concentration: features.top10_concentration.map(Into::into),
        bundlers_percent: features.bundlers_percent.map(Into::into),
        insiders_percent: features.insiders_percent.map(Into::into),
        token_age_minutes: features.token_age_minutes.map(Into::into),
        holder_count: features.holder_count,
        unique_traders_15m: features.unique_traders_15m,
        sol_price_usd: features.sol_price_usd.map(Into::into),
        feed_source: features.feed_source.clone(),
        dex_name: features.dex_name.clone(),
    })
}
