//! The combinations of conditions with the best and the worst outcomes.
//!
//! Every conjunction of up to three conditions is counted, on the earlier part of the alerts alone: the two values of each
//! yes/no feature, the quantile bins of each number, the words of each category. Which conditions there are is settled
//! without a look at outcomes, and no two of one feature are joined. A pattern
//!
//! - stands on enough alerts of the earlier part (`floor`);
//! - is better than each of its parents (itself less one condition; the parent of a single condition is everybody): the
//!   lower bound of its rate lies above theirs;
//! - is ranked by that lower bound (Wilson, 95 %): of pumps for the best, of rugs for the worst;
//! - has a q-value: Benjamini–Hochberg over all combinations that were looked at, for pumps and rugs alike, of a p-value
//!   that compares its alerts with the others of the same UTC days ([`counts`]);
//! - is shown with how it did on the later part, which had no say in any of this ([`held`]).

pub mod conditions;
pub mod counts;
pub mod discover;
pub mod explain;
pub mod held;
pub mod layout;
pub mod parts;
mod phrase;
pub mod rank;
pub mod search;
pub mod sentence;

pub use discover::{Discovery, Pattern, Question, discover};

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod tests;
