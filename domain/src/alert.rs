//! An alert: what the bot called, when, and why.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::feature::AlertFeatures;
use crate::quantity::{PriceUsd, Share};
use crate::quote::Quote;
use crate::timestamp::Timestamp;
use crate::token::Token;

/// Identifies an alert. Set by the caller to make a retry safe, else made by the tracker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertId(pub Uuid);

impl std::fmt::Display for AlertId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What the bot's filters made of the token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Decision {
    /// It passed, and its users were told.
    #[default]
    Alerted,
    /// The filters turned it away; it is followed all the same, so that a looser filter can be judged.
    Shadow,
}

/// One value of [`Alert::extra`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ExtraValue {
    /// True or false.
    Boolean(bool),
    /// A finite number.
    Number(f64),
    /// Text.
    Text(String),
}

/// The highest price that an imported alert's own tracker recorded.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedPeak {
    /// USD per token.
    pub price_usd: PriceUsd,
    /// When, where that was recorded.
    pub at: Option<Timestamp>,
}

/// One alert on one token, with the reasons that it passed. A token may be alerted many times.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Identifies it.
    pub id: AlertId,
    /// The token.
    pub token: Token,
    /// When the bot raised it.
    pub alerted_at: Timestamp,
    /// What the filters made of it.
    pub decision: Decision,
    /// For shadow alerts: which share of all shadow alerts the bot sends.
    pub shadow_sample_rate: Option<Share>,
    /// The market as the bot saw it.
    pub entry: Quote,
    /// Why it passed.
    pub features: AlertFeatures,
    /// The bot's own features, known at alert time; analysed like the built-in ones. Keys are `[a-z][a-z0-9_]*`.
    pub extra: BTreeMap<String, ExtraValue>,
    /// Kept and shown, never analysed.
    pub annotations: BTreeMap<String, String>,
    /// The bot's config in force.
    pub config_revision: Option<String>,
    /// The highest price that an import's own tracker recorded.
    pub recorded_peak: Option<RecordedPeak>,
    /// Whether `recorded_peak` counts as the maximum (never as a point of the path).
    pub trust_recorded_peak: bool,
    /// Set on imports: the window over which their own tracker followed the token. Such an alert has no expected interval.
    pub tracking_window: Option<Duration>,
}
