//! The matured alerts under the config in force, as plain columns: all that the search and the certificate look at.

use sha2::{Digest, Sha256};

/// Alerts in the order in which they were raised.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    /// UTC days since the epoch.
    pub days: Vec<i32>,
    /// Tokens, numbered from 0 in the order of their first alerts here.
    pub tokens: Vec<u32>,
    /// Net returns of the simulated exits, in percent; NaN where unknown.
    pub exits: Vec<f64>,
    /// Pumps and rugs.
    pub labels: Vec<Labels>,
}

/// Whether an alert pumped, and whether it was a rug, each where it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Gained over 50 %.
    pub pump: Option<bool>,
    /// Called a rug.
    pub rug: Option<bool>,
}

impl Cases {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.days.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// Takes all of it into a hash.
    pub fn absorb(&self, hash: &mut Sha256) {
        hash.update((self.len() as u64).to_le_bytes());
        let mut bytes = Vec::with_capacity(self.len() * 17);
        for (((day, token), exit), labels) in self.days.iter().zip(&self.tokens).zip(&self.exits).zip(&self.labels) {
            bytes.extend(day.to_le_bytes());
            bytes.extend(token.to_le_bytes());
            bytes.extend(exit.to_bits().to_le_bytes());
            let code = |label: Option<bool>| label.map_or(2, u8::from);
            bytes.push(3 * code(labels.pump) + code(labels.rug));
        }
        hash.update(&bytes);
    }
}
