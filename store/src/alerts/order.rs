//! An order of the domain as SQL: what to order by, and what comes after a position.

use domain::field::{AlertField, Field, Kind, OutcomeField};
use domain::order::{Key, Order, Position, Term};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, NullOrdering, SelectStatement, Value};
use uuid::Uuid;

use crate::entity::moment::Moment;
use crate::entity::{alert, outcome, token};
use crate::error::StoreError;

/// Orders a selection, and leaves out what does not come after `after`.
pub(super) fn apply(select: &mut SelectStatement, order: &Order, after: Option<&Position>) -> Result<(), StoreError> {
    if let Some(after) = after {
        let wrong = || StoreError::Position { order: order.to_string() };
        if after.keys.len() != order.terms().len() {
            return Err(wrong());
        }
        let mut keys = Vec::with_capacity(after.keys.len());
        for (term, key) in order.terms().iter().zip(&after.keys) {
            keys.push(match key {
                Some(key) => Some(bound(&term.field, key).ok_or_else(wrong)?),
                None => None,
            });
        }
        select.and_where(behind(order, &keys, after.alert_id.0));
        if let ([term], [Some(key)]) = (order.terms(), keys.as_slice()) {
            // Implied by the above; said plainly, so that an index can be entered at that place.
            let column = column(&term.field);
            let reach = if term.descending { column.clone().lte(key.clone()) } else { column.clone().gte(key.clone()) };
            select.and_where(if is_always_known(&term.field) { reach } else { reach.or(column.is_null()) });
        }
    }
    for term in order.terms() {
        let direction = direction(term.descending);
        if is_always_known(&term.field) {
            select.order_by_expr(column(&term.field), direction);
        } else {
            select.order_by_expr_with_nulls(column(&term.field), direction, NullOrdering::Last);
        }
    }
    select.order_by((alert::Entity, alert::Column::AlertId), direction(order.ties_descend()));
    Ok(())
}

const fn direction(descending: bool) -> sea_orm::Order {
    if descending { sea_orm::Order::Desc } else { sea_orm::Order::Asc }
}

/// Behind in the first term, or level in it and behind in the rest.
fn behind(order: &Order, keys: &[Option<Value>], alert_id: Uuid) -> Expr {
    let id = Expr::col((alert::Entity, alert::Column::AlertId));
    let mut condition = if order.ties_descend() { id.lt(alert_id) } else { id.gt(alert_id) };
    for (term, key) in order.terms().iter().zip(keys).rev() {
        let column = column(&term.field);
        condition = match key {
            Some(key) => behind_known(term, column.clone(), key).or(column.eq(key.clone()).and(condition)),
            // Nothing is behind the unknown but what is unknown too.
            None => column.is_null().and(condition),
        };
    }
    condition
}

fn behind_known(term: &Term, column: Expr, key: &Value) -> Expr {
    let further = if term.descending { column.clone().lt(key.clone()) } else { column.clone().gt(key.clone()) };
    if is_always_known(&term.field) { further } else { further.or(column.is_null()) }
}

/// Fields whose columns are never NULL.
const fn is_always_known(field: &Field) -> bool {
    matches!(
        field,
        Field::Alert(
            AlertField::AlertId
                | AlertField::TokenChain
                | AlertField::TokenAddress
                | AlertField::AlertedAt
                | AlertField::RecordedAt
                | AlertField::Decision
        ) | Field::Outcome(
            OutcomeField::Status
                | OutcomeField::HeldDropped
                | OutcomeField::SnapshotCount
                | OutcomeField::PolicyVersion
                | OutcomeField::Approximate
        )
    )
}

/// The column, or expression, that a field is stored in.
fn column(field: &Field) -> Expr {
    let of_alert = |column: alert::Column| Expr::col((alert::Entity, column));
    // An empty name is an unknown one.
    let named = |column| Expr::from(Func::cust("NULLIF").arg(of_alert(column)).arg(""));
    match field {
        Field::Alert(field) => match field {
            AlertField::AlertId => of_alert(alert::Column::AlertId),
            AlertField::TokenChain => Expr::col((token::Entity, token::Column::Chain)),
            AlertField::TokenAddress => Expr::col((token::Entity, token::Column::Address)),
            AlertField::TokenSymbol => named(alert::Column::Symbol),
            AlertField::TokenName => named(alert::Column::Name),
            AlertField::AlertedAt => of_alert(alert::Column::AlertedAt),
            AlertField::RecordedAt => of_alert(alert::Column::RecordedAt),
            AlertField::Decision => of_alert(alert::Column::Decision),
            AlertField::ShadowSampleRate => of_alert(alert::Column::ShadowSampleRate),
            AlertField::ConfigRevision => named(alert::Column::ConfigRevision),
            AlertField::EntryPriceUsd => of_alert(alert::Column::EntryPriceUsd),
            AlertField::EntryMarketCapUsd => of_alert(alert::Column::EntryMarketCapUsd),
            AlertField::EntryLiquidityUsd => of_alert(alert::Column::EntryLiquidityUsd),
            AlertField::EntryVolume24hUsd => of_alert(alert::Column::EntryVolume24hUsd),
        },
        // Features and outcomes have the names of their columns.
        Field::Feature(feature) => Expr::col((alert::Entity, Alias::new(feature.name()))),
        Field::Outcome(OutcomeField::ExitLiquidityAssumed) => Expr::case(
            Expr::col((outcome::Entity, outcome::Column::ExitReturnPct)).is_not_null(),
            Expr::col((outcome::Entity, outcome::Column::ExitLiquidityAssumed)),
        )
        .into(),
        Field::Outcome(field) => Expr::col((outcome::Entity, Alias::new(field.name()))),
        // Never asked for: lists by the bot's own features look at every alert.
        Field::Extra(_) => Expr::null(),
    }
}

/// A key as the value that its column would hold; `None` where the field cannot have such a value.
fn bound(field: &Field, key: &Key) -> Option<Value> {
    match (field.kind(), key) {
        (Kind::Boolean, Key::Boolean(value)) => Some((*value).into()),
        (Kind::Number, Key::Number(value)) => Some((*value).into()),
        (Kind::Timestamp, Key::Timestamp(value)) => Some(Moment(*value).into()),
        (Kind::Text, Key::Text(value)) if *field == Field::Alert(AlertField::AlertId) => {
            value.parse::<Uuid>().ok().map(Into::into)
        }
        (Kind::Text, Key::Text(value)) => (!value.contains('\0')).then(|| value.clone().into()),
        (Kind::Enum(names), Key::Text(value)) => names
            .all
            .contains(&value.as_str())
            .then(|| value.strip_prefix(names.prefix))?
            .map(|name| name.to_lowercase().into()),
        _ => None,
    }
}
