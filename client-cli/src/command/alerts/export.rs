//! `perfctl alerts export`: alerts with their outcomes, or their prices, as a file.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use crate::connect::Connection;
use clap::Args;
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{
    Alert, AlertWithOutcome, GetPerformanceRequest, ListAlertsRequest, ListPricesRequest, ListPricesResponse,
};

use crate::command::Session;
use crate::connect::Service;
use crate::export::alerts::AlertRows;
use crate::export::target::{Target, writing};
use crate::export::{Form, Sink, prices, sink};
use crate::failure::{Outcome, usage};
use crate::print::number::counted_noun;
use crate::window::WindowArgs;

/// Arguments of `perfctl alerts export`.
#[derive(Clone, Debug, Args)]
pub struct ExportArgs {
    /// The file; - for stdout. Its ending tells its form: .csv, .jsonl or .parquet.
    #[arg(value_name = "FILE|-")]
    pub file: PathBuf,
    /// Which alerts, by time.
    #[command(flatten)]
    pub window: WindowArgs,
    /// Which alerts, by their fields, such as 'final_score >= 8 AND max_gain_pct > 50'.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    pub filter: String,
    /// The prices of the alerts instead of the alerts.
    #[arg(long)]
    pub prices: bool,
    /// With --prices: open, high, low and close over this long, instead of every observation.
    #[arg(long, value_name = "DURATION", requires = "prices", value_parser = humantime::parse_duration)]
    pub resolution: Option<Duration>,
    /// A feature of the bot's own that gets a column of its own. May be repeated.
    #[arg(long = "extra", value_name = "KEY", conflicts_with = "prices")]
    pub extras: Vec<String>,
    /// The form, where the file's name does not tell it.
    #[arg(long, value_enum)]
    pub format: Option<Form>,
    /// Overwrite a file that is there.
    #[arg(long)]
    pub force: bool,
}

/// Alerts of one page.
const PAGE: i32 = 500;
/// Prices of one page.
const PRICES_PAGE: i32 = 10_000;
/// Alerts whose prices are asked for at once.
const AT_ONCE: usize = 8;

/// Writes the file and says how much is in it.
///
/// # Errors
/// What a call came to, or what the file said.
pub async fn run(session: &Session, args: ExportArgs) -> Outcome {
    let form = match args.format {
        Some(form) => form,
        None if args.file.as_os_str() == "-" => {
            return Err(usage("say the form for stdout: --format csv, jsonl or parquet"));
        }
        None => Form::of(&args.file)?,
    };
    if form == Form::Parquet && args.file.as_os_str() == "-" && std::io::stdout().is_terminal() {
        return Err(usage("Parquet is nothing for a terminal; say a file, or send stdout to one"));
    }
    let client = session.services.tracking().await?;
    let target = Target::open(&args.file, args.force)?;
    let progress = Progress::new(client.clone(), &args);
    let (rows, noun) = if args.prices {
        let mut sink = sink(form, prices::columns(), target).map_err(writing)?;
        let rows = export_prices(session, client, &args, sink.as_mut(), &progress).await?;
        sink.finish().map_err(writing)?.complete()?;
        (rows, "price")
    } else {
        let rows_of = AlertRows::new(&args.extras)?;
        let mut sink = sink(form, rows_of.columns(), target).map_err(writing)?;
        let rows = export_alerts(session, client, &args, &rows_of, sink.as_mut(), &progress).await?;
        sink.finish().map_err(writing)?.complete()?;
        (rows, "alert")
    };
    drop(progress);
    let count = counted_noun(i64::try_from(rows).unwrap_or(i64::MAX), noun);
    let place = if args.file.as_os_str() == "-" { String::new() } else { format!(" in {}", args.file.display()) };
    session.output.remark(&format!("{count}{place}\n"));
    Ok(())
}

