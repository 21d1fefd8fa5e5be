//! `perfctl alerts show`: one alert, why it passed, and what became of it.

use clap::Args;
use perftrack::v1::GetAlertRequest;

use crate::command::Session;
use crate::connect::Service;
use crate::failure::Outcome;
use crate::screen;

/// Arguments of `perfctl alerts show`.
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    /// The alert's id, as `perfctl alerts list` shows it.
    #[arg(value_name = "ALERT_ID")]
    pub alert_id: String,
}

/// Asks and shows.
///
/// # Errors
/// What the call came to.
pub async fn run(session: &Session, args: ShowArgs) -> Outcome {
    let request = GetAlertRequest { alert_id: args.alert_id };
    let answer = session.services.tracking().await?.get_alert(request).await;
    let answer = session.services.answer(Service::Tracking, "GetAlert", answer)?;
    session.output.answer(&answer, "GetAlertResponse", |output| screen::alert::show(&answer, output.width))
}
