//! `perfctl alerts`: record, list, show, import.

use clap::Subcommand;

use super::Session;
use crate::failure::Outcome;

pub mod import;
pub mod list;
pub mod record;
pub mod show;

/// What can be done with alerts.
#[derive(Debug, Subcommand)]
pub enum AlertsCommand {
    /// Record one alert with its reasons.
    Record(Box<record::RecordArgs>),
    /// List alerts with what became of them.
    List(list::ListArgs),
    /// Show one alert: why it passed, and what became of it.
    Show(show::ShowArgs),
    /// Bring alerts along that another tool recorded.
    #[command(subcommand)]
    Import(import::ImportCommand),
}

/// Does what the arguments say.
///
/// # Errors
/// Why it was not done.
pub async fn run(session: &Session, command: AlertsCommand) -> Outcome {
    match command {
        AlertsCommand::Record(args) => record::run(session, *args).await,
        AlertsCommand::List(args) => list::run(session, args).await,
        AlertsCommand::Show(args) => show::run(session, args).await,
        AlertsCommand::Import(command) => import::run(session, command).await,
    }
}
