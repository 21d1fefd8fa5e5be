//! `configs`: the bot's configuration, revision by revision.

use sea_orm::entity::prelude::*;

use super::moment::Moment;

/// One revision.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "configs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: String,
    /// Key → value, both text.
    pub config_values: Json,
    pub effective_at: Moment,
    pub recorded_at: Moment,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
