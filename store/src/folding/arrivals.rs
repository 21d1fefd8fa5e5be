//! What is to be folded in.

use domain::observation::Observation;

/// Observations by token, each token's in the order of (`observed_at`, `source`).
#[derive(Default)]
pub(crate) struct NewObservations<'a> {
    /// Where each token's begin, in the order of the tokens.
    tokens: Vec<(i64, usize)>,
    all: Vec<&'a Observation>,
}

impl<'a> NewObservations<'a> {
    /// Of observations in the order of (token, `observed_at`, `source`).
    pub(crate) fn sorted(items: impl Iterator<Item = (i64, &'a Observation)>) -> Self {
        let mut new = Self::default();
        for (token_id, seen) in items {
            if new.tokens.last().is_none_or(|(last, _)| *last != token_id) {
                new.tokens.push((token_id, new.all.len()));
            }
            new.all.push(seen);
        }
        new
    }

    /// Those of one token.
    pub(super) fn of_token(&self, token_id: i64) -> &[&'a Observation] {
        self.tokens.binary_search_by_key(&token_id, |(token_id, _)| *token_id).map_or(&[], |at| self.of(at))
    }

    /// Each token with its observations, of which there is at least one.
    pub(super) fn by_token(&self) -> impl Iterator<Item = (i64, &[&'a Observation])> {
        self.tokens.iter().enumerate().map(|(at, (token_id, _))| (*token_id, self.of(at)))
    }

    fn of(&self, at: usize) -> &[&'a Observation] {
        let start = self.tokens.get(at).map_or(0, |(_, start)| *start);
        let end = self.tokens.get(at + 1).map_or(self.all.len(), |(_, end)| *end);
        self.all.get(start..end).unwrap_or_default()
    }
}
