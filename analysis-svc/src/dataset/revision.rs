//! Which state of the data an answer rests on.

use domain::timestamp::Timestamp;
use sha2::{Digest, Sha256};

use super::row::Row;
use std::sync::Arc;

/// A state of the data. The same alerts with the same outcomes are the same revision, in whatever database and order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The first 16 hex digits of the SHA-256 of all rows.
    pub id: String,
    /// How many alerts there are, of all decisions and states.
    pub alerts: usize,
    /// The latest version of the outcome rules among them.
    pub policy_version: i32,
    /// The latest moment that it knows of: the last alert recorded or outcome sealed.
    pub as_of: Option<Timestamp>,
}

impl Revision {
    /// Of rows in the order of the dataset.
    #[must_use]
    pub fn of(rows: &[Arc<Row>]) -> Self {
        let mut hash = Sha256::new();
        rows.iter().for_each(|row| hash.update(row.digest));
        let digest: [u8; 32] = hash.finalize().into();
        let moments = rows.iter().flat_map(|row| [Some(row.record.recorded_at), row.record.outcome.sealed_at]);
        Self {
            id: digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect(),
            alerts: rows.len(),
            policy_version: rows.iter().map(|row| row.record.outcome.policy_version).max().unwrap_or(0),
            as_of: moments.flatten().max(),
        }
    }
}
