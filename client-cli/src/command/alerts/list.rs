//! `perfctl alerts list`: alerts with what became of them.

use clap::Args;
use perftrack::v1::{ListAlertsRequest, ListAlertsResponse};

use crate::cli::Format;
use crate::command::Session;
use crate::connect::Service;
use crate::contract;
use crate::failure::Outcome;
use crate::screen;
use crate::window::WindowArgs;

/// Arguments of `perfctl alerts list`.
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// Which alerts, by time.
    #[command(flatten)]
    pub window: WindowArgs,
    /// Which alerts, by their fields, such as 'final_score >= 8 AND max_gain_pct > 50'.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    pub filter: String,
    /// A field, with " desc" for descending, such as 'max_gain_pct desc'. Unknown comes last.
    #[arg(long, value_name = "FIELD", default_value = "alerted_at desc")]
    pub order_by: String,
    /// How many at the most.
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// All that there are.
    #[arg(long, conflicts_with = "limit")]
    pub all: bool,
    /// Go on where a listing with the same window, filter and order ended.
    #[arg(long, value_name = "TOKEN", default_value = "", hide_default_value = true)]
    pub page_token: String,
}

/// The largest page that the service gives.
const PAGE: usize = 1_000;

/// Asks, page by page, and shows.
///
/// # Errors
/// What a call came to.
pub async fn run(session: &Session, args: ListArgs) -> Outcome {
    let mut client = session.services.tracking().await?;
    let limit = if args.all { usize::MAX } else { usize::try_from(args.limit).unwrap_or(usize::MAX) };
    let mut list = ListAlertsResponse { alerts: Vec::new(), next_page_token: args.page_token.clone() };
    let mut shown = 0;
    loop {
        let request = ListAlertsRequest {
            window: args.window.window(),
            filter: args.filter.clone(),
            order_by: args.order_by.clone(),
            page_size: i32::try_from((limit - shown).min(PAGE)).unwrap_or(i32::MAX),
            page_token: list.next_page_token.clone(),
        };
        let page = client.list_alerts(request).await;
        let page = session.services.answer(Service::Tracking, "ListAlerts", page)?;
        shown += page.alerts.len();
        list.next_page_token = page.next_page_token;
        if session.output.format == Format::Jsonl {
            // Page by page, so that however many there are, they need no more room than a page.
            let lines: Outcome<Vec<String>> =
                page.alerts.iter().map(|alert| contract::to_json(alert, "AlertWithOutcome")?.line()).collect();
            session.output.text(&lines?.iter().fold(String::new(), |text, line| text + line + "\n"))?;
        } else {
            list.alerts.extend(page.alerts);
        }
        if shown >= limit || list.next_page_token.is_empty() {
            break;
        }
    }
    if session.output.format == Format::Jsonl {
        return Ok(());
    }
    session.output.answer(&list, "ListAlertsResponse", |output| {
        let scope = screen::Scope { window: args.window.described(), filter: args.filter.clone() };
        screen::alerts::show(&list, &scope, output.width)
    })
}
