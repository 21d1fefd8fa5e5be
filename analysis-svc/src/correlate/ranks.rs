//! Whether a number ranks pumps and rugs, over all alerts and day by day, and whether it rises with the gain.

use crate::statistics::rank::mann_whitney::MannWhitney;
use crate::statistics::rank::spearman::Spearman;

/// What a number's order says.
#[derive(Clone, Debug)]
pub struct Ranks {
    /// Pumps against others, and rugs against others, over all days.
    pub all: [MannWhitney; 2],
    /// The same within each day.
    pub days: [Vec<MannWhitney>; 2],
    /// With the greatest gain.
    pub spearman: Option<Spearman>,
}
