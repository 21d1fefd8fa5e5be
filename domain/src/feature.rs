//! The features of an alert: why it passed. Frozen when the alert is recorded; `None` is unknown, never false.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::quantity::{Finite, NonNegative, Percent};

/// Everything the bot knew about a token when it raised the alert. Every feature may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertFeatures {
    /// The score before the detailed checks.
    pub preliminary_score: Option<i32>,
    /// The score that the gates decided on.
    pub final_score: Option<i32>,
    /// The bot's name for how sure it was, such as `High Confidence (Strict)`.
    pub conviction_type: Option<String>,
    /// A wallet known for its gains bought the token.
    pub smart_money_involved: Option<bool>,
    /// That wallet.
    pub smart_wallet_address: Option<String>,
    /// Its realised profit in USD.
    pub smart_wallet_pnl: Option<Finite>,
    /// How fast the trading picked up over 15 minutes, as a score.
    pub velocity_score_15m: Option<i32>,
    /// The points that the velocity added to the final score.
    pub velocity_bonus: Option<i32>,
    /// Passed the strict junior check.
    pub passed_junior_strict: Option<bool>,
    /// Passed the strict senior check.
    pub passed_senior_strict: Option<bool>,
    /// Passed the debate check.
    pub passed_debate: Option<bool>,
    /// The liquidity pool's tokens are locked.
    pub lp_locked: Option<bool>,
    /// Nobody can mint more of the token.
    pub mint_revoked: Option<bool>,
    /// Share of the supply held by the ten largest holders, in percent.
    pub top10_concentration: Option<Percent>,
    /// Share of the supply bought by bundled transactions, in percent.
    pub bundlers_percent: Option<Percent>,
    /// Share of the supply held by insiders, in percent.
    pub insiders_percent: Option<Percent>,
    /// The token's age in minutes.
    pub token_age_minutes: Option<NonNegative>,
    /// How many wallets held the token.
    pub holder_count: Option<i32>,
    /// How many wallets traded it over 15 minutes.
    pub unique_traders_15m: Option<i32>,
    /// The price of SOL in USD.
    pub sol_price_usd: Option<crate::quantity::PriceUsd>,
    /// Where the bot heard of the token.
    pub feed_source: Option<String>,
    /// The exchange that the token traded on.
    pub dex_name: Option<String>,
}

/// The sort of values that a feature has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FeatureKind {
    /// True or false.
    Boolean,
    /// A number.
    Number,
    /// One of a few words.
    Category,
}

/// A feature's value where it is known, borrowed from the alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FeatureValue<'a> {
    /// Of a [`FeatureKind::Boolean`] feature.
    Boolean(bool),
    /// Of a [`FeatureKind::Number`] feature.
    Number(f64),
    /// Of a [`FeatureKind::Category`] feature.
    Text(&'a str),
}

macro_rules! features {
    ($($variant:ident $field:ident $kind:ident |$value:ident| $get:expr;)*) => {
        /// Names one of the features of [`AlertFeatures`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Feature {
            $(#[doc = concat!("`", stringify!($field), "`")] $variant,)*
        }

        impl Feature {
            /// All of them, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in messages, filters, files and columns.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($field),)* }
            }

            /// The sort of values that it has.
            #[must_use]
            pub const fn kind(self) -> FeatureKind {
                match self { $(Self::$variant => FeatureKind::$kind,)* }
            }

            /// Its value in `features`, `None` where unknown.
            #[must_use]
            pub fn value(self, features: &AlertFeatures) -> Option<FeatureValue<'_>> {
                match self { $(Self::$variant => features.$field.as_ref().map(|$value| $get),)* }
            }
        }
    };
}

features! {
    PreliminaryScore preliminary_score Number |v| FeatureValue::Number(f64::from(*v));
    FinalScore final_score Number |v| FeatureValue::Number(f64::from(*v));
    ConvictionType conviction_type Category |v| FeatureValue::Text(v);
    SmartMoneyInvolved smart_money_involved Boolean |v| FeatureValue::Boolean(*v);
    SmartWalletAddress smart_wallet_address Category |v| FeatureValue::Text(v);
    SmartWalletPnl smart_wallet_pnl Number |v| FeatureValue::Number(v.get());
    VelocityScore15m velocity_score_15m Number |v| FeatureValue::Number(f64::from(*v));
    VelocityBonus velocity_bonus Number |v| FeatureValue::Number(f64::from(*v));
    PassedJuniorStrict passed_junior_strict Boolean |v| FeatureValue::Boolean(*v);
    PassedSeniorStrict passed_senior_strict Boolean |v| FeatureValue::Boolean(*v);
    PassedDebate passed_debate Boolean |v| FeatureValue::Boolean(*v);
    LpLocked lp_locked Boolean |v| FeatureValue::Boolean(*v);
    MintRevoked mint_revoked Boolean |v| FeatureValue::Boolean(*v);
    Top10Concentration top10_concentration Number |v| FeatureValue::Number(v.get());
    BundlersPercent bundlers_percent Number |v| FeatureValue::Number(v.get());
    InsidersPercent insiders_percent Number |v| FeatureValue::Number(v.get());
    TokenAgeMinutes token_age_minutes Number |v| FeatureValue::Number(v.get());
    HolderCount holder_count Number |v| FeatureValue::Number(f64::from(*v));
    UniqueTraders15m unique_traders_15m Number |v| FeatureValue::Number(f64::from(*v));
    SolPriceUsd sol_price_usd Number |v| FeatureValue::Number(v.get());
    FeedSource feed_source Category |v| FeatureValue::Text(v);
    DexName dex_name Category |v| FeatureValue::Text(v);
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No feature has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no feature {0:?}")]
pub struct UnknownFeature(pub String);

impl FromStr for Feature {
    type Err = UnknownFeature;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|f| f.name() == text).ok_or_else(|| UnknownFeature(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_is_found_by_its_name() {
        assert_eq!(Feature::ALL.len(), 22);
        for feature in Feature::ALL {
            assert_eq!(feature.name().parse(), Ok(*feature));
        }
    }

    #[test]
    fn unknown_is_not_false() {
        let mut features = AlertFeatures::default();
        assert_eq!(Feature::LpLocked.value(&features), None);
        features.lp_locked = Some(false);
        assert_eq!(Feature::LpLocked.value(&features), Some(FeatureValue::Boolean(false)));
    }
}
