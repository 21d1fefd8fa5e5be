//! `perfctl config`: the bot's config in force.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use perftrack::v1::{ListConfigsRequest, ListConfigsResponse, RecordConfigRequest};
use sha2::{Digest, Sha256};

use super::Session;
use crate::cli::Format;
use crate::connect::Service;
use crate::contract;
use crate::env_file;
use crate::failure::{Outcome, usage};
use crate::print::number::counted_noun;
use crate::print::paint;
use crate::screen;
use crate::window::{moment, timestamp};

/// What can be done with the bot's config.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Record the config in force, so that alerts can be judged before and after a change.
    Record(RecordArgs),
    /// List the configs, the newest first, each with what it changed.
    List(ListArgs),
}

/// Arguments of `perfctl config record`.
#[derive(Clone, Debug, Args)]
pub struct RecordArgs {
    /// Files of KEY=VALUE lines, such as the bot's .env, and single settings; the later go before the earlier.
    #[arg(value_name = "FILE|KEY=VALUE", required = true)]
    pub settings: Vec<String>,
    /// The name that alerts give in config_revision. Without it, one is made of the settings: the same for the same.
    #[arg(long, value_name = "REVISION")]
    pub revision: Option<String>,
    /// From when it holds. Without it, from now on.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub effective_at: Option<DateTime<Utc>>,
    /// Record secrets too. Without it, settings whose names end like those of secrets (…_KEY, …_TOKEN) are left out.
    #[arg(long)]
    pub with_secrets: bool,
}

/// Arguments of `perfctl config list`.
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// How many at the most.
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
}

/// The largest page that the service gives.
const PAGE: usize = 100;

/// Does what the arguments say.
///
/// # Errors
/// Why the settings cannot be read, or what the call came to.
pub async fn run(session: &Session, command: ConfigCommand) -> Outcome {
    match command {
        ConfigCommand::Record(args) => record(session, args).await,
        ConfigCommand::List(args) => list(session, &args).await,
    }
}

async fn list(session: &Session, args: &ListArgs) -> Outcome {
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let mut client = session.services.tracking().await?;
    let mut list = ListConfigsResponse::default();
    // One more than are shown: the last shown is compared with it.
    while list.configs.len() <= limit {
        let page_size = i32::try_from((limit + 1 - list.configs.len()).min(PAGE)).unwrap_or(i32::MAX);
        let request = ListConfigsRequest { page_size, page_token: list.next_page_token.clone() };
        let page = client.list_configs(request).await;
        let page = session.services.answer(Service::Tracking, "ListConfigs", page)?;
        list.configs.extend(page.configs);
        list.next_page_token = page.next_page_token;
        if list.next_page_token.is_empty() {
            break;
        }
    }
    if session.output.format == Format::Table {
        return session.output.text(&screen::configs::show(&list.configs, limit, session.output.width));
    }
    list.configs.truncate(limit);
    if session.output.format == Format::Jsonl {
        let lines = list.configs.iter().map(|config| contract::to_json(config, "Config")?.line());
        return session
            .output
            .text(&lines.collect::<Outcome<Vec<_>>>()?.iter().fold(String::new(), |text, line| text + line + "\n"));
    }
    session.output.answer(&list, "ListConfigsResponse", |_| String::new())
}

async fn record(session: &Session, args: RecordArgs) -> Outcome {
    let mut values = settings(&args.settings)?;
    if !args.with_secrets {
        let secrets = env_file::without_secrets(&mut values);
        if !secrets.is_empty() {
            session.output.remark(&format!("left out, because they look like secrets: {}\n", secrets.join(", ")));
        }
    }
    let revision = args.revision.unwrap_or_else(|| revision_of(&values));
    let count = counted_noun(i64::try_from(values.len()).unwrap_or(i64::MAX), "setting");
    let request =
        RecordConfigRequest { revision: revision.clone(), values, effective_at: args.effective_at.map(timestamp) };
    let answer = session.services.tracking().await?.record_config(request.clone()).await;
    session.services.answer(Service::Tracking, "RecordConfig", answer)?;
    match session.output.format {
        Format::Table | Format::Env => {
            let revision = paint::name(&revision);
            session.output.text(&format!("config {revision} recorded with {count}\n"))?;
            session.output.remark(&format!("Let the bot's alerts say config_revision {revision}.\n"));
            Ok(())
        }
        // The answer says nothing; what was recorded, its revision first of all, is what a script needs.
        Format::Json => session.output.text(&(contract::to_json(&request, "RecordConfigRequest")?.pretty()? + "\n")),
        Format::Jsonl => session.output.text(&(contract::to_json(&request, "RecordConfigRequest")?.line()? + "\n")),
    }
}

fn settings(given: &[String]) -> Outcome<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    for text in given {
        let file = Path::new(text);
        if file.exists() || !text.contains('=') {
            values.extend(env_file::read(file)?);
        } else {
            values.extend([env_file::key_value(text).map_err(usage)?]);
        }
    }
    Ok(values)
}

/// `cfg-` and the beginning of a hash of the settings.
fn revision_of(values: &BTreeMap<String, String>) -> String {
    let mut hash = Sha256::new();
    for (key, value) in values {
        // Lengths keep a=bc and ab=c apart.
        for part in [key, value] {
            hash.update(part.len().to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
    hash.finalize().iter().take(6).fold("cfg-".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_settings_have_the_same_revision() {
        let of = |pairs: &[(&str, &str)]| {
            revision_of(&pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
        };
        assert_eq!(of(&[("A", "1"), ("B", "2")]), of(&[("B", "2"), ("A", "1")]));
        assert_ne!(of(&[("A", "bc")]), of(&[("Ab", "c")]));
        assert_eq!(of(&[]).len(), 16);
    }
}
