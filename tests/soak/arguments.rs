//! What to play.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use domain::timestamp::Timestamp;
use simulator::draw::Seed;
use store::Rules;

/// When the market begins: a Monday, so that prices cross a weekly partition only in long runs.
pub const START: Timestamp = Timestamp::from_seconds(1_790_000_000);
/// How long a lease lasts.
pub const LEASE: Duration = Duration::from_secs(30);

/// Plays days of tracking in minutes, with faults throughout, and verifies all that was promised.
#[derive(Debug, Parser)]
#[command(name = "soak")]
pub struct Arguments {
    #[command(subcommand)]
    inner: Option<Inner>,
    #[command(flatten)]
    plan: Plan,
}

/// The whole run.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// How many tokens are alerted.
    #[arg(long, default_value_t = 5_000)]
    pub tokens: u32,
    /// For how many hours each alert is followed.
    #[arg(long, default_value_t = 48)]
    pub hours: u32,
    /// Of all that is left to chance.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Where everything is stored.
    #[arg(long, value_enum, default_value_t = EngineName::Postgres)]
    pub engine: EngineName,
    /// How many trackers share the tokens.
    #[arg(long, default_value_t = 2)]
    pub replicas: usize,
    /// The price sources answer any number of requests: for more tokens than their real limits carry.
    #[arg(long)]
    pub unlimited: bool,
    /// The trackers have no key for Jupiter, which then answers half as often.
    #[arg(long)]
    pub without_key: bool,
    /// Nothing goes wrong: to see what the loop itself costs.
    #[arg(long)]
    pub calm: bool,
    /// Keep the folder with the logs of the trackers here. Where it is missing they are kept only after a failure.
    #[arg(long)]
    pub logs: Option<PathBuf>,
    /// What the trackers log, such as `debug`.
    #[arg(long, default_value = "info")]
    pub log: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineName {
    Postgres,
    Sqlite,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// One tracker; the soak starts these itself.
    #[command(hide = true)]
    Replica(Replica),
}

/// One tracker.
#[derive(Clone, Debug, clap::Args)]
pub struct Replica {
    /// The socket at which the clock is shared.
    #[arg(long)]
    pub clock: PathBuf,
    /// The database.
    #[arg(long)]
    pub database: String,
    /// The sources' addresses.
    #[arg(long)]
    pub dexscreener: String,
    #[arg(long)]
    pub jupiter: String,
    #[arg(long)]
    pub geckoterminal: String,
    /// For how many hours each alert is followed.
    #[arg(long)]
    pub hours: u32,
    /// There is no key for Jupiter.
    #[arg(long)]
    pub without_key: bool,
    /// The sources answer any number of requests.
    #[arg(long)]
    pub unlimited: bool,
    /// Its name among the trackers.
    #[arg(long)]
    pub instance: String,
    /// What is logged.
    #[arg(long)]
    pub log: String,
}

pub enum Role {
    Driver(Plan),
    Replica(Replica),
}

impl Arguments {
    pub fn role(self) -> Role {
        match self.inner {
            Some(Inner::Replica(replica)) => Role::Replica(replica),
            None => Role::Driver(self.plan),
        }
    }
}

impl Plan {
    pub const fn seed(&self) -> Seed {
        Seed(self.seed)
    }

    /// The bot's last alert is raised before this: the alerts are spread over a twelfth of the time that each is followed.
    pub fn last_alert(&self) -> Timestamp {
        START.plus(self.window() / 12)
    }

    /// How long an alert is followed.
    pub fn window(&self) -> Duration {
        rules(self.hours).tracking_window
    }

    /// When the window of the last alert has ended.
    pub fn last_window_ends(&self) -> Timestamp {
        self.last_alert().plus(self.window())
    }
}

/// The rules that all trackers and the verification follow.
pub fn rules(hours: u32) -> Rules {
    Rules { tracking_window: Duration::from_hours(hours.into()), ..Rules::default() }
}
