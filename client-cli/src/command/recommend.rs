//! `perfctl recommend`: what to change in the bot's filters, or what to ask of the data.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use perftrack::v1::{FilterConfig, Objective, ObjectiveKind, RecommendRequest};

use super::Session;
use crate::connect::Service;
use crate::failure::{Outcome, usage};
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
        let mut values = BTreeMap::new();
        if let Some(file) = &self.config {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("reading the bot's config from {}", file.display()))?;
            for (number, line) in text.lines().enumerate() {
                if let Some((key, value)) =
                    setting(line).map_err(|error| usage(format!("{}, line {}: {error}", file.display(), number + 1)))?
                {
                    values.insert(key, value);
                }
            }
        }
        values.extend(self.current.iter().cloned());
        Ok((self.config.is_some() || !values.is_empty()).then_some(FilterConfig { values }))
    }
}

/// A line of an .env file: nothing, a remark, or KEY=VALUE with the value perhaps in quotes.
fn setting(line: &str) -> Result<Option<(String, String)>, String> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    if line.is_empty() || line.starts_with('#') { Ok(None) } else { key_value(line).map(Some) }
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("expected KEY=VALUE, not \"{text}\""))?;
    let value = value.trim();
    let bare = ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)).map(|(inside, _)| inside));
    // An unquoted value ends where a remark begins.
    let value = bare.unwrap_or_else(|| value.split_once(" #").map_or(value, |(value, _)| value.trim_end()));
    match key.trim() {
        "" => Err(format!("expected KEY=VALUE, not \"{text}\"")),
        key => Ok((key.to_owned(), value.to_owned())),
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
    fn an_env_file_is_read_line_by_line() {
        let read = |line| setting(line).unwrap();
        assert_eq!(read("# remark"), None);
        assert_eq!(
            read("export MIN_LIQUIDITY_USD=\"20000\" # low"),
            Some(("MIN_LIQUIDITY_USD".into(), "20000".into()))
        );
        assert_eq!(read("GENERAL_CYCLE_MIN_SCORE = 7 # was 9"), Some(("GENERAL_CYCLE_MIN_SCORE".into(), "7".into())));
        assert_eq!(read("EMPTY="), Some(("EMPTY".into(), String::new())));
        assert!(setting("nonsense").is_err());
    }

    #[test]
    fn a_rug_ceiling_is_in_percent() {
        let args = RecommendArgs { max_rug_rate: Some(percent("15 %").unwrap()), ..Default::default() };
        assert_eq!(args.objective().unwrap().max_rug_rate, Some(0.15));
        assert!(percent("150").is_err());
    }
}
