//! An alert together with its outcome: the rows that are read, however they are chosen.

use domain::alert::AlertId;
use domain::record::AlertRecord;
use sea_orm::sea_query::{Alias, ColumnRef, Expr, ExprTrait, IntoColumnRef, Query, SelectStatement};
use sea_orm::{FromQueryResult, IdenStatic, Iterable, QueryResult};

use crate::alerts::row as alert_row;
use crate::engine::Engine;
use crate::entity::moment::Moment;
use crate::entity::{alert, alert_id, outcome, token};
use crate::error::{Doing, StoreError};
use crate::outcomes::row as outcome_row;
use crate::policies::KnownPolicies;
use crate::stored::token_key;

const READING: &str = "reading an alert";
const OF_ALERT: &str = "a_";
const OF_OUTCOME: &str = "o_";
const OF_TOKEN: &str = "t_";

/// `SELECT … FROM alerts JOIN outcomes JOIN tokens`, for [`decode`]. Of a sealed outcome without the fold's state, which is
/// long and of no use to a reader.
pub(crate) fn select() -> SelectStatement {
    let mut select = Query::select();
    for column in alert::Column::iter() {
        select.expr_as(Expr::col((alert::Entity, column)), Alias::new(format!("{OF_ALERT}{}", column.as_str())));
    }
    for column in outcome::Column::iter() {
        let value = match column {
            outcome::Column::State => {
                let open = Expr::col((outcome::Entity, outcome::Column::SealedAt)).is_null();
                Expr::case(open, Expr::col((outcome::Entity, column))).finally(Vec::<u8>::new()).into()
            }
            _ => Expr::col((outcome::Entity, column)),
        };
        select.expr_as(value, Alias::new(format!("{OF_OUTCOME}{}", column.as_str())));
    }
    for column in token::Column::iter() {
        select.expr_as(Expr::col((token::Entity, column)), Alias::new(format!("{OF_TOKEN}{}", column.as_str())));
    }
    select
        .from(alert::Entity)
        .inner_join(
            outcome::Entity,
            same(
                (outcome::Entity, outcome::Column::TokenId).into_column_ref(),
                (alert::Entity, alert::Column::TokenId).into_column_ref(),
            )
            .and(same(
                (outcome::Entity, outcome::Column::AlertId).into_column_ref(),
                (alert::Entity, alert::Column::AlertId).into_column_ref(),
            )),
        )
        .inner_join(
            token::Entity,
            same(
                (token::Entity, token::Column::TokenId).into_column_ref(),
                (alert::Entity, alert::Column::TokenId).into_column_ref(),
            ),
        );
    select
}

/// Rows of [`select`].
pub(crate) async fn decode<C: FromIterator<AlertRecord>>(
    rows: &[QueryResult],
    engine: &Engine,
    policies: &KnownPolicies,
) -> Result<C, StoreError> {
    for row in rows {
        let sealed_at: Option<Moment> = row.try_get(OF_OUTCOME, outcome::Column::SealedAt.as_str()).doing(READING)?;
        if sealed_at.is_none() {
            let version = row.try_get(OF_OUTCOME, outcome::Column::PolicyVersion.as_str()).doing(READING)?;
            policies.find(engine, version).await?;
        }
    }
    rows.iter().map(|row| record(row, policies)).collect()
}

fn record(row: &QueryResult, policies: &KnownPolicies) -> Result<AlertRecord, StoreError> {
    let token = token::Model::from_query_result(row, OF_TOKEN).doing(READING)?;
    let alert = alert::Model::from_query_result(row, OF_ALERT).doing(READING)?;
    let outcome = outcome::Model::from_query_result(row, OF_OUTCOME).doing(READING)?;
    let (alert, recorded_at) = alert_row::alert(alert, token_key(&token.chain, &token.address)?)?;
    Ok(AlertRecord { alert, recorded_at, outcome: outcome_row::outcome(outcome, policies)? })
}

/// [`select`] for one alert.
pub(crate) fn select_one(id: AlertId) -> SelectStatement {
    select_many(&[id])
}

/// [`select`] for some alerts. The way to them leads over `alert_ids`, because the token leads the other keys.
pub(crate) fn select_many(ids: &[AlertId]) -> SelectStatement {
    let mut select = select();
    select
        .inner_join(
            alert_id::Entity,
            same(
                (alert_id::Entity, alert_id::Column::TokenId).into_column_ref(),
                (alert::Entity, alert::Column::TokenId).into_column_ref(),
            )
            .and(same(
                (alert_id::Entity, alert_id::Column::AlertId).into_column_ref(),
                (alert::Entity, alert::Column::AlertId).into_column_ref(),
            )),
        )
        .and_where(Expr::col((alert_id::Entity, alert_id::Column::AlertId)).is_in(ids.iter().map(|id| id.0)));
    select
}

fn same(left: ColumnRef, right: ColumnRef) -> Expr {
    Expr::col(left).eq(Expr::col(right))
}
