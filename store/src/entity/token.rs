//! `tokens`: what identifies a token, and the row that its writers lock.

use sea_orm::entity::prelude::*;

/// One token that was alerted at least once.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tokens")]
pub struct Model {
    /// Its number here: short, because it leads every hot key.
    #[sea_orm(primary_key)]
    pub token_id: i64,
    /// `solana`.
    pub chain: String,
    /// Its address there, in base58.
    pub address: String,
    /// Its shard: whose trackers follow it.
    pub shard: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
