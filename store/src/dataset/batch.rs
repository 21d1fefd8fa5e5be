//! Many alerts as columns: what the analysis reads of the store.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::alert::{AlertId, ExtraValue};
use domain::field::{AlertField, Field, Kind, Value};
use domain::outcome::{Outcome, OutcomeStatus};
use domain::record::AlertRecord;
use domain::timestamp::Timestamp;

/// Some alerts with their sealed outcomes, field by field, in no particular order.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Which alerts.
    pub ids: Vec<AlertId>,
    /// A number for the token of each, the same as long as the database lives.
    pub tokens: Vec<i64>,
    /// The values of each of [`Batch::fields`], in that order.
    pub columns: Vec<Cells>,
    /// The bot's own features.
    pub extra: Vec<BTreeMap<String, ExtraValue>>,
}

/// The values of one field, one per alert.
#[derive(Clone, Debug)]
pub enum Cells {
    /// True or false.
    Flags(Vec<Option<bool>>),
    /// Numbers; NaN where unknown.
    Numbers(Vec<f64>),
    /// Moments.
    Moments(Vec<Option<Timestamp>>),
    /// Texts, and the names of enum values.
    Words(Words),
}

/// Texts, one behind the other.
#[derive(Clone, Debug, Default)]
pub struct Words {
    text: String,
    /// Where each ends in `text`, and whether it is known.
    ends: Vec<(usize, bool)>,
}

impl Words {
    /// One more.
    pub fn push(&mut self, word: Option<&str>) {
        self.text.push_str(word.unwrap_or_default());
        self.ends.push((self.text.len(), word.is_some()));
    }

    /// The texts in their order.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|&(end, _)| end));
        starts.zip(&self.ends).map(|(start, &(end, is_known))| self.text.get(start..end).filter(|_| is_known))
    }
}

impl Batch {
    /// The fields that have a column: all but `alert_id`.
    #[must_use]
    pub fn fields() -> &'static [Field] {
        static FIELDS: LazyLock<Vec<Field>> =
            LazyLock::new(|| Field::all().filter(|field| *field != Field::Alert(AlertField::AlertId)).collect());
        &FIELDS
    }

    /// Where the column of `field` stands.
    #[must_use]
    pub fn position(field: &Field) -> Option<usize> {
        Self::fields().iter().position(|other| other == field)
    }

    /// No alert yet.
    #[must_use]
    pub fn empty() -> Self {
        Self { columns: Self::fields().iter().map(Cells::of).collect(), ..Self::default() }
    }

    /// How many alerts there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// One more alert, on the token of that number. What its outcome says before it is sealed is left out.
    pub fn push(&mut self, token: i64, record: &AlertRecord) {
        let settled = settled(record);
        let record = settled.as_ref().unwrap_or(record);
        self.ids.push(record.alert.id);
        self.tokens.push(token);
        self.extra.push(record.alert.extra.clone());
        for (field, cells) in Self::fields().iter().zip(&mut self.columns) {
            cells.push(field.value(record));
        }
    }
}

/// The record as the dataset knows it, where that differs: what an open outcome says so far changes from minute to minute,
/// so that an answer would not be the same twice.
#[must_use]
pub fn settled(record: &AlertRecord) -> Option<AlertRecord> {
    (record.outcome.status == OutcomeStatus::Tracking).then(|| {
        let (status, policy_version) = (record.outcome.status, record.outcome.policy_version);
        AlertRecord { outcome: Outcome { status, policy_version, ..Outcome::default() }, ..record.clone() }
    })
}

impl Cells {
    /// No value yet of `field`.
    #[must_use]
    pub fn of(field: &Field) -> Self {
        match field.kind() {
            Kind::Boolean => Self::Flags(Vec::new()),
            Kind::Number => Self::Numbers(Vec::new()),
            Kind::Timestamp => Self::Moments(Vec::new()),
            Kind::Text | Kind::Enum(_) | Kind::Any => Self::Words(Words::default()),
        }
    }

    /// One more. A value of another sort is none.
    pub fn push(&mut self, value: Option<Value<'_>>) {
        match self {
            Self::Flags(flags) => flags.push(match value {
                Some(Value::Boolean(flag)) => Some(flag),
                _ => None,
            }),
            Self::Numbers(numbers) => numbers.push(match value {
                Some(Value::Number(number)) => number,
                _ => f64::NAN,
            }),
            Self::Moments(moments) => moments.push(match value {
                Some(Value::Timestamp(at)) => Some(at),
                _ => None,
            }),
            Self::Words(words) => words.push(match &value {
                Some(Value::Text(text)) => Some(text),
                Some(Value::Enum(name)) => Some(name),
                _ => None,
            }),
        }
    }
}
