//! Settings that are URLs: of the database, and of HTTP services.

use std::fmt;

use url::Url;

use super::Setting;

/// Where the database is: `postgres://…` or `sqlite://…`. Shows itself without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The whole URL, password included.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A URL without its user, its password and its query, where a password may also stand. Of what is no URL nothing is shown
/// where any of it could be one.
fn without_credentials(text: &str) -> String {
    if text.starts_with("sqlite:") {
        return text.split('?').next().unwrap_or_default().to_owned();
    }
    let Ok(url) = Url::parse(text) else {
        return match text.split_once("://") {
            Some((scheme, rest)) if !rest.contains(['@', '?', '=']) => format!("{scheme}://{rest}"),
            Some((scheme, _)) => format!("{scheme}://…"),
            None if text.contains(['@', '?', '=']) => "…".to_owned(),
            None => text.to_owned(),
        };
    };
    let user = if url.username().is_empty() && url.password().is_none() { "" } else { "…@" };
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("{}://{user}{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

/// How Postgres' clients name what they ask of TLS; see "SSL Support" in the documentation of libpq.
const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_credentials(&self.0))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Setting for DatabaseUrl {
    const EXPECTED: &'static str = "postgres://USER:PASSWORD@HOST:5432/DATABASE or sqlite://FILE";
    const SECRET: bool = true;

    fn is_fit_for_flag(text: &str) -> bool {
        let password = Url::parse(text).ok().is_some_and(|url| url.password().is_some());
        let in_query = text.split_once('?').is_some_and(|(_, query)| query.contains("password="));
        !password && !in_query
    }

    fn parse(text: &str) -> Result<Self, String> {
        let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
        let scheme = if scheme.chars().all(|c| c.is_ascii_alphanumeric()) { scheme } else { "" };
        match scheme {
            "postgres" | "postgresql" => {
                let url = Url::parse(text).map_err(|error| error.to_string())?;
                let modes = url.query_pairs().filter(|(key, _)| matches!(&**key, "sslmode" | "ssl-mode"));
                if let Some((key, mode)) =
                    modes.into_iter().find(|(_, mode)| !SSL_MODES.iter().any(|known| known.eq_ignore_ascii_case(mode)))
                {
                    return Err(format!("{key} is {mode:?}, which is none of {}", SSL_MODES.join(", ")));
                }
            }
            "sqlite" => {}
            "" => return Err("it has no scheme".to_owned()),
            other => return Err(format!("there is no store for {other:?}")),
        }
        Ok(Self(text.to_owned()))
    }

    fn shown(text: &str) -> String {
        format!("{:?}", without_credentials(text))
    }
}

/// The base URL of an HTTP service, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpUrl(String);

impl HttpUrl {
    /// The URL, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Setting for HttpUrl {
    const EXPECTED: &'static str = "an http:// or https:// URL";

    fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        match url.scheme() {
            _ if url.query().is_some() || url.fragment().is_some() => Err("it has a query or a fragment".to_owned()),
            _ if !url.username().is_empty() || url.password().is_some() => {
                Err("it has a user or a password in it, which would show in logs and in the list of processes"
                    .to_owned())
            }
            "http" | "https" => Ok(Self(url.as_str().trim_end_matches('/').to_owned())),
            other => Err(format!("{other:?} is not HTTP")),
        }
    }

    fn shown(text: &str) -> String {
        format!("{:?}", without_credentials(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_all_that_may_be_a_password() {
        for (given, shown) in [
            ("postgres://bot@db.example:5433/bots?sslmode=verify-full", "postgres://…@db.example:5433/bots"),
            ("postgres://db/bots?password=hunter2", "postgres://db/bots"),
            ("postgres://bot@db/bots?password=hun@ter2", "postgres://…@db/bots"),
            ("postgres://bot:hunter2@[::1]/bots", "postgres://…@[::1]/bots"),
            ("postgres://bot:hun?ter2@db/bots", "postgres://…"),
            ("postgres://bot:hun/ter2@db/bots", "postgres://…"),
            ("postgres://bot:hunter2@db:99999/bots", "postgres://…"),
            ("host=db user=bot password=hunter2", "…"),
            ("sqlite://a folder/bots.db?mode=ro", "sqlite://a folder/bots.db"),
            ("db.example", "db.example"),
        ] {
            assert_eq!(without_credentials(given), shown);
        }
    }

    #[test]
    fn a_misspelt_mode_of_tls_is_refused_by_name() {
        let refused = DatabaseUrl::parse("postgres://bot:hunter2@db/bots?sslmode=verify_full").unwrap_err();
        assert!(refused.contains("\"verify_full\"") && refused.contains("verify-full"), "{refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
        assert!(DatabaseUrl::parse("postgres://db/bots?sslmode=verify-full&sslrootcert=/ca.pem").is_ok());
    }

    #[test]
    fn a_service_is_not_named_with_a_password() {
        for bad in ["https://bot:hunter2@quotes.example", "https://bot@quotes.example", "https://quotes.example?key=x"]
        {
            assert!(HttpUrl::parse(bad).is_err(), "{bad}");
            assert!(!HttpUrl::shown(bad).contains("hunter2"), "{bad}");
        }
        assert_eq!(HttpUrl::parse("https://quotes.example/v1/").unwrap().as_str(), "https://quotes.example/v1");
    }
}
