//! `perfctl recommend`: what to change in the bot's filters, or what to ask of the data.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use perftrack::v1::{FilterConfig, Objective, ObjectiveKind, RecommendRequest};

use super::Session;
use crate::connect::Service;
use crate::env_file::{self, key_value};
use crate::failure::Outcome;
use crate::screen;
use crate::window::WindowArgs;

/// Arguments of `perfctl recommend`.
#[derive(Clone, Debug, Default, Args)]
pub struct RecommendArgs {
    /// Over which alerts.
    #[command(flatten)]
    pub window: WindowArgs,
    /// The bot's config in force: a file of KEY=VALUE lines, such as its .env. Without it, the gates' defaults.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A key of the config in force; goes before the file.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub current: Vec<(String, String)>,
    /// The greatest rug rate to accept, in percent.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub max_rug_rate: Option<f64>,
    /// The fewest alerts per day to accept.
    #[arg(long, value_name = "N")]
    pub min_alerts_per_day: Option<f64>,
}

/// Asks and shows.
///
/// # Errors
/// What the call came to, or why the config cannot be read.
pub async fn run(session: &Session, args: RecommendArgs) -> Outcome {
    let described = args.window.described();
    let request =
        RecommendRequest { current: args.current()?, objective: args.objective(), window: args.window.window() };
    let answer = session.services.analysis().await?.recommend(request).await;
    let answer = session.services.answer(Service::Analysis, "Recommend", answer)?;
    session.output.answer(&answer, "RecommendResponse", |output| {
        screen::recommend::show(&answer, &screen::Scope { window: described, filter: String::new() }, output.width)
    })
}

impl RecommendArgs {
    fn objective(&self) -> Option<Objective> {
        (self.max_rug_rate.is_some() || self.min_alerts_per_day.is_some()).then(|| Objective {
            kind: ObjectiveKind::NetPerDay.into(),
            max_rug_rate: self.max_rug_rate.map(|percent| percent / 100.0),
            min_alerts_per_day: self.min_alerts_per_day,
        })
    }

    fn current(&self) -> Outcome<Option<FilterConfig>> {
        let mut values = match &self.config {
            Some(file) => env_file::read(file)?,
            None => BTreeMap::new(),
        };
        values.extend(self.current.iter().cloned());
        Ok((self.config.is_some() || !values.is_empty()).then_some(FilterConfig { values }))
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
