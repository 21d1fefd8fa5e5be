//! `perfctl outcomes`: what became of alerts, by other rules.

use clap::{Args, Subcommand};
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use perftrack::v1::{RelabelOutcomesRequest, RelabelOutcomesResponse};

use super::Session;
use crate::cli::Format;
use crate::confirm::confirmed;
use crate::connect::Service;
use crate::failure::{Failure, Outcome};
use crate::screen;
use crate::window::WindowArgs;

/// What can be done with outcomes.
#[derive(Debug, Subcommand)]
pub enum OutcomesCommand {
    /// Replay the outcome policy in force over what is stored. Broken off, it goes on where it was when run again.
    Relabel(RelabelArgs),
}

/// Arguments of `perfctl outcomes relabel`.
#[derive(Clone, Debug, Args)]
pub struct RelabelArgs {
    /// Which alerts, by time.
    #[command(flatten)]
    pub window: WindowArgs,
    /// Which alerts, by their fields.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    pub filter: String,
    /// Also replay alerts whose observations are no longer kept, from their bars of five minutes; marked as approximate.
    #[arg(long)]
    pub approximate: bool,
    /// Only count what would change.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
}

/// Does what the arguments say.
///
/// # Errors
/// What the call came to.
pub async fn run(session: &Session, command: OutcomesCommand) -> Outcome {
    match command {
        OutcomesCommand::Relabel(args) => relabel(session, args).await,
    }
}

async fn relabel(session: &Session, args: RelabelArgs) -> Outcome {
    let question =
        "Replace the outcomes of other policies by those of the policy in force? --dry-run only counts them.";
    if !confirmed(&session.output, args.yes || args.dry_run, question)? {
        session.output.remark("nothing was changed\n");
        return Ok(());
    }
    let request = RelabelOutcomesRequest {
        window: args.window.window(),
        filter: args.filter.clone(),
        approximate: args.approximate,
        dry_run: args.dry_run,
    };
    let failure = |status| session.services.failure(Service::Tracking, "RelabelOutcomes", &status);
    let mut client = session.services.tracking().await?;
    let mut answers = client.relabel_outcomes(request).await.map_err(failure)?.into_inner();
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:32.cyan/dim} {human_pos}/{human_len} alerts, {msg}  {eta}") {
        bar.set_style(style);
    }
    let mut last = RelabelOutcomesResponse::default();
    while let Some(answer) = answers.next().await {
        last = answer.map_err(|status| {
            bar.finish_and_clear();
            failure(status)
        })?;
        bar.set_length(u64::try_from(last.alerts).unwrap_or(0));
        bar.set_position(u64::try_from(last.examined).unwrap_or(0));
        bar.set_message(format!("{} changed", last.changed));
        if session.output.format == Format::Jsonl {
            session.output.answer(&last, "RelabelOutcomesResponse", |_| String::new())?;
        }
    }
    bar.finish_and_clear();
    if session.output.format != Format::Jsonl {
        session.output.answer(&last, "RelabelOutcomesResponse", |output| {
            screen::relabel::show(&last, args.dry_run, args.approximate, output.width)
        })?;
    }
    if last.done {
        return Ok(());
    }
    Err(Failure::Other(anyhow::anyhow!(
        "the service ended before it was done, after {} of {} alerts; run it again, and it goes on from there",
        last.examined,
        last.alerts
    )))
}
