//! `events`: what happened to alerts, for those who watch.

use sea_orm::entity::prelude::*;

use super::moment::Moment;

/// One event.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// Its number. Numbers are given when a transaction writes and seen when it commits: a cursor reads by
    /// `written_by` first.
    #[sea_orm(primary_key)]
    pub event_id: i64,
    /// The transaction that wrote it.
    pub written_by: i64,
    pub token_id: i64,
    pub alert_id: Uuid,
    pub kind: String,
    pub happened_at: Moment,
    pub recorded_at: Moment,
    pub detail: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
