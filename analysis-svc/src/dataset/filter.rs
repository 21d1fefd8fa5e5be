//! Filters as sets of rows: what [`Filter::truth`] says of one record, for all rows at once, in the same three-valued logic.
//!
//! Conditions on what is kept in memory are answered from the columns. The others (names, addresses, seldom-used prices)
//! are looked up in the store, once per revision: see [`super::Dataset::kept`].

use std::collections::HashMap;
use std::sync::Arc;

use domain::field::{AlertField, Field, OutcomeField};
use domain::filter::{Comparator, Expression, Filter, Literal, fold_case};
use domain::timestamp::Timestamp;

use super::bitmap::Bitmap;
use super::chunked::Chunked;
use super::snapshot::Snapshot;

/// The rows that a filter keeps.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    rows: Option<Bitmap>,
}

impl Kept {
    /// Those of a filter that keeps everything.
    #[must_use]
    pub const fn everything() -> Self {
        Self { rows: None }
    }

    /// The rows that `filter` keeps, as far as the columns can tell. `None` where something is asked that is not kept in
    /// memory.
    #[must_use]
    pub fn of(snapshot: &Snapshot, filter: &Filter) -> Option<Self> {
        Self::with(snapshot, filter, &HashMap::new())
    }

    /// The same where some conditions, by their canonical text, were looked up.
    pub(super) fn with(snapshot: &Snapshot, filter: &Filter, looked_up: &LookedUp) -> Option<Self> {
        if filter.is_everything() {
            return Some(Self::everything());
        }
        truth(snapshot, filter.expression(), looked_up).map(|truth| Self { rows: Some(truth.yes) })
    }

    /// The rows; `None` for all.
    #[must_use]
    pub const fn rows(&self) -> Option<&Bitmap> {
        self.rows.as_ref()
    }

    /// Whether no filter was asked for.
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.rows.is_none()
    }
}

/// Conditions that were looked up, by their canonical text.
pub(super) type LookedUp = HashMap<String, Arc<Truth>>;

/// Where a condition holds, and where it does not; elsewhere it is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// True.
    pub yes: Bitmap,
    /// False.
    pub no: Bitmap,
}

impl Truth {
    /// From where it holds, where it is known.
    fn among(known: &Bitmap, yes: Bitmap) -> Self {
        Self { no: known.and_not(&yes), yes }
    }

    /// What is known of a row.
    pub(super) fn put(&mut self, row: usize, truth: Option<bool>) {
        match truth {
            Some(true) => self.yes.insert(row),
            Some(false) => self.no.insert(row),
            None => {}
        }
    }

    /// Nothing is known of any row.
    pub(super) fn unknown(len: usize) -> Self {
        Self { yes: Bitmap::none(len), no: Bitmap::none(len) }
    }

    fn negated(self) -> Self {
        Self { yes: self.no, no: self.yes }
    }
}

/// What an expression says of all rows; `None` where it asks for something that is neither kept nor looked up.
pub(super) fn truth(snapshot: &Snapshot, expression: &Expression, looked_up: &LookedUp) -> Option<Truth> {
    let len = snapshot.len();
    match expression {
        Expression::All(members) => {
            let mut all = Truth { yes: Bitmap::all(len), no: Bitmap::none(len) };
            for member in members {
                let member = truth(snapshot, member, looked_up)?;
                all.yes.intersect(&member.yes);
                all.no.unite(&member.no);
            }
            Some(all)
        }
        Expression::Any(members) => {
            let mut any = Truth { yes: Bitmap::none(len), no: Bitmap::all(len) };
            for member in members {
                let member = truth(snapshot, member, looked_up)?;
                any.yes.unite(&member.yes);
                any.no.intersect(&member.no);
            }
            Some(any)
        }
        Expression::Not(inner) => truth(snapshot, inner, looked_up).map(Truth::negated),
        condition => of_columns(snapshot, condition)
            .or_else(|| looked_up.get(&condition.to_string()).map(|truth| Truth::clone(truth))),
    }
}

/// The conditions of an expression that have to be looked up.
pub(super) fn not_kept<'a>(snapshot: &Snapshot, expression: &'a Expression, found: &mut Vec<&'a Expression>) {
    match expression {
        Expression::All(members) | Expression::Any(members) => {
            members.iter().for_each(|member| not_kept(snapshot, member, found));
        }
        Expression::Not(inner) => not_kept(snapshot, inner, found),
        Expression::Known(field) | Expression::Compare(field, ..) | Expression::Contains(field, _) => {
            if !is_kept(snapshot, field) {
                found.push(expression);
            }
        }
    }
}

