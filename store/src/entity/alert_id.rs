//! `alert_ids`: which token an alert belongs to, and the hash that tells a retry from another alert.

use sea_orm::entity::prelude::*;

/// One alert's identity.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_ids")]
pub struct Model {
    /// The alert.
    #[sea_orm(primary_key, auto_increment = false)]
    pub alert_id: Uuid,
    /// Its token.
    pub token_id: i64,
    /// SHA-256 of the request as it was sent.
    pub request_hash: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
