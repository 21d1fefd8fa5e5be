//! The alerts as Postgres copies them out, field by field (PostgreSQL documentation, "COPY", binary format): per row a number
//! of fields, per field its length and its value, all big-endian.

use std::collections::BTreeMap;

use domain::alert::{AlertId, ExtraValue};
use domain::feature::Feature;
use domain::field::{AlertField, Field, Kind, Names, OutcomeField};
use domain::timestamp::Timestamp;
use uuid::Uuid;

use super::batch::{Batch, Cells};
use crate::error::StoreError;

/// What the data begin with, and how long the rest of the header is: flags and the length of an extension that is not there.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
const HEADER: usize = SIGNATURE.len() + 8;
/// 2000-01-01T00:00:00Z, from which Postgres counts.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// The statement that copies all alerts that changed after `settled`, for [`Decoder`].
pub(super) fn statement(settled: i64) -> String {
    let fields: Vec<String> = Batch::fields().iter().map(expression).collect();
    format!(
        "COPY (SELECT a.alert_id, a.token_id, a.extra, {} FROM outcomes AS o
               JOIN alerts AS a ON a.token_id = o.token_id AND a.alert_id = o.alert_id
               JOIN tokens AS t ON t.token_id = o.token_id
               WHERE o.dataset_change > {settled}) TO STDOUT (FORMAT binary)",
        fields.join(", ")
    )
}

/// The statement that copies all alerts: to see how long the database itself takes over it.
#[must_use]
pub fn copy_statement() -> String {
    statement(0)
}

/// The value of a field, as `Field::value` has it; what an open outcome says so far is left out.
fn expression(field: &Field) -> String {
    let known = |text: &str| format!("NULLIF(a.{text}, '')");
    match field {
        Field::Alert(AlertField::TokenChain) => "t.chain".to_owned(),
        Field::Alert(AlertField::TokenAddress) => "t.address".to_owned(),
        Field::Alert(AlertField::TokenSymbol) => known("symbol"),
        Field::Alert(AlertField::TokenName) => known("name"),
        Field::Alert(AlertField::ConfigRevision) => known("config_revision"),
        Field::Alert(field) => format!("a.{}", field.name().replace('.', "_")),
        Field::Feature(feature) => format!("a.{}", feature.name()),
        Field::Outcome(OutcomeField::ExitLiquidityAssumed) => {
            "CASE WHEN o.exit_return_pct IS NOT NULL THEN o.exit_liquidity_assumed END".to_owned()
        }
        Field::Outcome(field @ (OutcomeField::HeldDropped | OutcomeField::SnapshotCount)) => {
            format!("CASE WHEN o.sealed_at IS NULL THEN 0 ELSE o.{} END", field.name())
        }
        Field::Outcome(OutcomeField::Approximate) => "(o.approximate AND o.sealed_at IS NOT NULL)".to_owned(),
        Field::Outcome(field) => format!("o.{}", field.name()),
        // Not among the fields of a batch.
        Field::Extra(_) => "NULL".to_owned(),
    }
}

/// Makes batches of the bytes, in whatever pieces they come.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    rest: Vec<u8>,
    has_begun: bool,
}

impl Decoder {
    /// The rows that end in `bytes`.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> Result<Batch, StoreError> {
        let mut batch = Batch::empty();
        let mut joined = std::mem::take(&mut self.rest);
        let all = if joined.is_empty() {
            bytes
        } else {
            joined.extend_from_slice(bytes);
            &joined
        };
        let mut reader = Reader { bytes: all };
        if !self.has_begun {
            if reader.bytes.len() < HEADER {
                self.rest = reader.bytes.to_vec();
                return Ok(batch);
            }
            if !reader.bytes.starts_with(SIGNATURE) {
                return Err(corrupt("it does not begin as binary data do"));
            }
            reader.bytes = &reader.bytes[HEADER..];
            self.has_begun = true;
        }
        while let Some(mut row) = reader.row()? {
            push(&mut batch, &mut row)?;
        }
        self.rest = reader.bytes.to_vec();
        Ok(batch)
    }
}

fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt { what: format!("what the database copied out: {what}") }
}

