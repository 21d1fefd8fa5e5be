//! Values as they come out of the database: checked again, for something else may have written there.

use std::fmt::Debug;
use std::str::FromStr;

use domain::token::{TokenAddress, TokenKey};

use crate::error::StoreError;

/// A number that must be a quantity.
pub(crate) fn quantity<T>(column: &'static str, value: Option<f64>) -> Result<Option<T>, StoreError>
where
    T: TryFrom<f64, Error: std::fmt::Display>,
{
    value
        .map(|value| {
            T::try_from(value).map_err(|error| StoreError::Corrupt { what: format!("a value of {column}: it {error}") })
        })
        .transpose()
}

/// What was made of `value`, unless that was nothing.
pub(crate) fn stored<T>(column: &'static str, value: &impl Debug, read: Option<T>) -> Result<T, StoreError> {
    read.ok_or_else(|| StoreError::Corrupt { what: format!("{value:?} in {column}") })
}

/// The key of a row of `tokens`.
pub(crate) fn token_key(chain: &str, address: &str) -> Result<TokenKey, StoreError> {
    Ok(TokenKey {
        chain: stored("tokens.chain", &chain, FromStr::from_str(chain).ok())?,
        address: stored("tokens.address", &address, TokenAddress::from_str(address).ok())?,
    })
}
