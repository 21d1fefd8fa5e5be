//! Numbers that look random and are the same every time (SplitMix64, Steele et al. 2014).

/// Draws for one row.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    state: u64,
}

impl Draw {
    /// The draws of this number.
    pub const fn of(number: u64) -> Self {
        Self { state: number.wrapping_mul(0xd1b5_4a32_d192_ed03) ^ 0x5851_f42d_4c95_7f2d }
    }

    /// 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to 1, and never 1.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        (self.share() * end as f64) as u64
    }

    /// True so often.
    pub fn chance(&mut self, rate: f64) -> bool {
        self.share() < rate
    }

    /// A number around `middle`, spread over some powers of ten (log-normal but for its tails).
    pub fn around(&mut self, middle: f64) -> f64 {
        // Twelve uniforms less six have variance 1; four of them make a hump that is good enough here.
        let hump = (0..4).map(|_| self.share()).sum::<f64>() - 2.0;
        middle * (hump * 2.2).exp()
    }

    /// A gain with a Pareto tail: `least` or more, more than twice that in 44 % of all draws.
    pub fn pareto(&mut self, least: f64) -> f64 {
        least * (1.0 - self.share()).powf(-1.0 / 1.2)
    }

    /// A value, or nothing so often.
    pub fn known<T>(&mut self, unknown: f64, value: T) -> Option<T> {
        (!self.chance(unknown)).then_some(value)
    }
}
