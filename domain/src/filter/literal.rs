//! Makes a value of what was written, of the sort that the field has.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use uuid::Uuid;

use super::error::Problem;
use super::evaluate::fold_case;
use super::expression::{Comparator, Expression, Literal};
use super::scan::Written;
use crate::field::{AlertField, Field, Kind, Names};
use crate::nearest::{nearest, suggestion};
use crate::timestamp::Timestamp;

/// A field alone.
pub(super) const fn is_true(field: Field) -> Expression {
    Expression::Compare(field, Comparator::Equal, Literal::Boolean(true))
}

/// `field : written`
pub(super) fn has(field: Field, written: Written) -> Result<Expression, Problem> {
    if written.is_asterisk() {
        return Ok(Expression::Known(field));
    }
    match field.kind() {
        Kind::Text | Kind::Any => Ok(Expression::Contains(field, fold_case(&written.text))),
        Kind::Boolean | Kind::Enum(_) => Err(incomparable(field, ":", "= or !=, or :* for \"is known\"")),
        Kind::Number | Kind::Timestamp => Err(incomparable(field, ":", "= != < <= > >=, or :* for \"is known\"")),
    }
}

/// `field comparator written`
pub(super) fn compare(field: Field, comparator: Comparator, written: Written) -> Result<Expression, Problem> {
    let kind = field.kind();
    if written.is_asterisk() {
        let hint = format!("; {field}:* asks whether it is known");
        return Err(Problem::Mismatch { field, sort: kind.noun(), given: written.text, hint });
    }
    let literal = match kind {
        Kind::Boolean => boolean(&written),
        Kind::Number => number(&written),
        Kind::Timestamp => timestamp(&written),
        Kind::Enum(names) => enum_value(names, &written),
        Kind::Text => Ok(Literal::Text(text_of(&field, &written.text))),
        Kind::Any => Ok(anything(&written)),
    };
    let literal = match literal {
        Ok(literal) => literal,
        Err(hint) => return Err(Problem::Mismatch { field, sort: kind.noun(), given: written.text, hint }),
    };
    if !comparator.is_equality() && matches!(literal, Literal::Boolean(_) | Literal::Enum(_)) {
        return Err(incomparable(field, comparator.symbol(), "= or !="));
    }
    Ok(Expression::Compare(field, comparator, literal))
}

const fn incomparable(field: Field, comparator: &'static str, instead: &'static str) -> Problem {
    let sort = field.kind().noun();
    Problem::Incomparable { field, sort, comparator, instead }
}

/// Ids are compared in their usual spelling, whichever they were written in.
fn text_of(field: &Field, text: &str) -> String {
    match (field, Uuid::parse_str(text)) {
        (Field::Alert(AlertField::AlertId), Ok(id)) => id.to_string(),
        _ => text.to_owned(),
    }
}

fn boolean(written: &Written) -> Result<Literal, String> {
    match written.text.to_ascii_lowercase().as_str() {
        "true" if !written.is_quoted => Ok(Literal::Boolean(true)),
        "false" if !written.is_quoted => Ok(Literal::Boolean(false)),
        _ => Err("; write true or false, without quotes".to_owned()),
    }
}

fn number(written: &Written) -> Result<Literal, String> {
    match finite(&written.text) {
        Some(number) if !written.is_quoted => Ok(Literal::Number(number)),
        Some(_) => Err("; write it without quotes".to_owned()),
        None if written.text.strip_suffix('%').is_some_and(|text| finite(text).is_some()) => {
            Err("; write it without %".to_owned())
        }
        None => Err(String::new()),
    }
}

/// Rust also reads `inf` and `nan`, and makes an infinity of `1e999`.
fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn timestamp(written: &Written) -> Result<Literal, String> {
    let moment = DateTime::parse_from_rfc3339(&written.text).map(|moment| moment.with_timezone(&Utc));
    let midnight = || NaiveDate::parse_from_str(&written.text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    moment
        .ok()
        .or_else(|| midnight().map(|moment| moment.and_utc()))
        // An offset can carry a moment into years that RFC 3339 cannot write.
        .filter(|moment| (0..=9999).contains(&moment.year()))
        .map(|moment| Literal::Timestamp(Timestamp::from(moment)))
        .ok_or_else(|| "; write it as in \"2025-10-07T16:20:14Z\" or \"2025-10-07\"".to_owned())
}

fn enum_value(names: &'static Names, written: &Written) -> Result<Literal, String> {
    names.find(&written.text).map(Literal::Enum).ok_or_else(|| {
        let short = names.all.iter().map(|full| full.strip_prefix(names.prefix).unwrap_or(full));
        let near = nearest(&written.text, short.chain(names.all.iter().copied()));
        format!("; they are {}{}", names.all.join(", "), suggestion(near))
    })
}

/// A bot's own feature takes the sort of what it is compared with.
fn anything(written: &Written) -> Literal {
    boolean(written).or_else(|_| number(written)).unwrap_or_else(|_| Literal::Text(written.text.clone()))
}