/// Bytes that were not read yet.
#[derive(Clone, Copy)]
struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The fields of the next row; `None` where it is not there in full, or where the rows end.
    fn row(&mut self) -> Result<Option<Self>, StoreError> {
        let begun = *self;
        let Some(count) = self.take().map(i16::from_be_bytes) else { return Ok(None) };
        if count < 0 {
            self.bytes = &[];
            return Ok(None);
        }
        if usize::try_from(count) != Ok(3 + Batch::fields().len()) {
            return Err(corrupt("a row of another number of fields"));
        }
        let fields = *self;
        for _ in 0..count {
            let Some(length) = self.take().map(i32::from_be_bytes) else {
                *self = begun;
                return Ok(None);
            };
            let length = usize::try_from(length).unwrap_or(0);
            let Some(rest) = self.bytes.get(length..) else {
                *self = begun;
                return Ok(None);
            };
            self.bytes = rest;
        }
        Ok(Some(fields))
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*taken)
    }

    /// The next field of a row that is there in full; `None` for NULL.
    fn field(&mut self) -> Result<Option<&'a [u8]>, StoreError> {
        let length = self.take().map(i32::from_be_bytes).ok_or_else(|| corrupt("a field without a length"))?;
        let Ok(length) = usize::try_from(length) else { return Ok(None) };
        let (field, rest) = self.bytes.split_at_checked(length).ok_or_else(|| corrupt("a field without an end"))?;
        self.bytes = rest;
        Ok(Some(field))
    }

    fn fixed<const N: usize>(&mut self) -> Result<Option<[u8; N]>, StoreError> {
        let field = self.field()?;
        field.map(|field| field.try_into().map_err(|_| corrupt("a field of another length"))).transpose()
    }
}

fn push(batch: &mut Batch, row: &mut Reader<'_>) -> Result<(), StoreError> {
    let missing = || corrupt("an alert without an id or a token");
    let id = Uuid::from_bytes(row.fixed()?.ok_or_else(missing)?);
    let token = i64::from_be_bytes(row.fixed()?.ok_or_else(missing)?);
    let extra = row.field()?.map_or_else(|| Ok(BTreeMap::new()), extra)?;
    for (field, cells) in Batch::fields().iter().zip(&mut batch.columns) {
        put(field, cells, row)?;
    }
    batch.ids.push(AlertId(id));
    batch.tokens.push(token);
    batch.extra.push(extra);
    Ok(())
}

fn put(field: &Field, cells: &mut Cells, row: &mut Reader<'_>) -> Result<(), StoreError> {
    match cells {
        Cells::Flags(flags) => flags.push(row.fixed::<1>()?.map(|[byte]| byte != 0)),
        Cells::Numbers(numbers) if is_integer(field) => {
            numbers.push(row.fixed()?.map_or(f64::NAN, |bytes| f64::from(i32::from_be_bytes(bytes))));
        }
        Cells::Numbers(numbers) => numbers.push(row.fixed()?.map_or(f64::NAN, f64::from_be_bytes)),
        Cells::Moments(moments) => moments.push(row.fixed()?.map(moment)),
        Cells::Words(words) => {
            let Some(text) = row.field()? else {
                words.push(None);
                return Ok(());
            };
            let text = std::str::from_utf8(text).map_err(|_| corrupt("a text that is none"))?;
            match field.kind() {
                Kind::Enum(names) => words.push(Some(name_of(names, text)?)),
                _ => words.push(Some(text)),
            }
        }
    }
    Ok(())
}

/// The contract's name of what the database calls in small letters.
fn name_of(names: &'static Names, text: &str) -> Result<&'static str, StoreError> {
    names.find(text).ok_or_else(|| corrupt(&format!("{text:?} among {}", names.all.join(", "))))
}

fn moment(bytes: [u8; 8]) -> Timestamp {
    Timestamp::from_micros(i64::from_be_bytes(bytes).saturating_add(EPOCH_MICROS))
}

/// The numbers that the database keeps in four bytes.
const fn is_integer(field: &Field) -> bool {
    matches!(
        field,
        Field::Feature(
            Feature::PreliminaryScore
                | Feature::FinalScore
                | Feature::VelocityScore15m
                | Feature::VelocityBonus
                | Feature::HolderCount
                | Feature::UniqueTraders15m
        ) | Field::Outcome(OutcomeField::HeldDropped | OutcomeField::SnapshotCount | OutcomeField::PolicyVersion)
    )
}

/// Binary `jsonb` is a version and the text.
fn extra(bytes: &[u8]) -> Result<BTreeMap<String, ExtraValue>, StoreError> {
    let Some((1, json)) = bytes.split_first() else { return Err(corrupt("jsonb of an unknown version")) };
    serde_json::from_slice(json).map_err(|error| corrupt(&format!("extra: {error}")))
}
