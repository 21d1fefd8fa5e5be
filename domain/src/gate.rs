//! Gates: the bot's config keys, and which alerts each of their values would have let through.
//!
//! The [`Catalogue`] says which keys there are and what they mean; it is data (a TOML file), with a built-in default for
//! callsbot's keys. A [`FilterConfig`] is a value for each key. [`decide`] replays them on an alert.
//!
//! **The law of gates:** tightening a gate never adds an alert. Each knob has a direction ([`Tighter`]), and turning it
//! that way can only turn alerts away.

mod candidates;
mod catalogue;
mod config;
mod decide;
mod error;
mod file;
mod read;

pub use catalogue::{Bonus, Catalogue, Gate, Knob, Rule, Setting, SettingKind, Tighter, Unknown};
pub use config::{ConfigError, FilterConfig, Violation};
pub use decide::{Ruling, Screen, decide};
pub use error::CatalogueError;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
