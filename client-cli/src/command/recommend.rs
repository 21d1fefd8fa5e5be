//! `perfctl recommend`: what to change in the bot's filters, or what to ask of the data.

use std::path::PathBuf;

use clap::Args;
use perftrack::v1::ask_request::Question;
use perftrack::v1::ask_response::Message;
use perftrack::v1::{Objective, ObjectiveKind, RecommendRequest};

use super::Session;
use super::filters::CurrentArgs;
use crate::asking::{ask, broken_off};
use crate::cli::Format;
use crate::failure::Outcome;
use crate::screen;
use crate::window::WindowArgs;

mod write;

/// Arguments of `perfctl recommend`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "-o env prints the certified changes as lines to paste, and everything else as remarks.")]
pub struct RecommendArgs {
    /// Over which alerts.
    #[command(flatten)]
    pub window: WindowArgs,
    /// The config to improve.
    #[command(flatten)]
    pub current: CurrentArgs,
    /// The greatest rug rate to accept, in percent.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub max_rug_rate: Option<f64>,
    /// The fewest alerts per day to accept.
    #[arg(long, value_name = "N")]
    pub min_alerts_per_day: Option<f64>,
    /// Write the certified changes into this .env file, which also is the config in force: shows what would change, asks,
    /// and keeps a backup. What is not certified is never written.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["config", "current"])]
    pub write: Option<PathBuf>,
    /// With --write: do not ask.
    #[arg(long, short, requires = "write")]
    pub yes: bool,
}

/// Asks and shows; with `--write`, changes the file.
///
/// # Errors
/// What the call came to, or why the config cannot be read or written.
pub async fn run(session: &Session, mut args: RecommendArgs) -> Outcome {
    if args.write.is_some() {
        args.current.config.clone_from(&args.write);
    }
    let described = args.window.described();
    let request = RecommendRequest {
        current: args.current.given(session).await?,
        objective: args.objective(),
        window: args.window.window(),
    };
    let Message::Recommend(answer) = ask(session, "Recommend", Question::Recommend(request)).await? else {
        return Err(broken_off("Recommend"));
    };
    if session.output.format == Format::Env {
        session.output.text(&screen::recommend::env(&answer))?;
    } else {
        session.output.answer(&answer, "RecommendResponse", |output| {
            let scope = screen::Scope { window: described, filter: String::new() };
            screen::recommend::show(&answer, &scope, output.width)
        })?;
    }
    match &args.write {
        Some(file) => write::write(&session.output, file, &answer, args.yes),
        None => Ok(()),
    }
}

impl RecommendArgs {
    fn objective(&self) -> Option<Objective> {
        (self.max_rug_rate.is_some() || self.min_alerts_per_day.is_some()).then(|| Objective {
            kind: ObjectiveKind::NetPerDay.into(),
            max_rug_rate: self.max_rug_rate.map(|percent| percent / 100.0),
            min_alerts_per_day: self.min_alerts_per_day,
        })
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').trim_end();
    match number.parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("expected a percentage from 0 to 100".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rug_ceiling_is_in_percent() {
        let args = RecommendArgs { max_rug_rate: Some(percent("15 %").unwrap()), ..Default::default() };
        assert_eq!(args.objective().unwrap().max_rug_rate, Some(0.15));
        assert!(percent("150").is_err());
    }
}
