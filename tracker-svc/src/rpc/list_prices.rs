//! `TrackingService.ListPrices`: the price history of one alert, as observed or resampled.

use std::sync::Arc;

use domain::bar::{PriceBar, Resampler, Resolution};
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use futures::TryStreamExt as _;
use perftrack::v1::{ListPricesRequest, ListPricesResponse};
use prost::Message as _;
use serde::{Deserialize, Serialize};
use service::limit::page_size;
use service::page_token::PagedQuery;
use service::status::{Rejection, Violations};
use service::wire;
use store::observations::{HistoryPlace, PricePiece};

use super::Calls;

const DEFAULT_PAGE: usize = 1_000;
const LARGEST_PAGE: usize = 10_000;
/// A page ends before it grows beyond what every client takes, however long the names of sources and pools are.
const LARGEST_PAGE_BYTES: usize = 3 << 20;

/// Where a page ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Place {
    /// Behind the observation of this moment and source.
    Observation(Timestamp, Arc<str>),
    /// Behind the bar that ends at this moment.
    Bar(Timestamp),
}

pub async fn list_prices(service: &Calls, mut request: ListPricesRequest) -> Result<ListPricesResponse, Rejection> {
    let mut violations = Violations::new();
    let (asked, token) = (std::mem::take(&mut request.page_size), std::mem::take(&mut request.page_token));
    let query = PagedQuery::new("ListPrices", &request);
    let id = wire::parse_alert_id(&request.alert_id, "alert_id", &mut violations);
    let length = violations.check_optional("resolution", request.resolution.map(wire::parse_duration));
    let resolution = violations.check_optional("resolution", length.map(Resolution::new));
    let size = violations.check("page_size", page_size(asked, DEFAULT_PAGE, LARGEST_PAGE)).unwrap_or_default();
    let place: Option<Place> = violations.check("page_token", query.position(&token)).flatten();
    violations.into_result()?;

    let window = match id {
        Some(id) => service.store.alerts().window(id).await?,
        None => None,
    };
    let window = window.ok_or_else(|| Rejection::not_found("alert", &request.alert_id))?;
    let from = match place {
        None => HistoryPlace::begin(window.start),
        Some(Place::Observation(at, source)) => HistoryPlace::behind(at.max(window.start), &source),
        Some(Place::Bar(end)) => HistoryPlace::end_of_bar(end.max(window.start)),
    };
    let mut history = service.store.observations().history(window.token, from, window.end);
    let mut page = Page::new(window.token, resolution, size);
    while let Some(piece) = history.try_next().await? {
        page.take(piece);
        if page.is_over() {
            break;
        }
    }
    page.finish();
    let next_page_token = page.next.map(|place| query.token(&place)).unwrap_or_default();
    Ok(ListPricesResponse { next_page_token, ..page.answer })
}

/// A page that is being filled: with one item more than it may hold it is over, and that item is left to the next.
struct Page {
    token: TokenKey,
    resolution: Option<Resolution>,
    /// The bars under way, and their length.
    bars: Option<(Resolution, Resampler)>,
    left: usize,
    bytes_left: usize,
    last: Option<Place>,
    next: Option<Place>,
    answer: ListPricesResponse,
}

impl Page {
    fn new(token: TokenKey, resolution: Option<Resolution>, left: usize) -> Self {
        let answer = ListPricesResponse::default();
        Self { token, resolution, bars: None, left, bytes_left: LARGEST_PAGE_BYTES, last: None, next: None, answer }
    }

    const fn is_over(&self) -> bool {
        self.next.is_some()
    }

    fn take(&mut self, piece: PricePiece) {
        match (self.resolution, piece) {
            (None, PricePiece::Observation(seen)) => {
                let message = wire::observation_message(self.token, &seen);
                if self.has_room_for(message.encoded_len()) {
                    self.answer.observations.push(message);
                    self.last = Some(Place::Observation(seen.observed_at, seen.source));
                }
            }
            (None, PricePiece::Bar(bar)) => self.push(bar, Resolution::FIVE_MINUTES),
            (Some(resolution), PricePiece::Observation(seen)) => self.resample(PriceBar::of(&seen), resolution),
            // Nothing finer is known.
            (Some(resolution), PricePiece::Bar(bar)) => self.resample(bar, resolution.max(Resolution::FIVE_MINUTES)),
        }
    }

    fn resample(&mut self, piece: PriceBar, resolution: Resolution) {
        if self.bars.as_ref().is_some_and(|(length, _)| *length != resolution) {
            self.finish();
        }
        let (_, bars) = self.bars.get_or_insert_with(|| (resolution, Resampler::new(resolution)));
        if let Some(bar) = bars.take(piece) {
            self.push(bar, resolution);
        }
    }

    /// The bar under way is whole: nothing more is to come.
    fn finish(&mut self) {
        if let Some((resolution, mut bars)) = self.bars.take()
            && let Some(bar) = bars.finish()
        {
            self.push(bar, resolution);
        }
    }

    fn push(&mut self, bar: PriceBar, resolution: Resolution) {
        let end = resolution.end(bar.starts_at);
        let message = wire::price_bar_message(&bar);
        if self.has_room_for(message.encoded_len()) {
            self.answer.bars.push(message);
            self.last = Some(Place::Bar(end));
        }
    }

    fn has_room_for(&mut self, bytes: usize) -> bool {
        if self.is_over() {
            return false;
        }
        if self.left == 0 || (bytes > self.bytes_left && self.last.is_some()) {
            self.next.clone_from(&self.last);
            return false;
        }
        self.left -= 1;
        self.bytes_left = self.bytes_left.saturating_sub(bytes);
        true
    }
}
