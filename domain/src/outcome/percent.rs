//! Changes in percent.

/// How far `to` lies above `from`, in percent; never below −100, and finite for any two prices.
pub(super) fn change_pct(from: f64, to: f64) -> f64 {
    ((to / from - 1.0) * 100.0).min(f64::MAX)
}

/// What remains of 1 after a loss in percent.
pub(super) fn after_loss(pct: f64) -> f64 {
    1.0 - pct / 100.0
}

/// What becomes of 1 after a gain in percent.
pub(super) fn after_gain(pct: f64) -> f64 {
    1.0 + pct / 100.0
}
