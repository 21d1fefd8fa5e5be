//! The alerts and their outcomes in memory, as columns: one immutable [`Snapshot`] per revision.

pub mod bitmap;
pub mod columns;
pub mod features;
pub mod labels;
pub mod load;
pub mod refresh;
pub mod revision;
pub mod row;
pub mod snapshot;

pub use bitmap::Bitmap;
pub use load::DatasetError;
pub use refresh::Dataset;
pub use revision::Revision;
pub use snapshot::Snapshot;

#[cfg(test)]
mod tests;
