//! A source that is not taken at its word is asked on trial, for a few tokens that others have told of since.

use domain::token::TokenAddress;

use super::cascade::Feeds;
use super::credit::close;
use super::look::Wanted;
use super::{Purpose, QuotedIn};

impl Feeds {
    /// Tries every such source, with one request that it has to spare. See [`super::credit`].
    pub(super) async fn try_distrusted(&self, wanted: &[Wanted]) {
        for source in &self.sources {
            let Some(distrusted_for) = source.distrusted_for() else { continue };
            let since = self.clock.now().minus(distrusted_for);
            let told = |token: &TokenAddress| self.memory.peek(token, |of| of.told_since(since)).flatten();
            let tokens: Vec<TokenAddress> = wanted
                .iter()
                .map(|wanted| wanted.token.address)
                .filter(|token| told(token).is_some())
                .take(source.batch_size())
                .collect();
            if tokens.is_empty() {
                continue;
            }
            let Some(answer) = source.ask_spare(&tokens, Purpose::Check).await else { continue };
            let (mut compared, mut same) = (0, 0);
            for token in &tokens {
                let quotes = answer.quotes.iter().filter(|q| q.token == *token && q.quoted_in != QuotedIn::Exotic);
                let mut prices = quotes.map(|quote| quote.price_usd).peekable();
                let Some(told) = told(token).filter(|_| prices.peek().is_some()) else { continue };
                compared += 1;
                same += u32::from(prices.any(|price| close(price, told)));
            }
            source.tried(compared, same);
        }
    }
}
