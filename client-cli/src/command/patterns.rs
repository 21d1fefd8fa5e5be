//! `perfctl patterns`: the combinations of conditions with the best and the worst outcomes.

use clap::Args;
use perftrack::v1::DiscoverPatternsRequest;
use perftrack::v1::ask_request::Question;
use perftrack::v1::ask_response::Message;

use super::Session;
use crate::asking::{ask, broken_off};
use crate::failure::Outcome;
use crate::screen;
use crate::window::WindowArgs;

/// Arguments of `perfctl patterns`.
#[derive(Clone, Debug, Default, Args)]
pub struct PatternsArgs {
    /// Which alerts, by time.
    #[command(flatten)]
    pub window: WindowArgs,
    /// Which alerts, by their fields.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    pub filter: String,
    /// How many conditions a pattern may have.
    #[arg(long, value_name = "1-3", default_value_t = 3, value_parser = clap::value_parser!(i32).range(1..=3))]
    pub depth: i32,
    /// The fewest alerts that a pattern may stand on.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(i32).range(1..))]
    pub min_alerts: i32,
    /// How many of each end.
    #[arg(long, short = 'n', value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(i32).range(1..))]
    pub count: i32,
}

/// Asks and shows.
///
/// # Errors
/// What the call came to.
pub async fn run(session: &Session, args: PatternsArgs) -> Outcome {
    let described = args.window.described();
    let request = DiscoverPatternsRequest {
        window: args.window.window(),
        filter: args.filter.clone(),
        max_conditions: args.depth,
        min_alerts: args.min_alerts,
        count: args.count,
    };
    let Message::DiscoverPatterns(answer) =
        ask(session, "DiscoverPatterns", Question::DiscoverPatterns(request)).await?
    else {
        return Err(broken_off("DiscoverPatterns"));
    };
    session.output.answer(&answer, "DiscoverPatternsResponse", |output| {
        screen::patterns::show(&answer, &screen::Scope { window: described, filter: args.filter }, output.width)
    })
}
