//! An alert together with its outcome: the rows that are read, however they are chosen.

use domain::alert::AlertId;
use domain::record::AlertRecord;
use sea_orm::sea_query::{Alias, ColumnRef, Expr, ExprTrait, IntoColumnRef, Query, SelectStatement};
use sea_orm::{FromQueryResult, IdenStatic, Iterable, QueryResult};

use crate::alerts::row as alert_row;
use crate::entity::{alert, alert_id, outcome, token};
use crate::error::{Doing, StoreError};
use crate::outcomes::row as outcome_row;
use crate::stored::token_key;

const OF_ALERT: &str = "a_";
const OF_OUTCOME: &str = "o_";
const OF_TOKEN: &str = "t_";

/// `SELECT … FROM alerts JOIN outcomes JOIN tokens`, for [`decode`]. Without the fold's state, which is long and of no
/// use to a reader.
pub(crate) fn select() -> SelectStatement {
    let mut select = Query::select();
    for column in alert::Column::iter() {
        select.expr_as(Expr::col((alert::Entity, column)), Alias::new(format!("{OF_ALERT}{}", column.as_str())));
    }
    for column in outcome::Column::iter() {
        let value = match column {
            outcome::Column::State => Expr::val(Vec::<u8>::new()),
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

/// A row of [`select`].
pub(crate) fn decode(row: &QueryResult) -> Result<AlertRecord, StoreError> {
    let doing = "reading an alert";
    let token = token::Model::from_query_result(row, OF_TOKEN).doing(doing)?;
    let alert = alert::Model::from_query_result(row, OF_ALERT).doing(doing)?;
    let outcome = outcome::Model::from_query_result(row, OF_OUTCOME).doing(doing)?;
    let (alert, recorded_at) = alert_row::alert(alert, token_key(&token.chain, &token.address)?)?;
    Ok(AlertRecord { alert, recorded_at, outcome: outcome_row::outcome(outcome)? })
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
