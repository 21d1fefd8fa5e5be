//! `pools`: the pool that a token's price is taken from.

use sea_orm::entity::prelude::*;

use super::moment::Moment;

/// The pinned pool of one token.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pools")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_id: i64,
    /// The pool's address.
    pub pool: String,
    pub dex_name: Option<String>,
    pub pinned_at: Moment,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::token::Entity", from = "Column::TokenId", to = "super::token::Column::TokenId")]
    Token,
}

impl Related<super::token::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Token.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
