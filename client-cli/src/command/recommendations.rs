//! `perfctl recommendations`: what was recommended so far, and what came of it.

use clap::Args;
use perftrack::v1::{ListRecommendationsRequest, ListRecommendationsResponse};

use super::Session;
use crate::cli::Format;
use crate::connect::Service;
use crate::contract;
use crate::failure::Outcome;
use crate::screen;

/// Arguments of `perfctl recommendations`.
#[derive(Clone, Debug, Args)]
pub struct RecommendationsArgs {
    /// How many, the newest first.
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

/// The most that are asked for at once.
const PAGE: usize = 1_000;

/// Asks and shows.
///
/// # Errors
/// What the call came to.
pub async fn run(session: &Session, args: RecommendationsArgs) -> Outcome {
    let mut client = session.services.analysis().await?;
    let mut list = ListRecommendationsResponse::default();
    while list.entries.len() < args.limit {
        let missing = (args.limit - list.entries.len()).min(PAGE);
        let request = ListRecommendationsRequest {
            page_size: i32::try_from(missing).unwrap_or(i32::MAX),
            page_token: std::mem::take(&mut list.next_page_token),
        };
        let answer = client.list_recommendations(request).await;
        let page = session.services.answer(Service::Analysis, "ListRecommendations", answer)?;
        list.entries.extend(page.entries);
        list.next_page_token = page.next_page_token;
        if list.next_page_token.is_empty() {
            break;
        }
    }
    if session.output.format == Format::Jsonl {
        let lines = list.entries.iter().map(|entry| contract::to_json(entry, "LedgerEntry")?.line());
        let lines = lines.collect::<Outcome<Vec<_>>>()?;
        return session.output.text(&lines.iter().fold(String::new(), |text, line| text + line + "\n"));
    }
    session.output.answer(&list, "ListRecommendationsResponse", |output| screen::ledger::show(&list, output.width))
}
