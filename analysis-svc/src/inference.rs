//! From numbers to what may be said: which questions are asked, when they are judged, and the verdicts.

pub mod certify;
pub mod checkpoint;
pub mod decide;
pub mod family;
pub mod signal;
pub mod verdict;
pub mod within_days;

/// The outcomes that questions are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// The largest gain was over 50 %.
    Pump,
    /// The token was a rug.
    Rug,
}

impl Target {
    /// Both, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Pump, Self::Rug];

    /// δ: the difference of rates, as a fraction, below which an operator need not care.
    #[must_use]
    pub const fn smallest_that_matters(self) -> f64 {
        match self {
            Self::Pump => 0.10,
            Self::Rug => 0.05,
        }
    }
}
