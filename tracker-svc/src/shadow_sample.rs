//! The tracker's own sample of the shadow alerts: following all of them may take more looks than the price sources give.

use domain::alert::{Alert, AlertId, Decision};
use domain::quantity::Share;
use sha2::{Digest as _, Sha256};

/// Which share of the shadow alerts that bots send is followed.
///
/// Who is in it depends on the alert's id alone, so that a retry gets the same answer, from any replica. The share that is
/// stored with an alert is the bot's times this one: an estimate that weights by its inverse stands for all of them.
/// Imports are history, which nobody looks at again: they are all taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShadowSample {
    /// From 0 to 1.
    rate: f64,
}

impl ShadowSample {
    /// Follows all of them.
    pub const ALL: Self = Self { rate: 1.0 };

    /// A sample of this share, from 0 to 1; `None` for any other number.
    #[must_use]
    pub fn new(rate: f64) -> Option<Self> {
        (0.0..=1.0).contains(&rate).then_some(Self { rate })
    }

    /// Whether the alert is to be recorded. A shadow alert that is gets the share that it stands for.
    #[must_use]
    pub fn take(self, alert: &mut Alert) -> bool {
        if alert.decision != Decision::Shadow || alert.tracking_window.is_some() || self == Self::ALL {
            return true;
        }
        if place(alert.id) >= self.rate {
            return false;
        }
        let sent = alert.shadow_sample_rate.map_or(1.0, Share::get);
        // A product too small for a number keeps the bot's.
        alert.shadow_sample_rate = Share::new(sent * self.rate).ok().or(alert.shadow_sample_rate);
        true
    }
}

impl Default for ShadowSample {
    fn default() -> Self {
        Self::ALL
    }
}

/// Where an alert stands between 0 and 1: evenly spread, and unrelated to a sample that the bot may take by the same id.
fn place(id: AlertId) -> f64 {
    /// Never changed: a retry must find the same place.
    const VERSION: &[u8] = b"perftrack shadow sample/1\n";
    let hash = Sha256::new().chain_update(VERSION).chain_update(id.0.as_bytes()).finalize();
    // As many bits as a double holds exactly.
    let bits = hash.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte)) >> 11;
    bits as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use domain::timestamp::Timestamp;
    use domain::token::{Chain, Token, TokenAddress, TokenKey};
    use proptest::prelude::*;
    use std::time::Duration;
    use uuid::Uuid;

    use super::*;

    fn alert(id: u128, decision: Decision) -> Alert {
        Alert {
            id: AlertId(Uuid::from_u128(id)),
            token: Token {
                key: TokenKey { chain: Chain::Solana, address: TokenAddress::from_bytes([1; 32]) },
                name: String::new(),
                symbol: String::new(),
            },
            alerted_at: Timestamp::from_seconds(1_790_000_000),
            decision,
            shadow_sample_rate: None,
            entry: Default::default(),
            features: Default::default(),
            extra: Default::default(),
            annotations: Default::default(),
            config_revision: None,
            recorded_peak: None,
            trust_recorded_peak: false,
            tracking_window: None,
        }
    }

    #[test]
    fn the_sample_has_the_share_that_was_asked_for() {
        let sample = ShadowSample::new(0.25).unwrap();
        let taken = (1..=40_000).filter(|id| sample.take(&mut alert(*id, Decision::Shadow))).count();
        assert!((9_600..10_400).contains(&taken), "{taken}");
    }

    #[test]
    fn only_live_shadow_alerts_are_sampled() {
        let none = ShadowSample::new(0.0).unwrap();
        assert!(!none.take(&mut alert(1, Decision::Shadow)));
        assert!(none.take(&mut alert(1, Decision::Alerted)));
        let mut import = Alert { tracking_window: Some(Duration::from_secs(60)), ..alert(1, Decision::Shadow) };
        assert!(none.take(&mut import));
        assert_eq!(import.shadow_sample_rate, None, "it stands for what its bot said");
    }

    #[test]
    fn without_a_sample_the_bots_own_share_stays_as_it_was_sent() {
        let mut shadow = alert(1, Decision::Shadow);
        assert!(ShadowSample::ALL.take(&mut shadow));
        assert_eq!(shadow.shadow_sample_rate, None);
    }

    #[test]
    fn a_share_is_from_0_to_1() {
        assert_eq!(ShadowSample::new(1.0), Some(ShadowSample::ALL));
        for bad in [-0.1, 1.1, f64::NAN] {
            assert_eq!(ShadowSample::new(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_stored_share_is_the_product_and_a_larger_sample_holds_the_smaller(
            id in 1..u128::MAX, sent in 0.001..=1.0_f64, ours in 0.001..1.0_f64,
        ) {
            let share = Share::new(sent).ok();
            let mut shadow = Alert { shadow_sample_rate: share, ..alert(id, Decision::Shadow) };
            if ShadowSample::new(ours).unwrap().take(&mut shadow) {
                prop_assert_eq!(shadow.shadow_sample_rate.unwrap().get(), sent * ours);
                prop_assert!(ShadowSample::new(f64::midpoint(ours, 1.0)).unwrap().take(&mut shadow));
            } else {
                prop_assert_eq!(shadow.shadow_sample_rate, share);
            }
        }
    }
}
