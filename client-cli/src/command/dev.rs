//! `perfctl dev`: both services in this process, on one SQLite file.

use std::path::PathBuf;

use clap::Args;

use super::Session;
use crate::failure::Outcome;

/// Arguments of `perfctl dev`.
#[derive(Clone, Debug, Args)]
pub struct DevArgs {
    /// The SQLite file; made if it is not there.
    #[arg(long, value_name = "FILE")]
    pub db_file: Option<PathBuf>,
}

/// Serves until it is told to stop.
///
/// # Errors
/// When the services cannot start.
pub async fn run(_session: &Session, _args: DevArgs) -> Outcome {
    Err(crate::failure::usage("not yet"))
}
