//! `perfctl alerts`: record, list, show, import, export, delete.

use clap::Subcommand;

use super::Session;
use crate::failure::Outcome;

pub mod delete;
pub mod export;
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
    /// Write alerts with their outcomes, or their prices, to a file: CSV, JSON lines or Parquet.
    Export(Box<export::ExportArgs>),
    /// Forget alerts that were recorded by mistake.
    Delete(delete::DeleteArgs),
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
        AlertsCommand::Export(args) => export::run(session, *args).await,
        AlertsCommand::Delete(args) => delete::run(session, args).await,
    }
}
