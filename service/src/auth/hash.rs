//! What a token is known by, and the only way to tell two of them apart: in constant time.
//!
//! `==` would stop at the first byte that differs, and how long it took would say how much of a guess was right. So there
//! is no `==` here, and no way to the bytes but out to the file's text; what looks for a hash goes over all of them.

use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq};

const PREFIX: &str = "sha256:";

/// A token's SHA-256; of it the token cannot be told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hash([u8; 32]);

impl Hash {
    pub(super) fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Reads `sha256:` and 64 hexadecimal digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let hexadecimal = text.strip_prefix(PREFIX)?;
        if hexadecimal.len() != 64 || !hexadecimal.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hexadecimal.get(2 * index..2 * index + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// As [`Hash::parse`] reads it.
    pub(super) fn text(self) -> String {
        self.0.iter().fold(PREFIX.to_owned(), |text, byte| text + &format!("{byte:02x}"))
    }
}

impl ConstantTimeEq for Hash {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

/// Where `wanted` stands among `all`: each of them is looked at, wherever it stands, and if it stands nowhere. The last
/// one where there are several.
pub(super) fn position<'a, T: ConstantTimeEq + 'a>(all: impl Iterator<Item = &'a T>, wanted: &T) -> Option<usize> {
    let mut found = u64::MAX;
    for (index, one) in (0..).zip(all) {
        found.conditional_assign(&index, one.ct_eq(wanted));
    }
    usize::try_from(found).ok().filter(|_| found != u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use static_assertions::assert_not_impl_any;

    use super::*;

    // Whoever could compare it in another way could do so by mistake: this does not compile then.
    assert_not_impl_any!(Hash: PartialEq, PartialOrd, std::hash::Hash, AsRef<[u8]>, std::ops::Deref, Into<[u8; 32]>);

    /// Counts how often it was compared.
    struct Counted<'a>(u8, &'a Cell<usize>);

    impl ConstantTimeEq for Counted<'_> {
        fn ct_eq(&self, other: &Self) -> Choice {
            self.1.set(self.1.get() + 1);
            self.0.ct_eq(&other.0)
        }
    }

    #[test]
    fn every_stored_hash_is_compared_whichever_it_is_and_if_it_is_none() {
        for (wanted, expected) in [(0, Some(0)), (1, Some(1)), (4, Some(4)), (9, None)] {
            let compared = Cell::new(0);
            let stored: Vec<Counted<'_>> = (0..5).map(|value| Counted(value, &compared)).collect();
            assert_eq!(position(stored.iter(), &Counted(wanted, &compared)), expected);
            assert_eq!(compared.get(), stored.len(), "looking for {wanted}");
        }
    }

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = Hash::of("ptk_x");
        let read = Hash::parse(&hash.text()).unwrap();
        assert!(bool::from(hash.ct_eq(&read)) && !bool::from(hash.ct_eq(&Hash::of("ptk_y"))));
        // FIPS 180-4's example.
        assert_eq!(Hash::of("abc").text(), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        for wrong in ["", "sha256:", &hash.text()[7..], &format!("{}0", hash.text()), &hash.text().replace(':', "=")] {
            assert!(Hash::parse(wrong).is_none(), "{wrong}");
        }
    }
}
