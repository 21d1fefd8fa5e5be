//! Peak: one tick is not a price that anybody could sell at.
//!
//! An observation with neighbours within 180 s counts as the lower of itself and its better neighbour; a lone one counts as
//! it is. So an observation is settled when the next one is accepted, or at the seal. Until then it adds nothing: with a
//! neighbour before it, it could add no more than that neighbour has already, and without one nobody can say yet.

use crate::outcome::path::Last;
use crate::timestamp::Timestamp;

/// What an observation counts as wherever a high is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Settled {
    pub at: Timestamp,
    pub price: f64,
    /// The market cap at that price: the observed one, in proportion where the observation counts as less than itself.
    pub market_cap: Option<f64>,
}

/// `right` is the price of the next observation, where that is a neighbour.
#[inline]
pub(super) fn settle(last: &Last, right: Option<f64>) -> Settled {
    let price = supported(last.left, last.price, right);
    let market_cap =
        if price == last.price { last.market_cap } else { last.market_cap.map(|cap| cap * (price / last.price)) };
    Settled { at: last.at, price, market_cap }
}

/// The lower of itself and its better neighbour; itself where it has none.
#[inline]
pub(super) fn supported(left: Option<f64>, own: f64, right: Option<f64>) -> f64 {
    match (left, right) {
        (Some(left), Some(right)) => own.min(left.max(right)),
        (Some(neighbour), None) | (None, Some(neighbour)) => own.min(neighbour),
        (None, None) => own,
    }
}
