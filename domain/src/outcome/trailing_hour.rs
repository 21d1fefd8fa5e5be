//! One number per minute over the trailing hour.

/// Up to 61 minute buckets: the current minute and the sixty before it, so that an observation a minute reaches exactly an
/// hour back.
#[derive(Clone, Debug)]
pub(super) struct TrailingHour {
    newest: u32,
    /// Bit k is set where the minute `newest − k` has a value.
    filled: u64,
    /// The value of minute m stands at m mod 64.
    values: [f64; 64],
}

const KEPT: u64 = (1 << 61) - 1;

impl Default for TrailingHour {
    fn default() -> Self {
        Self { newest: 0, filled: 0, values: [0.0; 64] }
    }
}

impl TrailingHour {
    /// Goes to `minute`, never backwards, and forgets what is more than an hour old.
    #[inline]
    pub fn advance(&mut self, minute: u32) {
        let by = minute.saturating_sub(self.newest);
        if by > 0 {
            self.filled = self.filled.checked_shl(by).unwrap_or(0) & KEPT;
            self.newest = minute;
        }
    }

    /// Forgets all values, and stays at its minute.
    pub fn forget(&mut self) {
        self.filled = 0;
    }

    /// Keeps the first value of the current minute.
    #[inline]
    pub fn keep_first(&mut self, value: f64) {
        if self.filled & 1 == 0 {
            self.filled |= 1;
            self.put(0, value);
        }
    }

    /// Keeps the maximum of the current minute, and drops every minute that can no longer be the maximum of any hour to
    /// come: what is left falls from the oldest to the newest.
    #[inline]
    pub fn keep_highest(&mut self, value: f64) {
        while self.filled != 0 {
            let youngest = self.filled.trailing_zeros();
            if self.get(youngest) > value {
                break;
            }
            self.filled &= self.filled - 1;
        }
        if self.filled & 1 == 0 {
            self.filled |= 1;
            self.put(0, value);
        }
    }

    /// The value of the oldest minute; after [`Self::keep_highest`] alone, the maximum of the hour.
    #[inline]
    pub fn oldest(&self) -> Option<f64> {
        (self.filled != 0).then(|| self.get(63 - self.filled.leading_zeros()))
    }

    pub fn newest(&self) -> u32 {
        self.newest
    }

    pub fn filled(&self) -> u64 {
        self.filled
    }

    /// The values, from the newest minute to the oldest.
    pub fn values(&self) -> impl Iterator<Item = f64> + '_ {
        (0..64).filter(|&age| self.filled & (1 << age) != 0).map(|age| self.get(age))
    }

    /// What [`Self::newest`], [`Self::filled`] and [`Self::values`] said; `None` where no hour has such minutes.
    pub fn restore<E>(
        newest: u32,
        filled: u64,
        mut next_value: impl FnMut() -> Result<f64, E>,
    ) -> Result<Option<Self>, E> {
        if filled & !KEPT != 0 {
            return Ok(None);
        }
        let mut hour = Self { newest, filled, values: [0.0; 64] };
        for age in 0..64 {
            if filled & (1 << age) != 0 {
                let value = next_value()?;
                hour.put(age, value);
            }
        }
        Ok(Some(hour))
    }

    #[inline]
    fn get(&self, age: u32) -> f64 {
        self.values[(self.newest.wrapping_sub(age) & 63) as usize]
    }

    #[inline]
    fn put(&mut self, age: u32, value: f64) {
        self.values[(self.newest.wrapping_sub(age) & 63) as usize] = value;
    }
}

/// Equal where the same minutes have the same values; what stands in forgotten buckets does not matter.
impl PartialEq for TrailingHour {
    fn eq(&self, other: &Self) -> bool {
        self.newest == other.newest && self.filled == other.filled && self.values().eq(other.values())
    }
}
