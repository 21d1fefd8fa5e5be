//! The steps that make the tables, each in its own file, oldest first. A step that was ever released is never changed.

mod dialect;
mod m0001_alerts;
mod m0002_prices;
mod m0003_outcomes;
mod m0004_configs;
mod m0005_events;
mod m0006_leases;
mod m0007_hot_path;
mod m0008_shards;
mod m0009_events;
mod m0010_removed_alerts;
mod m0011_retention;
mod m0012_approximate;

use sea_orm_migration::prelude::*;

/// All steps.
pub(crate) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_alerts::Migration),
            Box::new(m0002_prices::Migration),
            Box::new(m0003_outcomes::Migration),
            Box::new(m0004_configs::Migration),
            Box::new(m0005_events::Migration),
            Box::new(m0006_leases::Migration),
            Box::new(m0007_hot_path::Migration),
            Box::new(m0008_shards::Migration),
            Box::new(m0009_events::Migration),
            Box::new(m0010_removed_alerts::Migration),
            Box::new(m0011_retention::Migration),
            Box::new(m0012_approximate::Migration),
        ]
    }
}
