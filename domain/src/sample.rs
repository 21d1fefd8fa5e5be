//! Alerts for tests to begin with.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::alert::{Alert, AlertId, Decision};
use crate::feature::AlertFeatures;
use crate::outcome::{Outcome, OutcomeStatus};
use crate::quote::Quote;
use crate::record::AlertRecord;
use crate::timestamp::Timestamp;
use crate::token::{Chain, Token, TokenAddress, TokenKey};

/// An alert of which only the token and the time are known, and whose window is over.
pub fn record() -> AlertRecord {
    AlertRecord {
        alert: Alert {
            id: AlertId(Uuid::from_u128(1)),
            token: Token {
                key: TokenKey { chain: Chain::Solana, address: TokenAddress::from_bytes([7; 32]) },
                name: "Bull".to_owned(),
                symbol: "BULL".to_owned(),
            },
            alerted_at: Timestamp::from_seconds(1_759_854_014),
            decision: Decision::Alerted,
            shadow_sample_rate: None,
            entry: Quote::default(),
            features: AlertFeatures::default(),
            extra: BTreeMap::new(),
            annotations: BTreeMap::new(),
            config_revision: None,
            recorded_peak: None,
            trust_recorded_peak: false,
            tracking_window: None,
        },
        recorded_at: Timestamp::from_seconds(1_759_854_020),
        outcome: Outcome { status: OutcomeStatus::Complete, policy_version: 1, ..Outcome::default() },
    }
}