fn is_kept(snapshot: &Snapshot, field: &Field) -> bool {
    matches!(field, Field::Extra(_) | Field::Alert(AlertField::AlertedAt) | Field::Outcome(OutcomeField::SealedAt))
        || snapshot.flags_of(field).is_some()
        || snapshot.measures_of(field).is_some()
        || snapshot.words_of(field).is_some()
}

/// A condition on a field that is kept.
fn of_columns(snapshot: &Snapshot, condition: &Expression) -> Option<Truth> {
    let (Expression::Known(field) | Expression::Compare(field, ..) | Expression::Contains(field, _)) = condition else {
        return None;
    };
    if !is_kept(snapshot, field) {
        return None;
    }
    let len = snapshot.len();
    Some(match condition {
        Expression::Compare(_, comparator, literal) => compared(snapshot, field, *comparator, literal),
        Expression::Contains(_, needle) => match snapshot.words_of(field) {
            Some(words) => words_where(words, |word| fold_case(word).contains(needle.as_str())),
            None => Truth::unknown(len),
        },
        _ => Truth::among(&Bitmap::all(len), known(snapshot, field)),
    })
}

fn known(snapshot: &Snapshot, field: &Field) -> Bitmap {
    match moments(snapshot, field) {
        Some(moments) => moments.rows_where(|at| at != i64::MIN),
        None => {
            let mut known = Bitmap::none(snapshot.len());
            if let Some(flags) = snapshot.flags_of(field) {
                known.unite(&flags.known());
            }
            if let Some(measures) = snapshot.measures_of(field) {
                known.unite(measures.known());
            }
            if let Some(words) = snapshot.words_of(field) {
                known.unite(&words.known);
                words.empty().into_iter().for_each(|empty| known.unite(empty));
            }
            known
        }
    }
}

/// Values of another sort than the literal's are as good as unknown.
fn compared(snapshot: &Snapshot, field: &Field, comparator: Comparator, literal: &Literal) -> Truth {
    let nothing = || Truth::unknown(snapshot.len());
    match literal {
        Literal::Boolean(literal) => snapshot.flags_of(field).map_or_else(nothing, |flags| {
            let (same, other) = if *literal { (&flags.yes, &flags.no) } else { (&flags.no, &flags.yes) };
            // A flag is as it should be, or greater (true), or less (false).
            let when_other = if *literal { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater };
            let mut yes = Bitmap::none(snapshot.len());
            if comparator.admits(std::cmp::Ordering::Equal) {
                yes.unite(same);
            }
            if comparator.admits(when_other) {
                yes.unite(other);
            }
            Truth::among(&flags.known(), yes)
        }),
        Literal::Number(literal) => snapshot.measures_of(field).map_or_else(nothing, |measures| {
            let admits = |number: f64| number.partial_cmp(literal).is_some_and(|order| comparator.admits(order));
            Truth::among(measures.known(), measures.rows_where(admits))
        }),
        Literal::Text(literal) => snapshot
            .words_of(field)
            .map_or_else(nothing, |words| words_where(words, |word| comparator.admits(word.cmp(literal)))),
        Literal::Enum(literal) => snapshot
            .words_of(field)
            .map_or_else(nothing, |words| words_where(words, |word| comparator.admits(word.cmp(literal)))),
        Literal::Timestamp(literal) => moments(snapshot, field).map_or_else(nothing, |moments| {
            let admits = |at: i64| at != i64::MIN && comparator.admits(Timestamp::from_micros(at).cmp(literal));
            Truth::among(&known(snapshot, field), moments.rows_where(admits))
        }),
    }
}

fn moments<'a>(snapshot: &'a Snapshot, field: &Field) -> Option<&'a Chunked<i64>> {
    match field {
        Field::Alert(AlertField::AlertedAt) => Some(snapshot.alert_times()),
        Field::Outcome(OutcomeField::SealedAt) => Some(snapshot.seal_times()),
        _ => None,
    }
}

fn words_where(words: &super::categories::Categories, holds: impl Fn(&str) -> bool) -> Truth {
    let holding: Vec<bool> = words.levels.iter().map(|word| holds(word)).collect();
    let mut yes = words.rows_where(|code| holding.get(code).copied().unwrap_or(false));
    let mut known = words.known.clone();
    if let Some(empty) = words.empty() {
        known.unite(empty);
        if holds("") {
            yes.unite(empty);
        }
    }
    Truth::among(&known, yes)
}
