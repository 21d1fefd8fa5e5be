//! `perfctl demo`: days of a simulated market, and what perftrack makes of them.

use clap::Args;

use super::Session;
use crate::failure::Outcome;

/// Arguments of `perfctl demo`.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {}

/// Plays and shows.
///
/// # Errors
/// When a part of the demo cannot start.
pub async fn run(_session: &Session, _args: DemoArgs) -> Outcome {
    Err(crate::failure::usage("not yet"))
}
