//! What the fold takes from an alert, and which observations are its own.

use std::time::Duration;

use crate::alert::Alert;
use crate::outcome::Subject;
use crate::outcome::elapsed::{micros, micros_of};
use crate::timestamp::Timestamp;

impl Subject {
    /// What the fold must know of `alert`, recorded at `recorded_at`.
    ///
    /// An alert with a `tracking_window` is an import: that window is its own, and no interval is expected of it. All
    /// others are followed over `window`, with one observation expected every `interval`.
    #[must_use]
    pub fn of(alert: &Alert, recorded_at: Timestamp, window: Duration, interval: Duration) -> Self {
        Self {
            alerted_at: alert.alerted_at,
            window: alert.tracking_window.unwrap_or(window),
            expected_interval: if alert.tracking_window.is_some() { None } else { Some(interval) },
            quoted_price_usd: alert.entry.price_usd,
            trusted_peak: alert.recorded_peak.filter(|_| alert.trust_recorded_peak),
            recorded_at,
        }
    }

    /// Whether another tracker followed it: then no interval is expected.
    #[must_use]
    pub const fn is_import(&self) -> bool {
        self.expected_interval.is_none()
    }

    /// When the window closes.
    #[must_use]
    pub fn window_end(&self) -> Timestamp {
        self.alerted_at.plus(self.window)
    }

    /// Whether an observation of that moment belongs to this alert: `[alerted_at, +window)`, and for imports
    /// `[alerted_at, +window]`.
    ///
    /// An import's own tracker looked at fixed distances from the alert, the last of them at the very end of its window:
    /// that look is part of what it recorded.
    #[must_use]
    pub fn covers(&self, observed_at: Timestamp) -> bool {
        let (since, window) = (micros(self.alerted_at, observed_at), micros_of(self.window));
        since >= 0 && (since < window || (since == window && self.is_import()))
    }
}
