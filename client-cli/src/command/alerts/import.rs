//! `perfctl alerts import`: alerts that another tool recorded.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};

use crate::cli::Format;
use crate::command::Session;
use crate::failure::{Failure, Outcome};
use crate::import::{callsbot, pipeline};
use crate::print::paint;

/// The tools whose recordings can be brought along.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// callsbotonchain: its alerted_tokens.db (SQLite), or its CSV export.
    Callsbot(CallsbotArgs),
}

/// Arguments of `perfctl alerts import callsbot`.
#[derive(Clone, Debug, Args)]
pub struct CallsbotArgs {
    /// The database or the CSV file. It is only read.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Let the peaks that callsbot recorded count as the highest price; also for alerts that were imported before.
    #[arg(long)]
    pub trust_recorded: bool,
}

/// Does what the arguments say.
///
/// # Errors
/// Why nothing could be brought along.
pub async fn run(session: &Session, command: ImportCommand) -> Outcome {
    match command {
        ImportCommand::Callsbot(args) => import_callsbot(session, args).await,
    }
}

async fn import_callsbot(session: &Session, args: CallsbotArgs) -> Outcome {
    let recording = callsbot::read(&args.file).await.map_err(anyhow::Error::from)?;
    let summary = pipeline::send(&session.services, &args.file, &recording, args.trust_recorded).await?;
    let output = session.output;
    match output.format {
        Format::Table | Format::Env => {
            output.text(&summary.show(output.width))?;
            output.remark(&format!("\nNext: {}\n", paint::name("perfctl correlate")));
        }
        Format::Json => {
            let json = serde_json::to_string_pretty(&summary).context("writing the summary as JSON")?;
            output.text(&(json + "\n"))?;
        }
        Format::Jsonl => {
            output.text(&(serde_json::to_string(&summary).context("writing the summary as JSON")? + "\n"))?;
        }
    }
    let nothing_recorded = summary.alerts.taken + summary.alerts.duplicates == 0;
    if nothing_recorded && summary.alerts.refused > 0 {
        return Err(Failure::Other(anyhow::anyhow!("not one alert of {} could be recorded", args.file.display())));
    }
    Ok(())
}
