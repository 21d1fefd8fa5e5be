//! Who may call what: tokens from a file, a role for each, and the role that each RPC needs.
//!
//! A call carries its token as `authorization: Bearer TOKEN`. Health is for everybody; reflection follows a setting. A
//! stream is checked when it begins, and ends when its token does: when that expires, or is taken out of the file.

mod hash;
mod role;
mod token;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use tonic::Status;

use crate::config::Reflection;
use crate::limit::{self, Held};
use crate::methods;
use crate::response::rejected;
use crate::status::Rejection;
use crate::watched::Current;

use hash::Hash;
pub use role::{NEEDED, Role, needed};
use token::Refused;
pub use token::{Tokens, TokensError, create};

/// Reads the file of tokens.
pub(crate) fn read(path: &Path) -> Result<Tokens, TokensError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| TokensError::Unreadable { path: path.to_owned(), problem: error.to_string() })?;
    Tokens::parse(&text, path)
}

/// The clock may be set meanwhile: the expiry of a stream's token is looked at again after this time.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Who called: stands in the extensions of every request that was let through with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name of the token.
    pub name: String,
    /// What it may do.
    pub role: Role,
}

/// Lets calls through, or not.
pub(crate) struct Guard {
    /// `None` where everybody may do everything.
    pub(crate) tokens: Option<Current<Tokens>>,
    pub(crate) reflection: Reflection,
}

/// Answers UNAUTHENTICATED to who has no good token, and PERMISSION_DENIED to who has a good one of too low a role. Neither
/// says more: not whether a token was ever known, has expired, or what would be needed.
pub(crate) async fn check(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    let Some(tokens) = &guard.tokens else { return next.run(request).await };
    let path = request.uri().path();
    if path.starts_with("/grpc.health.v1.Health/")
        || guard.reflection == Reflection::Public && path.starts_with("/grpc.reflection.")
    {
        return next.run(request).await;
    }
    let needed = if path.starts_with("/grpc.reflection.") { Role::Reader } else { needed(path) };
    let Some(hash) = bearer(request.headers()).map(Hash::of) else {
        tracing::debug!(rpc.method = path, "a call without a token was refused");
        return rejected(Rejection::unauthenticated());
    };
    let caller = match tokens.borrow().allows(&hash, needed, SystemTime::now()) {
        Ok(token) => token.caller(),
        Err(Refused::Unknown) => {
            tracing::debug!(rpc.method = path, "a call without a good token was refused");
            return rejected(Rejection::unauthenticated());
        }
        Err(Refused::RoleTooLow(caller)) => {
            tracing::info!(rpc.method = path, caller.name, "a call was refused: its token's role does not allow it");
            return rejected(Rejection::permission_denied());
        }
    };
    let lasts = methods::is_stream(path).then(|| allowed_for_how_long(tokens.clone(), hash, needed));
    request.extensions_mut().insert(caller);
    let response = next.run(request).await;
    match lasts {
        Some(end) => limit::hold(response, Held::Until(Box::pin(end))),
        None => response,
    }
}

/// Ends when a token is not good for `needed` any more, with what its bearer is told.
async fn allowed_for_how_long(mut tokens: Current<Tokens>, hash: Hash, needed: Role) -> Status {
    loop {
        let now = SystemTime::now();
        let expires_at = match tokens.borrow_and_update().allows(&hash, needed, now) {
            Ok(token) => token.expires_at(),
            Err(Refused::Unknown) => return Rejection::unauthenticated().into(),
            Err(Refused::RoleTooLow(_)) => return Rejection::permission_denied().into(),
        };
        let left = expires_at.map_or(LOOK_AGAIN, |at| at.duration_since(now).unwrap_or_default().min(LOOK_AGAIN));
        tokio::select! {
            // An error where nobody reads the file any more: the server ends.
            Ok(()) = tokens.changed() => {}
            () = tokio::time::sleep(left) => {}
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests;
