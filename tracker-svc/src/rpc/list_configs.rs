//! `TrackingService.ListConfigs`: the bot's configs, the latest first.

use domain::timestamp::Timestamp;
use perftrack::v1::{Config, ListConfigsRequest, ListConfigsResponse};
use serde::{Deserialize, Serialize};
use service::limit::page_size;
use service::page_token::PagedQuery;
use service::status::{Rejection, Violations};
use service::wire::timestamp_message;
use store::configs::ConfigPosition;

use super::Calls;

const DEFAULT_PAGE: usize = 20;
/// A page stays within the size of a message.
const LARGEST_PAGE: usize = 100;
const PAGE_BYTES: usize = 3 * 1024 * 1024;

/// Where a page ended.
#[derive(Serialize, Deserialize)]
struct Last {
    effective_at_micros: i64,
    revision: String,
}

pub async fn list_configs(service: &Calls, mut request: ListConfigsRequest) -> Result<ListConfigsResponse, Rejection> {
    let mut violations = Violations::new();
    let (asked, token) = (std::mem::take(&mut request.page_size), std::mem::take(&mut request.page_token));
    let query = PagedQuery::new("ListConfigs", &request);
    let size = violations.check("page_size", page_size(asked, DEFAULT_PAGE, LARGEST_PAGE)).unwrap_or_default();
    let after: Option<Last> = violations.check("page_token", query.position(&token)).flatten();
    violations.into_result()?;

    let after = after.map(|last| ConfigPosition {
        effective_at: Timestamp::from_micros(last.effective_at_micros),
        revision: last.revision,
    });
    // One more than the page holds says whether there is a next one.
    let found = service.store.configs().list(after, size as u64 + 1).await?;
    let count = found.len();
    let (mut configs, mut bytes) = (Vec::new(), 0);
    let mut last = None;
    for config in found.into_iter().take(size) {
        bytes += config.values.iter().map(|(key, value)| key.len() + value.len() + 8).sum::<usize>();
        if bytes > PAGE_BYTES && !configs.is_empty() {
            break;
        }
        last = Some(Last { effective_at_micros: config.effective_at.micros(), revision: config.revision.clone() });
        configs.push(Config {
            revision: config.revision,
            values: config.values,
            effective_at: Some(timestamp_message(config.effective_at)),
            recorded_at: Some(timestamp_message(config.recorded_at)),
        });
    }
    let next_page_token =
        last.filter(|_| configs.len() < count).map_or_else(String::new, |position| query.token(&position));
    Ok(ListConfigsResponse { configs, next_page_token })
}
