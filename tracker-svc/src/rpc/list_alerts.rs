//! `TrackingService.ListAlerts`: alerts with what became of them, a page at a time.
//!
//! A page ends at its size, or earlier where its alerts bring so much along that the answer would be too large to read.

use domain::filter::Filter;
use domain::order::{Order, Position};
use futures::TryStreamExt as _;
use perftrack::v1::{AlertWithOutcome, ListAlertsRequest, ListAlertsResponse};
use prost::Message as _;
use service::limit::page_size;
use service::page_token::PagedQuery;
use service::status::{Rejection, Violations};
use service::wire;
use store::alerts::ListQuery;

use super::Calls;

const DEFAULT_PAGE: usize = 100;
const LARGEST_PAGE: usize = 1_000;
/// Clients commonly read messages of 4 MiB at most; some of that is left for the page token.
const MOST_BYTES: usize = 4 * 1_024 * 1_024 - 64 * 1_024;

pub async fn list_alerts(service: &Calls, mut request: ListAlertsRequest) -> Result<ListAlertsResponse, Rejection> {
    let mut violations = Violations::new();
    let (asked, token) = (std::mem::take(&mut request.page_size), std::mem::take(&mut request.page_token));
    let query = PagedQuery::new("ListAlerts", &request);
    let window = wire::parse_window(request.window, &mut violations);
    let filter = violations.check("filter", Filter::parse(&request.filter)).unwrap_or_else(Filter::everything);
    let order = violations.check("order_by", Order::parse(&request.order_by)).unwrap_or_default();
    let size = violations.check("page_size", page_size(asked, DEFAULT_PAGE, LARGEST_PAGE)).unwrap_or_default();
    let after: Option<Position> = violations.check("page_token", query.position(&token)).flatten();
    violations.into_result()?;

    let mut records = service.store.alerts().list(ListQuery { window, order: order.clone(), after });
    let mut page: Vec<AlertWithOutcome> = Vec::new();
    let mut bytes = 0;
    let mut last = None;
    let mut next_page_token = String::new();
    while let Some(record) = records.try_next().await? {
        if !filter.keeps(&record) {
            continue;
        }
        let alert = wire::alert_with_outcome(&record);
        bytes += bytes_in_list(&alert);
        if page.len() == size || (bytes > MOST_BYTES && !page.is_empty()) {
            // One more than the page holds: there is a next page, and it begins behind the last alert of this one.
            next_page_token = last.map_or_else(String::new, |position| query.token(&position));
            break;
        }
        last = Some(order.position(&record));
        page.push(alert);
    }
    Ok(ListAlertsResponse { alerts: page, next_page_token })
}

/// With the tag and the length that it has in a list.
fn bytes_in_list(alert: &AlertWithOutcome) -> usize {
    let bytes = alert.encoded_len();
    1 + prost::length_delimiter_len(bytes) + bytes
}
