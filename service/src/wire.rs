//! Between the contract's messages and the domain's values.
//!
//! From a message: every rule of what bad input gets stands here, and all violations come at once. A field's path in a
//! violation is its path in the request, such as `alert.entry.price_usd`. To a message: absent stays absent.

mod alert;
mod enums;
mod extra;
mod features;
mod observation;
mod outcome;
mod parse_alert;
mod performance;
mod price_bar;
mod quote;
mod request_hash;
mod text;
mod time;
mod token;
mod window;

pub use alert::{alert_message, alert_with_outcome};
pub use enums::{rug_reason, status};
pub use extra::{extra_message, parse_extra};
pub use features::{features_message, parse_features};
pub use observation::{observation_message, parse_observation};
pub use outcome::outcome_message;
pub use parse_alert::{MOST_AHEAD, parse_alert, parse_alert_id};
pub use performance::performance_message;
pub use price_bar::price_bar_message;
pub use quote::{parse_quote, quote_message};
pub use request_hash::request_hash;
pub use text::{TextError, parse_text};
pub use time::{TimeError, duration_message, parse_duration, parse_timestamp, timestamp_message};
pub use token::{parse_token, token_message};
pub use window::parse_window;

#[cfg(test)]
mod tests;
