//! `policies`: the outcome policies that trackers were started with, each version once and for all.

use sea_orm::entity::prelude::*;

use super::moment::Moment;

/// One policy.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "policies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// All parameters, as JSON. Text, so that no number is rounded.
    pub content: String,
    /// When a tracker first had it.
    pub registered_at: Moment,
    /// When a tracker was last started with it: the latest of these is in force.
    pub in_force_since: Moment,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
