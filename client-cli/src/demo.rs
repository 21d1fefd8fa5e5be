//! The simulated world of `perfctl demo`: a market whose stories follow from what the bot knew, the bot, and the days that
//! it takes for all of its alerts to mature.

pub mod bot;
pub mod plan;
pub mod play;
mod progress;
pub mod reasons;
