//! The token that is shown with every call, and to whom it is not.

use std::net::IpAddr;

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::transport::Uri;
use tonic::{Request, Status};

use crate::failure::{Outcome, usage};

/// Shows a token, if there is one.
#[derive(Clone)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl std::fmt::Debug for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Bearer (secret)" } else { "no token" })
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(header) = &self.0 {
            request.metadata_mut().insert("authorization", header.clone());
        }
        Ok(request)
    }
}

impl Bearer {
    /// Shows none.
    pub(super) const NONE: Self = Self(None);

    /// Shows this one.
    ///
    /// # Errors
    /// When it cannot be one.
    pub(super) fn new(token: &str) -> Outcome<Self> {
        if token.trim().is_empty() {
            return Err(usage("the file that should hold the token is empty"));
        }
        let header = format!("Bearer {}", token.trim()).parse::<MetadataValue<Ascii>>();
        // What is wrong with it is not said: it would be shown.
        let mut header = header.map_err(|_| usage("the token has characters that no token has"))?;
        header.set_sensitive(true);
        Ok(Self(Some(header)))
    }

    /// Whether whoever is on the way to `url` would read a token.
    pub(super) fn is_exposed_to(&self, url: &Uri) -> bool {
        self.0.is_some() && url.scheme_str() != Some("https") && !url.host().is_some_and(is_this_machine)
    }
}

/// Whether what is sent to `host` stays on this machine.
fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    // RFC 6761: what ends so is never looked up elsewhere.
    let named = || host.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case("localhost"));
    address.map_or_else(|_| named(), |address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_exposed_where_nothing_encrypts_it_on_its_way_to_another_machine() {
        let bearer = Bearer::new("ptk_x").unwrap();
        let exposed = |url: &str| bearer.is_exposed_to(&url.parse().unwrap());
        for url in [
            "http://tracker.example:50051",
            "http://10.0.0.7:50051",
            "http://[2001:db8::1]:50051",
            "http://localhost.example",
            "http://notlocalhost",
            "http://0.0.0.0:50051",
        ] {
            assert!(exposed(url), "{url}");
            assert!(!exposed(&url.replacen("http", "https", 1)), "{url}");
            assert!(!Bearer::NONE.is_exposed_to(&url.parse().unwrap()), "{url}");
        }
        for url in [
            "http://127.0.0.1:50051",
            "http://127.8.9.10",
            "http://[::1]:50051",
            "http://[::ffff:127.0.0.1]:50051",
            "http://localhost:50051",
            "http://LocalHost",
            "http://tracker.localhost:50051",
        ] {
            assert!(!exposed(url), "{url}");
        }
    }
}
