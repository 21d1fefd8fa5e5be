//! What an answer looks like to people: one screen, one file.

use crate::print::paint;
use crate::print::text::wrapped;

pub mod alert;
pub mod alerts;
pub mod cohort;
pub mod configs;
pub mod correlate;
pub mod event;
pub mod ledger;
pub mod outcome;
pub mod patterns;
pub mod performance;
pub mod performers;
pub mod prices;
pub mod recommend;
pub mod relabel;
pub mod replay;
pub mod simulate;
pub mod verdict;

/// Which part of the data a screen shows; empty texts for all of it.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The part of time, in words.
    pub window: String,
    /// The filter.
    pub filter: String,
}

impl Scope {
    /// The first line of a screen: what it shows, of which part of the data, on which basis.
    #[must_use]
    pub fn head(&self, title: &str, basis: &[String], width: Option<usize>) -> String {
        let filter = if self.filter.is_empty() { String::new() } else { format!("where {}", self.filter) };
        let parts: Vec<&str> = [self.window.as_str(), filter.as_str()]
            .into_iter()
            .chain(basis.iter().map(String::as_str))
            .filter(|part| !part.is_empty())
            .collect();
        if parts.is_empty() {
            format!("{}\n", paint::strong(title))
        } else {
            wrapped(&format!("{}  {}", paint::strong(title), paint::faint(&parts.join(", "))), width) + "\n"
        }
    }
}

#[cfg(test)]
mod tests;
