//! One number per minute over the trailing hour.

/// Up to 61 minute buckets: the current minute and the sixty before it, so that an observation a minute reaches exactly an
/// hour back.
#[derive(Clone, Debug)]
pub(super) struct TrailingHour<T> {
    newest: u32,
    /// Bit k is set where the minute `newest − k` has a value.
    filled: u64,
    /// The value of minute m stands at m mod 64.
    values: [T; 64],
}

const KEPT: u64 = (1 << 61) - 1;

impl<T: Copy + Default> Default for TrailingHour<T> {
    fn default() -> Self {
        Self { newest: 0, filled: 0, values: [T::default(); 64] }
    }
}

impl<T: Copy + Default> TrailingHour<T> {
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
    pub fn keep_first(&mut self, value: T) {
        if self.filled & 1 == 0 {
            self.filled |= 1;
            self.put(0, value);
        }
    }

    /// Keeps the maximum of the current minute, and drops every minute that can no longer be the maximum of any hour to
    /// come: what is left falls from the oldest to the newest.
    #[inline]
    pub fn keep_highest(&mut self, value: T)
    where
        T: PartialOrd,
    {
        while self.filled != 0 {
            let youngest = self.filled.trailing_zeros();
            if self.get(youngest) > value {
                break;
            }
            self.filled &= self.filled - 1;
        }
        self.keep_first(value);
    }

    /// The value of the oldest minute; after [`Self::keep_highest`] alone, the maximum of the hour.
    #[inline]
    pub fn oldest(&self) -> Option<T> {
        (self.filled != 0).then(|| self.get(63 - self.filled.leading_zeros()))
    }

    pub fn newest(&self) -> u32 {
        self.newest
    }

    pub fn filled(&self) -> u64 {
        self.filled
    }

    /// The values, from the newest minute to the oldest.
    fn by_age(&self) -> impl Iterator<Item = T> + '_ {
        ages(self.filled).map(|age| self.get(age))
    }

    /// The values in the order of their buckets.
    pub fn by_bucket(&self) -> impl Iterator<Item = T> + '_ {
        buckets(self.newest, self.filled).map(|age| self.get(age))
    }

    /// What [`Self::newest`], [`Self::filled`] and [`Self::by_bucket`] said; `None` where no hour has such minutes.
    pub fn restore_by_bucket<E>(
        newest: u32,
        filled: u64,
        next_value: impl FnMut() -> Result<T, E>,
    ) -> Result<Option<Self>, E> {
        Self::restore(newest, filled, buckets(newest, filled), next_value)
    }

    /// The same, with the values from the newest minute to the oldest.
    pub fn restore_by_age<E>(
        newest: u32,
        filled: u64,
        next_value: impl FnMut() -> Result<T, E>,
    ) -> Result<Option<Self>, E> {
        Self::restore(newest, filled, ages(filled), next_value)
    }

    fn restore<E>(
        newest: u32,
        filled: u64,
        ages: impl Iterator<Item = u32>,
        mut next_value: impl FnMut() -> Result<T, E>,
    ) -> Result<Option<Self>, E> {
        if filled & !KEPT != 0 {
            return Ok(None);
        }
        let mut hour = Self { newest, filled, ..Self::default() };
        for age in ages {
            let value = next_value()?;
            hour.put(age, value);
        }
        Ok(Some(hour))
    }

    #[inline]
    fn get(&self, age: u32) -> T {
        self.values[(self.newest.wrapping_sub(age) & 63) as usize]
    }

    #[inline]
    fn put(&mut self, age: u32, value: T) {
        self.values[(self.newest.wrapping_sub(age) & 63) as usize] = value;
    }
}

/// The ages of the minutes that have a value, the newest first.
fn ages(filled: u64) -> impl Iterator<Item = u32> {
    (0..64).filter(move |age| filled & (1 << age) != 0)
}

/// The same in the order of their buckets.
fn buckets(newest: u32, filled: u64) -> impl Iterator<Item = u32> {
    (0..64).map(move |bucket| newest.wrapping_sub(bucket) & 63).filter(move |age| filled & (1 << age) != 0)
}

/// Equal where the same minutes have the same values; what stands in forgotten buckets does not matter.
impl<T: Copy + Default + PartialEq> PartialEq for TrailingHour<T> {
    fn eq(&self, other: &Self) -> bool {
        self.newest == other.newest && self.filled == other.filled && self.by_age().eq(other.by_age())
    }
}
