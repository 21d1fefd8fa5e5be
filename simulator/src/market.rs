//! The simulated market: every token, and what its pools look like at any moment.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use domain::quantity::{AmountUsd, PriceUsd};
use domain::quote::Quote;
use domain::timestamp::Timestamp;
use domain::token::TokenAddress;

use crate::token::SimulatedToken;

mod path;
mod pools;

pub use path::State;
pub use pools::{Pool, USDC, WRAPPED_SOL};

/// A token as the server keeps it: with the texts that every answer repeats.
#[derive(Debug)]
pub struct Listing {
    /// The token.
    pub token: SimulatedToken,
    /// Its address as text.
    pub mint: String,
    /// The addresses of its pools as text, by the index of [`SimulatedToken::pool`].
    pub addresses: [String; 4],
}

/// All the tokens. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Market {
    listings: Arc<RwLock<HashMap<TokenAddress, Arc<Listing>>>>,
}

impl Market {
    /// A market without tokens.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a token, or replaces the one with its address.
    pub fn list(&self, token: SimulatedToken) -> Arc<Listing> {
        let mint = token.address.to_string();
        let addresses = std::array::from_fn(|index| token.pool(index as u64).to_string());
        let address = token.address;
        let listing = Arc::new(Listing { token, mint, addresses });
        self.listings.write().unwrap_or_else(PoisonError::into_inner).insert(address, Arc::clone(&listing));
        listing
    }

    /// The token with this address, where there is one.
    #[must_use]
    pub fn find(&self, address: &TokenAddress) -> Option<Arc<Listing>> {
        self.listings.read().unwrap_or_else(PoisonError::into_inner).get(address).cloned()
    }

    /// What a bot that looks at `at` sees of a token, and can send along as the entry of its alert. No bad ticks.
    #[must_use]
    pub fn quote(&self, address: &TokenAddress, at: Timestamp) -> Quote {
        let Some(listing) = self.find(address) else { return Quote::default() };
        let state = listing.token.state(at);
        let amount = |value| AmountUsd::new(value).ok();
        Quote {
            price_usd: PriceUsd::new(state.price_usd).ok(),
            market_cap_usd: amount(state.price_usd * listing.token.supply),
            liquidity_usd: amount(state.liquidity_usd),
            volume_24h_usd: amount(state.volume_24h_usd),
        }
    }
}
