//! The catalogue file.

use super::catalogue::Catalogue;

/// What is wrong with a catalogue file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Not TOML, or not of the right shape.
    #[error("the gate catalogue cannot be read: {0}")]
    Syntax(String),
}

pub(super) fn read(_toml: &str) -> Result<Catalogue, CatalogueError> {
    todo!()
}