async fn export_alerts(
    session: &Session,
    mut client: TrackingServiceClient<Connection>,
    args: &ExportArgs,
    rows_of: &AlertRows,
    sink: &mut dyn Sink,
    progress: &Progress,
) -> Outcome<usize> {
    let (mut exported, mut token) = (0, String::new());
    loop {
        let (alerts, next) = page(session, &mut client, args, token).await?;
        let rows = alerts.iter().map(|alert| rows_of.row(alert)).collect::<Outcome<Vec<_>>>()?;
        exported += rows.len();
        progress.alerts(rows.len());
        sink.write(rows).map_err(writing)?;
        if next.is_empty() {
            return Ok(exported);
        }
        token = next;
    }
}

async fn export_prices(
    session: &Session,
    mut client: TrackingServiceClient<Connection>,
    args: &ExportArgs,
    sink: &mut dyn Sink,
    progress: &Progress,
) -> Outcome<usize> {
    let (mut exported, mut token) = (0, String::new());
    loop {
        let (alerts, next) = page(session, &mut client, args, token).await?;
        let histories = alerts.into_iter().filter_map(|alert| alert.alert).map(|alert| {
            let client = client.clone();
            async move {
                let first = prices_page(session, client.clone(), &alert, args.resolution, String::new()).await;
                (client, alert, first)
            }
        });
        let mut histories = futures::stream::iter(histories).buffered(AT_ONCE);
        while let Some((client, alert, first)) = histories.next().await {
            let mut prices = first?;
            loop {
                let rows = prices::rows(&alert, &prices);
                exported += rows.len();
                sink.write(rows).map_err(writing)?;
                if prices.next_page_token.is_empty() {
                    break;
                }
                let token = prices.next_page_token;
                prices = prices_page(session, client.clone(), &alert, args.resolution, token).await?;
            }
            progress.alerts(1);
        }
        if next.is_empty() {
            return Ok(exported);
        }
        token = next;
    }
}

/// A page of alerts, oldest first, and the token of the next.
async fn page(
    session: &Session,
    client: &mut TrackingServiceClient<Connection>,
    args: &ExportArgs,
    page_token: String,
) -> Outcome<(Vec<AlertWithOutcome>, String)> {
    let request = ListAlertsRequest {
        window: args.window.window(),
        filter: args.filter.clone(),
        order_by: "alerted_at".to_owned(),
        page_size: PAGE,
        page_token,
    };
    let answer = client.list_alerts(request).await;
    let answer = session.services.answer(Service::Tracking, "ListAlerts", answer)?;
    Ok((answer.alerts, answer.next_page_token))
}

async fn prices_page(
    session: &Session,
    mut client: TrackingServiceClient<Connection>,
    alert: &Alert,
    resolution: Option<Duration>,
    page_token: String,
) -> Outcome<ListPricesResponse> {
    let request = ListPricesRequest {
        alert_id: alert.alert_id.clone(),
        resolution: resolution.and_then(|resolution| resolution.try_into().ok()),
        page_size: PRICES_PAGE,
        page_token,
    };
    session.services.answer(Service::Tracking, "ListPrices", client.list_prices(request).await)
}

/// A bar on stderr, where that is a terminal; of known length once the service has counted the alerts.
struct Progress {
    bar: ProgressBar,
    counting: tokio::task::JoinHandle<()>,
}

impl Progress {
    fn new(mut client: TrackingServiceClient<Connection>, args: &ExportArgs) -> Self {
        let bar = ProgressBar::new_spinner();
        let style = |template| ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style("{spinner} {human_pos} alerts  {per_sec}"));
        // Shadow alerts are counted where the filter asks about the decision.
        let filter = match args.filter.trim() {
            "" => "decision:*".to_owned(),
            filter => format!("({filter}) AND decision:*"),
        };
        let request = GetPerformanceRequest { window: args.window.window(), filter, group_by: Vec::new() };
        let counted = bar.clone();
        let counting = tokio::spawn(async move {
            let Ok(answer) = client.get_performance(request).await else { return };
            if let Some(count) = answer.into_inner().overall.and_then(|all| u64::try_from(all.alerts).ok()) {
                counted.set_length(count);
                counted.set_style(style("{bar:32.cyan/dim} {human_pos}/{human_len} alerts  {per_sec}  {eta}"));
            }
        });
        Self { bar, counting }
    }

    fn alerts(&self, more: usize) {
        self.bar.inc(more as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.counting.abort();
        self.bar.finish_and_clear();
    }
}
