//! `price_weeks`: the weeks of raw prices, and how far each has come on its way from raw prices to bars. A week without a
//! row is kept raw. Its row is also its lock: see [`crate::retention`].

use sea_orm::entity::prelude::*;

use super::moment::Moment;

/// One week.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_weeks")]
pub struct Model {
    /// Its Monday, 00:00 UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_at: Moment,
    /// When it was first found to be old.
    pub noticed_at: Moment,
    /// From then on no price is taken for it.
    pub closed_at: Option<Moment>,
    /// From then on its bars are all there, and its raw prices are not asked any more.
    pub rolled_at: Option<Moment>,
    /// From then on its raw prices are gone.
    pub dropped_at: Option<Moment>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
