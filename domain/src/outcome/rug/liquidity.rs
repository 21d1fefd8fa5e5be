//! `LIQUIDITY_REMOVED`: liquidity of the *same* pool falls by over 80 % from its maximum of the trailing hour, which stood at
//! 1,000 USD or more, and stays there for 3 observations over at least 2 min. The maximum is kept in minute buckets, and
//! frozen at the breach. A move to another pool is a migration, and no rug.

use crate::outcome::elapsed::{micros, seconds};
use crate::outcome::look::{Look, Pool};
use crate::outcome::peak::supported;
use crate::outcome::percent::after_loss;
use crate::outcome::policy;
use crate::outcome::trailing_hour::TrailingHour;
use crate::timestamp::Timestamp;

/// How many pools are watched side by side, as many as there are price sources that may take turns. One more takes the place
/// of the one that was not seen for longest, of those that are in breach last.
pub(in crate::outcome) const POOLS: usize = 3;

/// The pools in sight, until one is found drained.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::outcome) struct Liquidity {
    pub pools: Vec<Watch>,
    pub removed: Option<Removed>,
}

/// The rule is fulfilled. Nothing takes that back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::outcome) struct Removed {
    /// The first observation of the breach.
    pub hit_at: Timestamp,
    /// The observation that fulfilled the rule.
    pub at: Timestamp,
}

/// One pool's liquidity.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::outcome) struct Watch {
    pub pool: Pool,
    pub last: Reading,
    pub hour: TrailingHour<f64>,
    pub breach: Option<Breach>,
}

/// The last known liquidity, which is not part of the maximum yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::outcome) struct Reading {
    pub at: Timestamp,
    pub liquidity: f64,
    /// The reading before it, where that is its neighbour.
    pub left: Option<f64>,
    /// It is the first of this pool.
    pub first: bool,
}

/// Liquidity has fallen, and it is to be seen whether it stays down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::outcome) struct Breach {
    /// Below this it is down: the maximum is frozen here.
    pub level: f64,
    pub at: Timestamp,
    pub observations: u32,
}

impl Liquidity {
    /// An accepted observation. Unknown liquidity is no evidence, neither of a removal nor of a recovery.
    #[inline]
    pub fn look(&mut self, policy: &policy::Policy, minute: u32, look: &Look<'_>) {
        let Some(liquidity) = look.liquidity else { return };
        if self.removed.is_some() {
            return;
        }
        let this = match self.pools.iter().position(|watch| look.pool.is(&watch.pool)) {
            Some(this) => this,
            None => return self.meet(minute, look, liquidity),
        };
        if self.pools.len() > 1 {
            self.migrate(this, liquidity);
        }
        if let Some(watch) = self.pools.get_mut(this) {
            self.removed = watch.read(policy, minute, look.at, liquidity);
        }
        if self.removed.is_some() {
            self.pools = Vec::new();
        }
    }

    /// The first reading of a pool.
    fn meet(&mut self, minute: u32, look: &Look<'_>, liquidity: f64) {
        if self.pools.len() >= POOLS
            && let Some(oldest) = (0..self.pools.len())
                .min_by_key(|&index| (self.pools[index].breach.is_some(), self.pools[index].last.at))
        {
            self.pools.remove(oldest);
        }
        let mut hour = TrailingHour::default();
        hour.advance(minute);
        self.pools.push(Watch {
            pool: look.pool.to_owned(),
            last: Reading { at: look.at, liquidity, left: None, first: true },
            hour,
            breach: None,
        });
        self.migrate(self.pools.len() - 1, liquidity);
    }

    /// Where another pool holds what this one lost, the liquidity has moved: the breach ends, and the old pool's past with
    /// it, for what lingers there is measured anew.
    fn migrate(&mut self, to: usize, liquidity: f64) {
        for (index, watch) in self.pools.iter_mut().enumerate() {
            if index != to && watch.breach.is_some_and(|breach| liquidity >= breach.level) {
                watch.breach = None;
                watch.hour.forget();
                watch.last.left = None;
            }
        }
    }
}

impl Watch {
    #[inline]
    fn read(&mut self, policy: &policy::Policy, minute: u32, at: Timestamp, liquidity: f64) -> Option<Removed> {
        let neighbours = micros(self.last.at, at) <= seconds(policy.peak.neighbour_within_seconds);
        if self.breach.is_none() {
            // The hour still stands at the minute of the last reading.
            self.hour.keep_highest(self.last.counted(neighbours.then_some(liquidity)));
        }
        self.hour.advance(minute);
        self.last = Reading { at, liquidity, left: neighbours.then_some(self.last.liquidity), first: false };
        self.breach = self.fallen(&policy.rug, at, liquidity);
        self.breach
            .filter(|breach| {
                breach.observations >= policy.rug.liquidity_gone_observations
                    && micros(breach.at, at) >= seconds(policy.rug.liquidity_gone_seconds)
            })
            .map(|breach| Removed { hit_at: breach.at, at })
    }

    /// The breach that this reading begins or goes on with.
    #[inline]
    fn fallen(&self, policy: &policy::Rug, at: Timestamp, liquidity: f64) -> Option<Breach> {
        if let Some(breach) = self.breach {
            return (liquidity < breach.level)
                .then_some(Breach { observations: breach.observations.saturating_add(1), ..breach });
        }
        let highest = self.hour.oldest()?;
        let level = highest * after_loss(policy.liquidity_fall_pct);
        (highest >= policy.liquidity_from_usd && liquidity < level).then_some(Breach { level, at, observations: 1 })
    }
}

impl Reading {
    /// What it adds to the maximum. One bad tick must make no rug, so a reading counts as the peak rule counts a price. Only
    /// the first one of a pool counts as it is: liquidity that is taken out within a minute of the first look was there.
    #[inline]
    fn counted(&self, right: Option<f64>) -> f64 {
        if self.first { self.liquidity } else { supported(self.left, self.liquidity, right) }
    }
}
