//! `perfctl simulate`: what another config would have alerted, and how that would have done.

use std::path::PathBuf;

use clap::Args;
use perftrack::v1::ask_request::Question;
use perftrack::v1::ask_response::Message;
use perftrack::v1::{FilterConfig, SimulateRequest};

use super::Session;
use super::filters::{CurrentArgs, of_gates};
use crate::asking::{ask, broken_off};
use crate::env_file::{self, key_value};
use crate::failure::{Outcome, usage};
use crate::screen;
use crate::window::WindowArgs;

/// Arguments of `perfctl simulate`.
#[derive(Clone, Debug, Default, Args)]
pub struct SimulateArgs {
    /// A key to turn, on top of the config in force; an empty value turns its gate off. May be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// A whole config to judge: a file of KEY=VALUE lines; --set goes before it.
    #[arg(long, value_name = "FILE")]
    pub proposed: Option<PathBuf>,
    /// The config to compare with.
    #[command(flatten)]
    pub current: CurrentArgs,
    /// Over which alerts.
    #[command(flatten)]
    pub window: WindowArgs,
}

/// Asks and shows.
///
/// # Errors
/// What the call came to, or why a config cannot be read.
pub async fn run(session: &Session, args: SimulateArgs) -> Outcome {
    if args.set.is_empty() && args.proposed.is_none() {
        return Err(usage(
            "say what to change: --set MIN_LIQUIDITY_USD=20000, or a whole config with --proposed FILE; the keys: \
             perfctl call AnalysisService.ListGates",
        ));
    }
    let described = args.window.described();
    let config = match &args.proposed {
        Some(file) => Some(FilterConfig { values: of_gates(session, env_file::read(file)?).await? }),
        None => None,
    };
    let request = SimulateRequest {
        config,
        window: args.window.window(),
        current: args.current.given(session).await?,
        set: args.set.iter().cloned().collect(),
    };
    let Message::Simulate(answer) = ask(session, "Simulate", Question::Simulate(request)).await? else {
        return Err(broken_off("Simulate"));
    };
    session.output.answer(&answer, "SimulateResponse", |output| {
        screen::simulate::show(
            &answer,
            &args.set,
            &screen::Scope { window: described, filter: String::new() },
            output.width,
        )
    })
}
