//! The alerts and their outcomes in memory, as columns: one immutable [`Snapshot`] per revision.

pub mod bitmap;
pub mod categories;
pub mod chunked;
pub mod columns;
pub mod days;
pub mod derived;
mod digest;
pub mod extra;
pub mod features;
pub mod filter;
pub mod gates;
pub mod labels;
pub mod load;
mod lookup;
pub mod measures;
mod metrics;
mod order;
pub mod places;
mod plan;
pub mod raw;
pub mod refresh;
pub mod revision;
pub mod snapshot;
pub mod standings;
pub mod table;
mod tokens;

pub use bitmap::Bitmap;
pub use load::DatasetError;
pub use refresh::Dataset;
pub use revision::Revision;
pub use snapshot::Snapshot;

#[cfg(test)]
mod tests;

#[cfg(test)]
mod laws;
