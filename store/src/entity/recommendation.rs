//! `recommendations`: the ledger of what was recommended.

use sea_orm::entity::prelude::*;

use super::moment::Moment;

/// One line of the ledger; see [`crate::recommendations::LedgerEntry`].
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recommendations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub recommendation_id: Uuid,
    pub recommended_at: Moment,
    pub priority: String,
    pub confidence: String,
    pub issue: String,
    pub content: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
