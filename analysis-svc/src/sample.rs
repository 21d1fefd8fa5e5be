//! Alerts for tests to begin with.

use std::collections::BTreeMap;

use domain::alert::{Alert, AlertId, Decision};
use domain::feature::AlertFeatures;
use domain::outcome::policy::Policy;
use domain::outcome::{Outcome, OutcomeStatus};
use domain::quote::Quote;
use domain::record::AlertRecord;
use domain::timestamp::Timestamp;
use domain::token::{Chain, Token, TokenAddress, TokenKey};
use uuid::Uuid;

use crate::dataset::Snapshot;

/// The first alert of the samples.
pub const BEGIN: Timestamp = Timestamp::from_seconds(1_759_795_200);

/// An alert of which nothing else is known.
pub fn alert(id: Uuid, token: Token, alerted_at: Timestamp) -> Alert {
    Alert {
        id: AlertId(id),
        token,
        alerted_at,
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
    }
}

/// A matured alert on a token of its own, `number` of an hour's rhythm, that neither pumped nor was a rug.
pub fn record(number: u32) -> AlertRecord {
    let mut address = [7; 32];
    address[..4].copy_from_slice(&number.to_le_bytes());
    let alerted_at = BEGIN.plus(std::time::Duration::from_secs(u64::from(number) * 1_200));
    let token = Token {
        key: TokenKey { chain: Chain::Solana, address: TokenAddress::from_bytes(address) },
        name: format!("Token {number}"),
        symbol: format!("T{number}"),
    };
    AlertRecord {
        alert: alert(Uuid::from_u128(u128::from(number) + 1), token, alerted_at),
        recorded_at: alerted_at,
        outcome: Outcome {
            status: OutcomeStatus::Complete,
            max_gain_pct: Some(10.0),
            max_drawdown_pct: Some(-30.0),
            is_rug: Some(false),
            exit_return_pct: Some(-5.0),
            policy_version: 1,
            ..Outcome::default()
        },
    }
}

/// The same with its label set.
pub fn labelled(number: u32, is_pump: bool, is_rug: bool) -> AlertRecord {
    let mut record = record(number);
    record.outcome.max_gain_pct = Some(if is_pump { 120.0 } else { 10.0 });
    record.outcome.pumped_at = is_pump.then_some(record.alert.alerted_at);
    record.outcome.is_rug = Some(is_rug);
    record.outcome.exit_return_pct = Some(if is_pump {
        60.0
    } else if is_rug {
        -100.0
    } else {
        -10.0
    });
    record
}

/// Lays records out under the usual rules.
pub fn snapshot(records: impl IntoIterator<Item = AlertRecord>) -> Snapshot {
    Snapshot::of(records, &Policy::default())
}

/// Numbers that look random and are the same every time: 0 to 1.
pub fn noise(number: u32, stream: u32) -> f64 {
    use sha2::{Digest, Sha256};
    let digest: [u8; 32] = Sha256::digest(format!("{number}/{stream}")).into();
    f64::from(u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]])) / f64::from(u32::MAX)
}
