//! Rug: the liquidity was removed, or the price collapsed. Never from the peak: 80 % off the peak is how 10× tokens breathe.

use crate::outcome::RugReason;
use crate::timestamp::Timestamp;

pub(super) mod collapse;
pub(super) mod liquidity;

use collapse::Collapse;
use liquidity::Liquidity;

/// Both rules side by side: neither hides the other, so that a collapse that is taken back leaves a removal standing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rug {
    pub liquidity: Liquidity,
    pub collapse: Collapse,
}

impl Rug {
    /// The rule that holds, and since when it is fulfilled; the one that was fulfilled first where both hold.
    pub fn standing(&self) -> Option<(RugReason, Timestamp)> {
        let removed = self.liquidity.removed.map(|removed| (RugReason::LiquidityRemoved, removed.at));
        let collapsed = self.collapse.standing_since.map(|at| (RugReason::PriceCollapse, at));
        match (removed, collapsed) {
            (Some(removed), Some(collapsed)) => Some(if collapsed.1 < removed.1 { collapsed } else { removed }),
            (removed, collapsed) => removed.or(collapsed),
        }
    }

    /// The first breach of any rule that came to be fulfilled. It stays when the rug is taken back.
    pub fn hit_at(&self) -> Option<Timestamp> {
        let removed = self.liquidity.removed.map(|removed| removed.hit_at);
        match (removed, self.collapse.hit_at) {
            (Some(removed), Some(collapsed)) => Some(removed.min(collapsed)),
            (removed, collapsed) => removed.or(collapsed),
        }
    }
}
