//! Numbers that cannot hold a bad value: past the edge nobody checks them again.

use serde::{Deserialize, Serialize};

/// Why a number is not the quantity that it was given as.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum QuantityError {
    /// NaN or infinite.
    #[error("must be a finite number, not {0}")]
    NotFinite(f64),
    /// Zero or below where only a positive number makes sense.
    #[error("must be greater than 0, not {0}")]
    NotPositive(f64),
    /// Below zero where zero is the least.
    #[error("must be 0 or more, not {0}")]
    Negative(f64),
    /// Outside 0 to 100.
    #[error("must be a percentage from 0 to 100, not {0}")]
    NotPercent(f64),
    /// Outside (0, 1].
    #[error("must be a share greater than 0 and at most 1, not {0}")]
    NotShare(f64),
}

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(try_from = "f64", into = "f64")]
        pub struct $name(f64);

        impl $name {
            /// Checks the number. Errors say which bound it breaks.
            pub fn new(value: f64) -> Result<Self, QuantityError> {
                if !value.is_finite() {
                    return Err(QuantityError::NotFinite(value));
                }
                let check: fn(f64) -> Result<(), QuantityError> = $check;
                check(value).map(|()| Self(value))
            }

            /// The plain number.
            #[must_use]
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl TryFrom<f64> for $name {
            type Error = QuantityError;
            fn try_from(value: f64) -> Result<Self, Self::Error> {
                Self::new(value)
            }
        }

        impl From<$name> for f64 {
            fn from(value: $name) -> f64 {
                value.0
            }
        }
    };
}

quantity!(
    /// A price in USD per token: finite and greater than zero.
    PriceUsd,
    |v| if v > 0.0 { Ok(()) } else { Err(QuantityError::NotPositive(v)) }
);

quantity!(
    /// An amount in USD (market cap, liquidity, volume): finite and not negative.
    AmountUsd,
    |v| if v >= 0.0 { Ok(()) } else { Err(QuantityError::Negative(v)) }
);

quantity!(
    /// A percentage from 0 to 100.
    Percent,
    |v| if (0.0..=100.0).contains(&v) { Ok(()) } else { Err(QuantityError::NotPercent(v)) }
);

quantity!(
    /// A share of a whole, greater than 0 and at most 1.
    Share,
    |v| if v > 0.0 && v <= 1.0 { Ok(()) } else { Err(QuantityError::NotShare(v)) }
);

quantity!(
    /// A finite number that is not negative, such as an age in minutes.
    NonNegative,
    |v| if v >= 0.0 { Ok(()) } else { Err(QuantityError::Negative(v)) }
);

quantity!(
    /// Any finite number.
    Finite,
    |_| Ok(())
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_finite_and_positive() {
        assert!(PriceUsd::new(1e-12).is_ok());
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(PriceUsd::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_percentage_ends_at_100() {
        assert!(Percent::new(100.0).is_ok());
        assert_eq!(Percent::new(100.1), Err(QuantityError::NotPercent(100.1)));
    }
}
