//! `perfctl performers`: the best and the worst alerts.

use clap::Args;
use perftrack::v1::ListPerformersRequest;

use super::Session;
use crate::connect::Service;
use crate::failure::Outcome;
use crate::screen;
use crate::window::WindowArgs;

/// Arguments of `perfctl performers`.
#[derive(Clone, Debug, Args)]
pub struct PerformersArgs {
    /// Which alerts, by time.
    #[command(flatten)]
    pub window: WindowArgs,
    /// Which alerts, by their fields.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    pub filter: String,
    /// How many of each end.
    #[arg(long, short = 'n', value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(i32).range(1..=100))]
    pub count: i32,
}

/// Asks and shows.
///
/// # Errors
/// What the call came to.
pub async fn run(session: &Session, args: PerformersArgs) -> Outcome {
    let described = args.window.described();
    let request =
        ListPerformersRequest { window: args.window.window(), filter: args.filter.clone(), count: args.count };
    let answer = session.services.analysis().await?.list_performers(request).await;
    let answer = session.services.answer(Service::Analysis, "ListPerformers", answer)?;
    session.output.answer(&answer, "ListPerformersResponse", |output| {
        screen::performers::show(&answer, &screen::Scope { window: described, filter: args.filter }, output.width)
    })
}
