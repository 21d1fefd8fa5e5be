//! Tokens: the thing that is alerted, and whose price is followed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The chain that a token lives on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Chain {
    /// Solana mainnet.
    #[default]
    Solana,
}

impl Chain {
    /// The name used in messages, in the database and by the price sources.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Solana => "solana",
        }
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The chain's name is not one that is followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("chain {0:?} is not followed; use \"solana\"")]
pub struct UnknownChain(pub String);

impl FromStr for Chain {
    type Err = UnknownChain;

    /// Reads a chain's name. Empty means Solana, the only chain that the bot alerts on.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "" | "solana" => Ok(Self::Solana),
            other => Err(UnknownChain(other.chars().take(64).collect())),
        }
    }
}

/// A Solana account address: 32 bytes, written as 32 to 44 characters of base58.
///
/// Case matters; two addresses that differ in case are two tokens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenAddress([u8; 32]);

/// Why a text is no token address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Shorter than 32 or longer than 44 characters.
    #[error("a Solana address has 32 to 44 base58 characters; this one has {characters}")]
    Length {
        /// How many characters were given.
        characters: usize,
    },
    /// A character that base58 does not have (it has no 0, O, I, l and no punctuation).
    #[error("a Solana address is base58; {character:?} at position {position} is not")]
    Character {
        /// The offending character.
        character: char,
        /// Its position, from 0.
        position: usize,
    },
    /// Base58 of the right length that stands for another number of bytes.
    #[error("a Solana address decodes to exactly 32 bytes; this one decodes to {bytes}")]
    Bytes {
        /// How many bytes it decodes to.
        bytes: usize,
    },
}

impl TokenAddress {
    /// From its 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for TokenAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = text.len();
        if !(32..=44).contains(&length) {
            return Err(AddressError::Length { characters: text.chars().count() });
        }
        let mut bytes = [0_u8; 33];
        match bs58::decode(text).onto(&mut bytes[..]) {
            Ok(32) => {
                let mut address = [0_u8; 32];
                address.copy_from_slice(&bytes[..32]);
                Ok(Self(address))
            }
            Ok(other) => Err(AddressError::Bytes { bytes: other }),
            Err(bs58::decode::Error::BufferTooSmall) => Err(AddressError::Bytes { bytes: 33 }),
            Err(_) => {
                let (position, character) = text
                    .chars()
                    .enumerate()
                    .find(|(_, c)| !c.is_ascii_alphanumeric() || matches!(c, '0' | 'O' | 'I' | 'l'))
                    .unwrap_or((0, '?'));
                Err(AddressError::Character { character, position })
            }
        }
    }
}

impl fmt::Display for TokenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bs58::encode(self.0).into_string())
    }
}

impl fmt::Debug for TokenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for TokenAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TokenAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What identifies a token: its chain and its address there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TokenKey {
    /// The chain.
    pub chain: Chain,
    /// The address on that chain.
    pub address: TokenAddress,
}

impl fmt::Display for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.chain, self.address)
    }
}

/// A token as the bot names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// What identifies it.
    pub key: TokenKey,
    /// Its display name, empty when unknown.
    pub name: String,
    /// Its ticker symbol, empty when unknown.
    pub symbol: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRAPPED_SOL: &str = "So11111111111111111111111111111111111111112";

    #[test]
    fn an_address_survives_a_round_trip() {
        let address: TokenAddress = WRAPPED_SOL.parse().unwrap();
        assert_eq!(address.to_string(), WRAPPED_SOL);
    }

    #[test]
    fn forty_four_z_are_33_bytes_and_no_address() {
        assert_eq!("z".repeat(44).parse::<TokenAddress>(), Err(AddressError::Bytes { bytes: 33 }));
    }

    #[test]
    fn the_offending_character_is_named() {
        let text = WRAPPED_SOL.replacen('S', "0", 1);
        assert_eq!(text.parse::<TokenAddress>(), Err(AddressError::Character { character: '0', position: 0 }));
    }

    #[test]
    fn a_length_outside_32_to_44_is_refused() {
        assert_eq!("abc".parse::<TokenAddress>(), Err(AddressError::Length { characters: 3 }));
        assert_eq!("".parse::<TokenAddress>(), Err(AddressError::Length { characters: 0 }));
    }
}
