//! What perfctl can do: one noun or verb, one file.

use clap::{ArgMatches, Subcommand};

use crate::cli::Format;
use crate::connect::Services;
use crate::failure::{Outcome, usage};
use crate::output::Output;

pub mod alerts;
pub mod call;
pub mod config;
pub mod correlate;
pub mod demo;
pub mod dev;
pub mod filters;
pub mod outcomes;
pub mod patterns;
pub mod performance;
pub mod performers;
pub mod recommend;
pub mod recommendations;
pub mod simulate;
pub mod token;
pub mod watch;

/// Where a command asks and where it answers.
#[derive(Clone, Debug)]
pub struct Session {
    /// The services.
    pub services: Services,
    /// The screen.
    pub output: Output,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Record, list, show, import, export and delete alerts.
    #[command(subcommand)]
    Alerts(alerts::AlertsCommand),
    /// How alerts did: gains, rugs, returns; over all and by group.
    Performance(performance::PerformanceArgs),
    /// Which features go with pumps and which with rugs, and how sure that is.
    Correlate(correlate::CorrelateArgs),
    /// Which combinations of conditions go with pumps, which with rugs, and whether that held on later data.
    Patterns(patterns::PatternsArgs),
    /// What another config would have alerted, and how that would have done.
    Simulate(simulate::SimulateArgs),
    /// What to change in the bot's filters, or what to ask of the data.
    Recommend(recommend::RecommendArgs),
    /// What was recommended so far, whether it was applied, and what came of it.
    Recommendations(recommendations::RecommendationsArgs),
    /// The best and the worst alerts, with what stands out about each.
    Performers(performers::PerformersArgs),
    /// What happens to alerts, as it happens.
    Watch(watch::WatchArgs),
    /// Record and list the bot's configs.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Replay outcomes by a changed policy.
    #[command(subcommand)]
    Outcomes(outcomes::OutcomesCommand),
    /// Make the tokens that servers let callers in with.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Call any RPC by name with JSON.
    Call(call::CallArgs),
    /// Run both services in this process on one SQLite file.
    Dev(dev::DevArgs),
    /// Play days of a simulated market in under a minute and see what perftrack makes of them.
    Demo(demo::DemoArgs),
}

impl Command {
    /// Whether it asks services that run elsewhere. What does not must work before there is a token or a certificate.
    #[must_use]
    pub const fn asks_services(&self) -> bool {
        !matches!(self, Self::Token(_) | Self::Dev(_) | Self::Demo(_))
    }
}

/// Does what the arguments say. `matches` are the command's own arguments.
///
/// # Errors
/// Why it was not done.
pub async fn run(session: &Session, command: Command, matches: &ArgMatches) -> Outcome {
    if session.output.format == Format::Env && !matches!(command, Command::Recommend(_)) {
        return Err(usage("-o env writes config lines to paste, which only `perfctl recommend` has; use -o json here"));
    }
    match command {
        Command::Alerts(command) => alerts::run(session, command).await,
        Command::Performance(args) => performance::run(session, args).await,
        Command::Correlate(args) => correlate::run(session, args).await,
        Command::Patterns(args) => patterns::run(session, args).await,
        Command::Simulate(args) => simulate::run(session, args).await,
        Command::Recommendations(args) => recommendations::run(session, args).await,
        Command::Recommend(args) => recommend::run(session, args).await,
        Command::Performers(args) => performers::run(session, args).await,
        Command::Watch(args) => watch::run(session, args).await,
        Command::Config(command) => config::run(session, command).await,
        Command::Outcomes(command) => outcomes::run(session, command).await,
        Command::Token(command) => token::run(session, command),
        Command::Call(args) => call::run(session, args).await,
        Command::Dev(args) => dev::run(args, matches).await,
        Command::Demo(args) => demo::run(session, args).await,
    }
}
