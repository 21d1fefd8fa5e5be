//! An observation as far as the rules read it.

use std::sync::Arc;

use crate::observation::Observation;
use crate::outcome::policy;
use crate::timestamp::Timestamp;

/// Whose liquidity it is: the pool's, or, where the source names none, whatever that source means by the token's
/// liquidity. Two sources that name no pool are not compared with one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pool {
    Named(Arc<str>),
    OfSource(Arc<str>),
}

/// One observation, reduced. `liquidity` is absent where it is unknown or says nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look<'a> {
    pub at: Timestamp,
    pub price: f64,
    pub market_cap: Option<f64>,
    pub liquidity: Option<f64>,
    pub pool: PoolRef<'a>,
}

/// A [`Pool`] that is not kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum PoolRef<'a> {
    Named(&'a Arc<str>),
    OfSource(&'a Arc<str>),
}

impl PoolRef<'_> {
    pub fn is(self, pool: &Pool) -> bool {
        match (self, pool) {
            (PoolRef::Named(a), Pool::Named(b)) | (PoolRef::OfSource(a), Pool::OfSource(b)) => a == b,
            _ => false,
        }
    }

    pub fn to_owned(self) -> Pool {
        match self {
            PoolRef::Named(name) => Pool::Named(Arc::clone(name)),
            PoolRef::OfSource(name) => Pool::OfSource(Arc::clone(name)),
        }
    }
}

impl<'a> Look<'a> {
    pub fn of(policy: &policy::Rug, observation: &'a Observation) -> Self {
        Self {
            at: observation.observed_at,
            price: observation.price_usd.get(),
            market_cap: observation.market_cap_usd.map(|amount| amount.get()),
            liquidity: observation
                .liquidity_usd
                .map(|amount| amount.get())
                .filter(|&liquidity| liquidity > 0.0 || !on_bonding_curve(policy, observation)),
            pool: match &observation.pool {
                Some(pool) => PoolRef::Named(pool),
                None => PoolRef::OfSource(&observation.source),
            },
        }
    }
}

/// Zero liquidity on a bonding curve is no evidence: there the curve itself buys.
fn on_bonding_curve(policy: &policy::Rug, observation: &Observation) -> bool {
    observation
        .dex_name
        .as_ref()
        .is_some_and(|dex| policy.bonding_curve_dexes.iter().any(|curve| curve.eq_ignore_ascii_case(dex)))
}

/// A look that is kept until another confirms it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct KeptLook {
    pub at: Timestamp,
    pub price: f64,
    pub market_cap: Option<f64>,
    pub liquidity: Option<f64>,
    pub pool: Pool,
}

impl KeptLook {
    pub fn of(look: &Look<'_>) -> Self {
        Self {
            at: look.at,
            price: look.price,
            market_cap: look.market_cap,
            liquidity: look.liquidity,
            pool: look.pool.to_owned(),
        }
    }

    pub fn as_look(&self) -> Look<'_> {
        Look {
            at: self.at,
            price: self.price,
            market_cap: self.market_cap,
            liquidity: self.liquidity,
            pool: match &self.pool {
                Pool::Named(name) => PoolRef::Named(name),
                Pool::OfSource(name) => PoolRef::OfSource(name),
            },
        }
    }
}
