//! The tighter values of one key, the least tight first, and how far up each alert comes.

use domain::gate::Setting;
use sha2::{Digest, Sha256};

/// A key with its tighter values. What passes one of them passes all before it.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// The config key.
    pub key: String,
    /// Its value in force; `None` where there is none.
    pub from: Option<Setting>,
    /// Tighter values, the least tight first; fewer than 255.
    pub values: Vec<Setting>,
    /// How many of the values each case passes.
    pub passed: Vec<u8>,
    /// The places in the catalogue of the gates in which the key has a say.
    pub gates: Vec<usize>,
}

impl Ladder {
    /// Whether both keys have a say in one gate, so that what both let through is not what passes each alone.
    #[must_use]
    pub fn shares_a_gate_with(&self, other: &Self) -> bool {
        self.gates.iter().any(|gate| other.gates.contains(gate))
    }

    /// Whether a case passes a value.
    #[must_use]
    pub fn passes(&self, case: usize, value: usize) -> bool {
        usize::from(self.passed[case]) > value
    }

    /// Takes its key and values into a hash.
    pub fn absorb(&self, hash: &mut Sha256) {
        hash.update((self.key.len() as u64).to_le_bytes());
        hash.update(&self.key);
        for value in self.from.iter().chain(&self.values) {
            hash.update(value.to_string());
            hash.update([0]);
        }
    }
}
