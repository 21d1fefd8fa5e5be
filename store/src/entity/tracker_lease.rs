//! `tracker_leases`: which tracker polls which shard of the tokens, until when.

use sea_orm::entity::prelude::*;

use super::moment::Moment;

/// One shard.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tracker_leases")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub shard: i32,
    /// Who holds it; empty when nobody does.
    pub holder: String,
    /// Grows with every change of holder: a writer with an older one has lost its lease.
    pub epoch: i64,
    /// On the database's clock.
    pub expires_at: Moment,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
