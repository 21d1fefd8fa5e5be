//! One alert as the dataset keeps it.

use domain::alert::{Alert, ExtraValue};
use domain::field::{Field, Value};
use domain::outcome::{Outcome, OutcomeStatus};
use domain::record::AlertRecord;
use sha2::{Digest, Sha256};

/// An alert and its outcome, without what no answer may depend on: annotations are shown and never analysed, and what an
/// open outcome says so far changes from minute to minute, so that an answer would not be the same twice.
#[derive(Clone, Debug)]
pub struct Row {
    /// The alert with its sealed outcome, or with nothing but its status while that is open.
    pub record: AlertRecord,
    /// SHA-256 of everything in it that can be asked for.
    pub digest: [u8; 32],
}

impl Row {
    /// Takes what the dataset keeps of a record.
    #[must_use]
    pub fn of(mut record: AlertRecord) -> Self {
        record.alert.annotations.clear();
        if record.outcome.status == OutcomeStatus::Tracking {
            let (status, policy_version) = (record.outcome.status, record.outcome.policy_version);
            record.outcome = Outcome { status, policy_version, ..Outcome::default() };
        }
        Self { digest: digest(&record), record }
    }

    /// About how much memory it takes, in bytes, with its share of the columns.
    #[must_use]
    pub fn bytes(&self) -> usize {
        /// A row's place in every built-in column, in the sorted orders and in the tables of ids.
        const COLUMNS: usize = 420;
        /// An entry of a map, beside its text.
        const ENTRY: usize = 96;
        let extra: usize =
            self.record.alert.extra.iter().map(|(key, value)| ENTRY + key.len() + text_length(value)).sum();
        size_of::<Self>() + COLUMNS + texts(&self.record.alert) + extra
    }
}

fn text_length(value: &ExtraValue) -> usize {
    match value {
        ExtraValue::Text(text) => text.len(),
        ExtraValue::Boolean(_) | ExtraValue::Number(_) => 0,
    }
}

fn texts(alert: &Alert) -> usize {
    let features = &alert.features;
    let optional = [
        &features.conviction_type,
        &features.smart_wallet_address,
        &features.feed_source,
        &features.dex_name,
        &alert.config_revision,
    ];
    let optional: usize = optional.into_iter().flatten().map(String::len).sum();
    alert.token.name.len() + alert.token.symbol.len() + optional
}

/// Every field that can be filtered, ordered or analysed, by value: what is not in here cannot change an answer.
fn digest(record: &AlertRecord) -> [u8; 32] {
    let mut hash = Sha256::new();
    for field in Field::all() {
        match field.value(record) {
            None => hash.update([0]),
            Some(Value::Boolean(value)) => hash.update([1, u8::from(value)]),
            Some(Value::Number(value)) => absorb(&mut hash, 2, &value.to_bits().to_le_bytes()),
            Some(Value::Timestamp(value)) => absorb(&mut hash, 3, &value.micros().to_le_bytes()),
            Some(Value::Text(value)) => absorb_text(&mut hash, &value),
            Some(Value::Enum(value)) => absorb_text(&mut hash, value),
        }
    }
    for (key, value) in &record.alert.extra {
        absorb_text(&mut hash, key);
        match value {
            ExtraValue::Boolean(value) => hash.update([1, u8::from(*value)]),
            ExtraValue::Number(value) => absorb(&mut hash, 2, &value.to_bits().to_le_bytes()),
            ExtraValue::Text(value) => absorb_text(&mut hash, value),
        }
    }
    hash.finalize().into()
}

fn absorb(hash: &mut Sha256, sort: u8, bytes: &[u8]) {
    hash.update([sort]);
    hash.update(bytes);
}

fn absorb_text(hash: &mut Sha256, text: &str) {
    absorb(hash, 4, &(text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}
