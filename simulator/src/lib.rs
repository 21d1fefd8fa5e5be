//! Simulated markets behind a local server that answers as the price sources do, faults included.
//!
//! A [`market::Market`] is a pure function of (token, time): nothing is stored as it is played, so that any moment can be
//! asked for in any order and two runs are alike. [`exchange::Exchange`] puts it on `127.0.0.1` in the exact shapes of
//! DexScreener, Jupiter, GeckoTerminal and Birdeye, and [`faults::Faults`] spoils its answers.

pub mod draw;
pub mod exchange;
pub mod faults;
pub mod market;
pub mod scenario;
pub mod token;
