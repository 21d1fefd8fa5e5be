//! A number for everything in a row that can be asked for, so that the same data can be told from other data.
//!
//! The hash of a row folds in one field after the other with a widening multiplication (as wyhash does); the rows of a
//! revision are added up, so that their order says nothing and a changed row costs no look at the others.

use domain::alert::{AlertId, ExtraValue};
use domain::token::TokenKey;
use store::dataset::{Batch, Cells};

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const FOLD: u64 = 0xd6e8_feb8_6659_fd93;

/// The hash of every row of a batch.
#[must_use]
pub fn digests(batch: &Batch) -> Vec<u64> {
    let mut digests: Vec<u64> = batch.ids.iter().map(|&id| of_id(id)).collect();
    for cells in &batch.columns {
        absorb(&mut digests, cells);
    }
    for (digest, extra) in digests.iter_mut().zip(&batch.extra) {
        for (key, value) in extra {
            *digest = text(*digest, key);
            *digest = match value {
                ExtraValue::Boolean(value) => fold(fold(*digest, 1), u64::from(*value)),
                ExtraValue::Number(value) => fold(fold(*digest, 2), value.to_bits()),
                ExtraValue::Text(value) => text(fold(*digest, 3), value),
            };
        }
    }
    digests.iter_mut().for_each(|digest| *digest = mixed(*digest));
    digests
}

/// Every bit hangs on every other: the finaliser of SplitMix64. Sums of such numbers are as good as random.
const fn mixed(digest: u64) -> u64 {
    let mixed = (digest ^ (digest >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A number for a token, where the store gives none.
#[must_use]
pub fn token_number(token: &TokenKey) -> i64 {
    text(text(SEED, token.chain.name()), &token.address.to_string()).cast_signed()
}

fn of_id(id: AlertId) -> u64 {
    let (high, low) = id.0.as_u64_pair();
    fold(fold(SEED, high), low)
}

fn absorb(digests: &mut [u64], cells: &Cells) {
    match cells {
        Cells::Flags(flags) => put(digests, flags.iter().map(|flag| flag.map_or(0, |flag| 1 + u64::from(flag)))),
        // Every NaN is the unknown.
        Cells::Numbers(numbers) => put(
            digests,
            numbers.iter().map(|number| if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }),
        ),
        Cells::Moments(moments) => {
            put(digests, moments.iter().map(|at| at.map_or(u64::MAX, |at| at.micros().cast_unsigned())));
        }
        Cells::Words(words) => {
            for (digest, word) in digests.iter_mut().zip(words.iter()) {
                *digest = word.map_or_else(|| fold(*digest, u64::MAX), |word| text(*digest, word));
            }
        }
    }
}

fn put(digests: &mut [u64], values: impl Iterator<Item = u64>) {
    digests.iter_mut().zip(values).for_each(|(digest, value)| *digest = fold(*digest, value));
}

fn text(digest: u64, text: &str) -> u64 {
    let bytes = text.as_bytes().chunks(8);
    bytes.fold(fold(digest, text.len() as u64), |digest, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        fold(digest, u64::from_le_bytes(word))
    })
}

/// The two halves of the product, folded. The odd constants keep a 0 from wiping out what came before.
fn fold(digest: u64, value: u64) -> u64 {
    let product = u128::from(digest ^ value.wrapping_add(SEED).rotate_left(23)) * u128::from(FOLD);
    #[expect(clippy::cast_possible_truncation, reason = "the low half")]
    let (low, high) = (product as u64, (product >> 64) as u64);
    low ^ high ^ digest.rotate_left(29)
}
