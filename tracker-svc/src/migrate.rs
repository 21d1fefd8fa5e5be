//! `tracker-svc migrate`: the database's tables, brought up to date and asked about.

use std::io::Write as _;

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use service::config::ServerConfig;
use service::database;
use store::{MigrationState, Store};

const DRY_RUN: &str = "dry-run";

/// Its arguments. Without a word of its own it is `up`.
#[must_use]
pub fn command() -> Command {
    let dry_run = || {
        Arg::new(DRY_RUN)
            .long(DRY_RUN)
            .action(ArgAction::SetTrue)
            .help("Prints which steps would be taken, and takes none")
    };
    Command::new("migrate")
        .about("Brings the database's tables up to date, or says whether they are, then ends")
        .arg(dry_run())
        .subcommand(
            Command::new("up")
                .about("Takes all pending steps, or none where one fails; any number may do so at once")
                .arg(dry_run()),
        )
        .subcommand(
            Command::new("status").about(
                "Prints which steps are pending; fails where some are, or where a newer version has taken others",
            ),
        )
}

/// Does what was asked, and says so on stdout.
///
/// # Errors
/// When the database cannot be used, or is not up to date when its status was asked.
pub async fn run(asked: &ArgMatches, config: ServerConfig) -> anyhow::Result<()> {
    let store = Store::connect(config.connection.clone())
        .await
        .with_context(|| format!("opening the database {}", config.database))?;
    let done = match asked.subcommand() {
        Some(("status", _)) => status(&store).await,
        Some((_, up)) => up_or_dry(&store, up.get_flag(DRY_RUN) || asked.get_flag(DRY_RUN)).await,
        None => up_or_dry(&store, asked.get_flag(DRY_RUN)).await,
    };
    database::close(&store).await;
    done
}

async fn up_or_dry(store: &Store, dry_run: bool) -> anyhow::Result<()> {
    if dry_run {
        return match store.migration_state().await.context("asking which steps are pending")? {
            MigrationState::Current => say("nothing to do: the tables are up to date"),
            MigrationState::Pending(steps) => {
                steps.iter().try_for_each(|step| say(&format!("would take {step}")))?;
                say(&format!("{} pending; nothing was changed", counted(steps.len())))
            }
            MigrationState::Ahead(steps) => bail!("{}", ahead(&steps)),
        };
    }
    let steps = store.migrate().await.context("bringing the tables up to date")?;
    steps.iter().try_for_each(|step| say(&format!("took {step}")))?;
    say("the tables are up to date")
}

async fn status(store: &Store) -> anyhow::Result<()> {
    match store.migration_state().await.context("asking which steps are pending")? {
        MigrationState::Current => say("current: the tables are up to date"),
        MigrationState::Pending(steps) => {
            steps.iter().try_for_each(|step| say(&format!("pending {step}")))?;
            bail!("{} pending: run `tracker-svc migrate up`", counted(steps.len()))
        }
        MigrationState::Ahead(steps) => {
            steps.iter().try_for_each(|step| say(&format!("ahead {step}")))?;
            bail!("{}", ahead(&steps))
        }
    }
}

fn ahead(steps: &[String]) -> String {
    format!(
        "the database is ahead of this version, which does not know {}: use the version that took {}",
        steps.join(", "),
        if steps.len() == 1 { "it" } else { "them" },
    )
}

fn counted(steps: usize) -> String {
    if steps == 1 { "1 step is".to_owned() } else { format!("{steps} steps are") }
}

fn say(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{line}").context("writing to stdout")
}
