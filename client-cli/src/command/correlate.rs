//! `perfctl correlate`: which features go with pumps and which with rugs.

use clap::Args;
use perftrack::v1::ask_request::Question;
use perftrack::v1::ask_response::Message;
use perftrack::v1::{CorrelateInclude, CorrelateRequest};

use super::Session;
use crate::asking::{ask, broken_off};
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
    /// Also every effect week by week.
    #[arg(long)]
    pub weeks: bool,
    /// Also every effect among alerts that are alike otherwise: same day, dex and score.
    #[arg(long)]
    pub adjusted: bool,
    /// Also how soon pumps and rugs come, by level.
    #[arg(long)]
    pub curves: bool,
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
        include: args.include().into_iter().map(i32::from).collect(),
        features: args.features,
    };
    let Message::Correlate(answer) = ask(session, "Correlate", Question::Correlate(request)).await? else {
        return Err(broken_off("Correlate"));
    };
    session.output.answer(&answer, "CorrelateResponse", |output| {
        let scope = screen::Scope { window: described, filter: args.filter };
        screen::correlate::show(&answer, &scope, levels, output.width)
    })
}

impl CorrelateArgs {
    fn include(&self) -> Vec<CorrelateInclude> {
        [
            (self.weeks, CorrelateInclude::Periods),
            (self.adjusted, CorrelateInclude::Adjusted),
            (self.curves, CorrelateInclude::Curves),
        ]
        .into_iter()
        .filter_map(|(asked, include)| asked.then_some(include))
        .collect()
    }
}
