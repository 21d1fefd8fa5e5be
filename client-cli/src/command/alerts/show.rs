//! `perfctl alerts show`: one alert, why it passed, what became of it, and how its price went.

use std::time::Duration;

use crate::connect::Connection;
use clap::Args;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{GetAlertRequest, GetAlertResponse, ListPricesRequest, PriceBar};

use crate::cli::Format;
use crate::command::Session;
use crate::connect::Service;
use crate::failure::Outcome;
use crate::print::time::moment;
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
    let mut client = session.services.tracking().await?;
    let answer = client.get_alert(request).await;
    let answer = session.services.answer(Service::Tracking, "GetAlert", answer)?;
    let prices = match session.output.format {
        Format::Table | Format::Env => {
            prices(&mut client, &answer, screen::prices::columns(session.output.width)).await
        }
        Format::Json | Format::Jsonl => String::new(),
    };
    session.output.answer(&answer, "GetAlertResponse", |output| screen::alert::show(&answer, &prices, output.width))
}

/// The price as a line of bars; empty where it cannot be had, since the alert is shown all the same.
async fn prices(client: &mut TrackingServiceClient<Connection>, answer: &GetAlertResponse, columns: usize) -> String {
    let alert = answer.alert.as_ref();
    let start = alert.and_then(|alert| alert.alerted_at.as_ref());
    let end = answer.outcome.as_ref().and_then(|outcome| outcome.last_price_at.as_ref());
    let (Some(from), Some(to)) = (moment(start), moment(end)) else { return String::new() };
    // Whole minutes, since that is how often prices are looked at.
    let followed = to.signed_duration_since(from).as_seconds_f64().max(60.0);
    let seconds_per_column = ((followed / columns as f64) / 60.0).ceil().max(1.0) * 60.0;
    let request = ListPricesRequest {
        alert_id: alert.map(|alert| alert.alert_id.clone()).unwrap_or_default(),
        resolution: Duration::from_secs_f64(seconds_per_column).try_into().ok(),
        page_size: 0,
        page_token: String::new(),
    };
    let bars: Vec<PriceBar> = match client.list_prices(request).await {
        Ok(answer) => answer.into_inner().bars,
        Err(_) => return String::new(),
    };
    screen::prices::show(&bars, start, seconds_per_column, columns)
}
