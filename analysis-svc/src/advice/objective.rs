//! What a recommendation is for: net per day, within bounds.

/// The bounds within which net per day is to rise.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Objective {
    /// The greatest rug rate to accept, 0 to 1.
    pub max_rug_rate: Option<f64>,
    /// The fewest alerts per day to accept.
    pub min_alerts_per_day: Option<f64>,
}
