//! Tokens.

use domain::token::{Chain, Token, TokenKey};
use perftrack::v1;

use super::text::parse_text;
use crate::status::Violations;

const NAME_BYTES: usize = 256;
const SYMBOL_BYTES: usize = 64;

/// Reads a token at `path`; `None` where it was refused.
pub fn parse_token(token: Option<v1::Token>, path: &str, violations: &mut Violations) -> Option<Token> {
    let Some(v1::Token { chain, address, name, symbol }) = token else {
        violations.add(path, "must be set: which token is meant");
        return None;
    };
    let chain = violations.check(format_args!("{path}.chain"), chain.parse::<Chain>());
    let address = violations.check(format_args!("{path}.address"), address.parse());
    let name = violations.check(format_args!("{path}.name"), parse_text(name, NAME_BYTES));
    let symbol = violations.check(format_args!("{path}.symbol"), parse_text(symbol, SYMBOL_BYTES));
    Some(Token { key: TokenKey { chain: chain?, address: address? }, name: name?, symbol: symbol? })
}

/// Writes a token.
#[must_use]
pub fn token_message(token: &Token) -> v1::Token {
    v1::Token {
        chain: token.key.chain.name().to_owned(),
        address: token.key.address.to_string(),
        name: token.name.clone(),
        symbol: token.symbol.clone(),
    }
}
