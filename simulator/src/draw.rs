//! Repeatable chance: every draw is a hash of a seed and of what is drawn, so that nothing depends on the order of draws.

/// A seed of repeatable draws. Seeds made from one another by [`Seed::at`] are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed of the `index`th thing below this one.
    #[must_use]
    pub const fn at(self, index: u64) -> Self {
        Self(mix(self.0 ^ mix(index.wrapping_add(0x9E37_79B9_7F4A_7C15))))
    }

    /// A number drawn evenly from [0, 1).
    #[must_use]
    pub const fn unit(self, index: u64) -> f64 {
        (self.at(index).0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number drawn evenly from [`low`, `high`).
    #[must_use]
    pub fn between(self, index: u64, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit(index)
    }

    /// A number from [`low`, `high`) whose logarithm is drawn evenly: small ones are as common as large ones.
    #[must_use]
    pub fn scale_between(self, index: u64, low: f64, high: f64) -> f64 {
        self.between(index, low.ln(), high.ln()).exp()
    }

    /// True with `probability`.
    #[must_use]
    pub fn chance(self, index: u64, probability: f64) -> bool {
        self.unit(index) < probability
    }

    /// 32 bytes: an address.
    #[must_use]
    pub fn bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (index, eight) in bytes.chunks_exact_mut(8).enumerate() {
            eight.copy_from_slice(&self.at(index as u64).0.to_le_bytes());
        }
        bytes
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection that changes half of the bits for any change of one.
const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_repeat_and_spread_evenly() {
        let seed = Seed(7);
        assert_eq!(seed.unit(3), Seed(7).unit(3));
        let mean = (0..10_000).map(|i| seed.unit(i)).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
        assert_ne!(seed.at(1).bytes(), seed.at(2).bytes());
    }
}
