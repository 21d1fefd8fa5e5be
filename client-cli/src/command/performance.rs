//! `perfctl performance`: how alerts did.

use clap::Args;
use perftrack::v1::GetPerformanceRequest;

use super::Session;
use crate::connect::Service;
use crate::failure::Outcome;
use crate::screen;
use crate::window::WindowArgs;

/// Arguments of `perfctl performance`.
#[derive(Clone, Debug, Default, Args)]
pub struct PerformanceArgs {
    /// Which alerts, by time.
    #[command(flatten)]
    pub window: WindowArgs,
    /// Which alerts, by their fields, such as 'final_score >= 8 AND smart_money_involved = true'.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    pub filter: String,
    /// Also by group: one to three fields, such as conviction_type, smart_money_involved, dex_name, extra.my_flag.
    #[arg(long, short, value_name = "FIELD", value_delimiter = ',')]
    pub group_by: Vec<String>,
}

/// Asks and shows.
///
/// # Errors
/// What the call came to.
pub async fn run(session: &Session, args: PerformanceArgs) -> Outcome {
    let described = args.window.described();
    let request =
        GetPerformanceRequest { window: args.window.window(), filter: args.filter.clone(), group_by: args.group_by };
    let answer = session.services.tracking().await?.get_performance(request).await;
    let answer = session.services.answer(Service::Tracking, "GetPerformance", answer)?;
    session.output.answer(&answer, "GetPerformanceResponse", |output| {
        screen::performance::show(&answer, &screen::Scope { window: described, filter: args.filter }, output.width)
    })
}
