//! Which shard a token belongs to.

use std::fmt;

use domain::token::TokenKey;

/// So many shards share all tokens: enough to divide them evenly among dozens of trackers, few enough to renew at once.
pub const SHARDS: usize = 64;

/// A part of all tokens. A token's shard is stored with it and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(i32);

impl Shard {
    /// No tokens, but the right to tidy up.
    pub(crate) const HOUSEKEEPING: Self = Self(-1);

    /// The shard of a token: the lowest six bits of the CRC-32 (IEEE) of its chain's name and its address's bytes.
    #[must_use]
    pub fn of(token: &TokenKey) -> Self {
        let mut hash = crc32fast::Hasher::new();
        hash.update(token.chain.name().as_bytes());
        hash.update(token.address.as_bytes());
        Self((hash.finalize() % SHARDS as u32) as i32)
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..SHARDS as i32).map(Self)
    }

    /// Its number, from 0.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    pub(crate) const fn from_number(number: i32) -> Self {
        Self(number)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use domain::token::{Chain, TokenAddress};

    use super::*;

    fn shard(bytes: [u8; 32]) -> i32 {
        Shard::of(&TokenKey { chain: Chain::Solana, address: TokenAddress::from_bytes(bytes) }).number()
    }

    #[test]
    fn the_shard_of_a_token_is_for_ever() {
        // As zlib has it: crc32(b"solana" + bytes) % 64.
        assert_eq!([shard([0; 32]), shard([1; 32]), shard([255; 32])], [41, 8, 15]);
    }

    #[test]
    fn tokens_are_spread_evenly() {
        let mut counts = [0_u32; SHARDS];
        for number in 0..64_000_u32 {
            let mut bytes = [7; 32];
            bytes[..4].copy_from_slice(&number.to_le_bytes());
            counts[shard(bytes) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (800..1_200).contains(count)), "{counts:?}");
    }
}
