//! The fields of the alert itself and of the market at its entry.

use super::{Kind, Names, Value};
use crate::alert::{Alert, Decision};
use crate::quantity::{AmountUsd, PriceUsd, Share};

/// Names one thing about an alert that is neither a feature nor an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertField {
    /// `alert_id`
    AlertId,
    /// `token.chain`
    TokenChain,
    /// `token.address`, or `address`
    TokenAddress,
    /// `token.symbol`, or `symbol`
    TokenSymbol,
    /// `token.name`
    TokenName,
    /// `alerted_at`
    AlertedAt,
    /// `recorded_at`
    RecordedAt,
    /// `decision`
    Decision,
    /// `shadow_sample_rate`
    ShadowSampleRate,
    /// `config_revision`
    ConfigRevision,
    /// `entry.price_usd`: the bot's own price
    EntryPriceUsd,
    /// `entry.market_cap_usd`, or `market_cap_usd`
    EntryMarketCapUsd,
    /// `entry.liquidity_usd`, or `liquidity_usd`
    EntryLiquidityUsd,
    /// `entry.volume_24h_usd`, or `volume_24h_usd`
    EntryVolume24hUsd,
}

/// The contract's names of [`Decision`].
pub(super) const DECISIONS: Names =
    Names { prefix: "ALERT_DECISION_", all: &["ALERT_DECISION_ALERTED", "ALERT_DECISION_SHADOW"] };

impl AlertField {
    /// All of them, in the order of the contract.
    pub const ALL: &'static [Self] = &[
        Self::AlertId,
        Self::TokenChain,
        Self::TokenAddress,
        Self::TokenSymbol,
        Self::TokenName,
        Self::AlertedAt,
        Self::RecordedAt,
        Self::Decision,
        Self::ShadowSampleRate,
        Self::ConfigRevision,
        Self::EntryPriceUsd,
        Self::EntryMarketCapUsd,
        Self::EntryLiquidityUsd,
        Self::EntryVolume24hUsd,
    ];

    /// Its name in filters, orders and groups.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AlertId => "alert_id",
            Self::TokenChain => "token.chain",
            Self::TokenAddress => "token.address",
            Self::TokenSymbol => "token.symbol",
            Self::TokenName => "token.name",
            Self::AlertedAt => "alerted_at",
            Self::RecordedAt => "recorded_at",
            Self::Decision => "decision",
            Self::ShadowSampleRate => "shadow_sample_rate",
            Self::ConfigRevision => "config_revision",
            Self::EntryPriceUsd => "entry.price_usd",
            Self::EntryMarketCapUsd => "entry.market_cap_usd",
            Self::EntryLiquidityUsd => "entry.liquidity_usd",
            Self::EntryVolume24hUsd => "entry.volume_24h_usd",
        }
    }

    /// The plain name, where that can mean nothing else.
    const fn plain_name(self) -> Option<&'static str> {
        match self {
            Self::TokenAddress => Some("address"),
            Self::TokenSymbol => Some("symbol"),
            Self::EntryMarketCapUsd => Some("market_cap_usd"),
            Self::EntryLiquidityUsd => Some("liquidity_usd"),
            Self::EntryVolume24hUsd => Some("volume_24h_usd"),
            _ => None,
        }
    }

    pub(super) fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name || field.plain_name() == Some(name))
    }

    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::AlertId
            | Self::TokenChain
            | Self::TokenAddress
            | Self::TokenSymbol
            | Self::TokenName
            | Self::ConfigRevision => Kind::Text,
            Self::AlertedAt | Self::RecordedAt => Kind::Timestamp,
            Self::Decision => Kind::Enum(&DECISIONS),
            Self::ShadowSampleRate
            | Self::EntryPriceUsd
            | Self::EntryMarketCapUsd
            | Self::EntryLiquidityUsd
            | Self::EntryVolume24hUsd => Kind::Number,
        }
    }

    /// `None` for [`Self::RecordedAt`], which an alert does not know.
    pub(super) fn value(self, alert: &Alert) -> Option<Value<'_>> {
        let amount = |amount: Option<AmountUsd>| amount.map(AmountUsd::get).map(Value::Number);
        match self {
            Self::AlertId => Some(Value::Text(alert.id.to_string().into())),
            Self::TokenChain => Some(Value::Text(alert.token.key.chain.name().into())),
            Self::TokenAddress => Some(Value::Text(alert.token.key.address.to_string().into())),
            Self::TokenSymbol => known_text(&alert.token.symbol),
            Self::TokenName => known_text(&alert.token.name),
            Self::AlertedAt => Some(Value::Timestamp(alert.alerted_at)),
            Self::RecordedAt => None,
            Self::Decision => Some(Value::Enum(match alert.decision {
                Decision::Alerted => DECISIONS.all[0],
                Decision::Shadow => DECISIONS.all[1],
            })),
            Self::ShadowSampleRate => alert.shadow_sample_rate.map(Share::get).map(Value::Number),
            Self::ConfigRevision => alert.config_revision.as_deref().and_then(known_text),
            Self::EntryPriceUsd => alert.entry.price_usd.map(PriceUsd::get).map(Value::Number),
            Self::EntryMarketCapUsd => amount(alert.entry.market_cap_usd),
            Self::EntryLiquidityUsd => amount(alert.entry.liquidity_usd),
            Self::EntryVolume24hUsd => amount(alert.entry.volume_24h_usd),
        }
    }
}

/// An empty name is an unknown one.
fn known_text(text: &str) -> Option<Value<'_>> {
    (!text.is_empty()).then(|| Value::Text(text.into()))
}
