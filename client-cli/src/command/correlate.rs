//! `perfctl correlate`: which features go with pumps and which with rugs.

use clap::Args;
use perftrack::v1::CorrelateRequest;

use super::Session;
use crate::connect::Service;
use crate::failure::Outcome;
use crate::screen;
use crate::window::WindowArgs;

/// Arguments of `perfctl correlate`.
#[derive(Clone, Debug, Default, Args)]
pub struct CorrelateArgs {
    /// Only these features, such as lp_locked final_score extra.my_flag; each is then shown level by level.
    #[arg(value_name = "FEATURE")]
    pub features: Vec<String>,
    /// Which alerts, by time.
    #[command(flatten)]
    pub window: WindowArgs,
    /// Which alerts, by their fields. A filtered look describes; it gets no verdict beyond that.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    pub filter: String,
    /// Show every feature level by level.
    #[arg(long)]
    pub levels: bool,
}

/// Asks and shows.
///
/// # Errors
/// What the call came to.
pub async fn run(session: &Session, args: CorrelateArgs) -> Outcome {
    let levels = args.levels || !args.features.is_empty();
    let described = args.window.described();
    let request = CorrelateRequest {
        window: args.window.window(),
        filter: args.filter.clone(),
        features: args.features,
        ..CorrelateRequest::default()
    };
    let answer = session.services.analysis().await?.correlate(request).await;
    let answer = session.services.answer(Service::Analysis, "Correlate", answer)?;
    session.output.answer(&answer, "CorrelateResponse", |output| {
        let scope = screen::Scope { window: described, filter: args.filter };
        screen::correlate::show(&answer, &scope, levels, output.width)
    })
}
