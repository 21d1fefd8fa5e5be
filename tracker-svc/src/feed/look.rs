//! What a look at tokens is asked, and what comes of it.

use domain::observation::Observation;
use domain::token::TokenKey;
use service::clock::Work;
use store::pools::PinnedPool;

use super::jump::Ending;
use super::queue::Traveller;

/// A token to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The token.
    pub token: TokenKey,
    /// Its pinned pool.
    pub pool: Option<PinnedPool>,
    /// Whether it was alerted a short while ago: sources may know it any moment.
    pub young: bool,
    /// Whether there is no room for it at the first source. The others are asked where they have requests to spare.
    pub left_out: bool,
}

/// Which part of the way from source to source a look goes.
#[derive(Debug)]
pub enum Way {
    /// From the first source to the last.
    Whole(Vec<Wanted>),
    /// Only to the first source, while that one is believed. Tokens for which there is no room at it go on at once.
    First(Vec<Wanted>),
    /// From where other looks ended.
    On(Vec<Onward>),
}

/// A token whose way goes on.
#[derive(Debug)]
pub struct Onward {
    /// The next source.
    pub(super) from: usize,
    pub(super) traveller: Traveller,
}

impl Onward {
    /// Whose way it is.
    #[must_use]
    pub const fn token(&self) -> TokenKey {
        self.traveller.wanted.token
    }
}

/// What was seen of some tokens.
#[derive(Debug, Default)]
pub struct Seen {
    /// One per token, or a few of different sources where a jump was settled.
    pub observations: Vec<(TokenKey, Observation)>,
    /// Pools that are to be pinned from now on.
    pub pools: Vec<(TokenKey, PinnedPool)>,
}

/// What one answer told, on its way to the store.
#[derive(Debug)]
pub struct Delivery {
    /// What was seen.
    pub seen: Seen,
    /// Holds the clock until it is stored.
    pub work: Work,
}

/// How a look at many tokens went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LookReport {
    /// How many tokens each source told of, in the order in which they were asked; those that were not are left out.
    pub seen: Vec<(&'static str, usize)>,
    /// Tokens of which nothing is told.
    pub missing: Vec<TokenKey>,
    /// Those of them of which no source said anything, be it that it does not know them.
    pub unasked: Vec<TokenKey>,
    /// Those of them for which a source that may know them had no request left.
    pub held_back: Vec<TokenKey>,
    /// How prices that had jumped were settled.
    pub jumps: Jumps,
}

/// How many jumps ended how. See [`super::jump`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jumps {
    /// Another source said the same.
    pub confirmed: usize,
    /// Another source said the price of before.
    pub outvoted: usize,
    /// Nobody could tell.
    pub open: usize,
}

impl Jumps {
    pub(super) fn add(&mut self, other: Self) {
        let Self { confirmed, outvoted, open } = other;
        self.confirmed += confirmed;
        self.outvoted += outvoted;
        self.open += open;
    }

    pub(super) const fn count(&mut self, ending: Ending) {
        match ending {
            Ending::Confirmed => self.confirmed += 1,
            Ending::Outvoted => self.outvoted += 1,
            Ending::Open => self.open += 1,
        }
    }
}
