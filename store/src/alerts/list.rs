//! Listing alerts in any order, page by page.

use domain::order::{Order, Position};

use super::AlertedBetween;

/// Which alerts to list, and from where on.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    /// On `alerted_at`.
    pub window: AlertedBetween,
    /// In which order.
    pub order: Order,
    /// After this place in that order (see [`Order::position`]); from the beginning where `None`.
    pub after: Option<Position>,
}
