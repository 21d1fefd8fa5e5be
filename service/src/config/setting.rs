//! The sorts of values that settings have: how each is read from text, and how it is shown.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

/// A value that can be read from the text of a flag, a variable or a file.
pub trait Setting: Sized {
    /// What the text has to be, as an error or a help text says it.
    const EXPECTED: &'static str;

    /// Whether it is, or may hold, what nobody else may see: then it can also be given by the name of a file.
    const SECRET: bool = false;

    /// The texts that it takes, where these can be counted.
    const CHOICES: &'static [&'static str] = &[];

    /// What it is in JSON Schema: `string`, or a type that can also be written without quotes.
    const JSON_TYPE: &'static str = "string";

    /// Reads it, or says what is wrong with the text.
    fn parse(text: &str) -> Result<Self, String>;

    /// Whether a text may stand on a command line, which every user of the machine can read.
    fn is_fit_for_flag(_text: &str) -> bool {
        !Self::SECRET
    }

    /// The text as an error may show it.
    fn shown(text: &str) -> String {
        format!("{text:?}")
    }
}

impl Setting for Duration {
    const EXPECTED: &'static str = "a duration such as 500ms, 60s, 90m or 48h";

    fn parse(text: &str) -> Result<Self, String> {
        humantime::parse_duration(text).map_err(|error| error.to_string())
    }
}

impl Setting for SocketAddr {
    const EXPECTED: &'static str =
        "an IP address and a port such as 127.0.0.1:50051 or [::]:50051 (port 0: any free one)";

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "not an address with a port".to_owned())
    }
}

impl Setting for bool {
    const EXPECTED: &'static str = "true or false";
    const JSON_TYPE: &'static str = "boolean";

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "neither true nor false".to_owned())
    }
}

macro_rules! number {
    ($($number:ty, $expected:literal;)*) => {$(
        impl Setting for $number {
            const EXPECTED: &'static str = $expected;
            const JSON_TYPE: &'static str = "integer";

            fn parse(text: &str) -> Result<Self, String> {
                text.parse().map_err(|error| format!("{error}"))
            }
        }
    )*};
}

number! {
    u32, "a whole number, 0 or more";
    u64, "a whole number, 0 or more";
    usize, "a whole number, 0 or more";
}

impl Setting for f64 {
    const EXPECTED: &'static str = "a number";
    const JSON_TYPE: &'static str = "number";

    fn parse(text: &str) -> Result<Self, String> {
        match text.parse::<Self>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err("not a finite number".to_owned()),
        }
    }
}

impl Setting for String {
    const EXPECTED: &'static str = "some text";

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("empty".to_owned()) } else { Ok(text.to_owned()) }
    }
}

impl Setting for PathBuf {
    const EXPECTED: &'static str = "a file or folder";

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("empty".to_owned()) } else { Ok(text.into()) }
    }
}

/// A key or password. It never shows itself: not in errors, not in logs, not with `{:?}`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl Setting for Secret {
    const EXPECTED: &'static str = "a key, without spaces or line ends";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "" => Err("empty".to_owned()),
            _ if text.chars().any(|c| c.is_whitespace() || c.is_control()) => {
                Err("it has a space, a line end or a control character in it".to_owned())
            }
            _ => Ok(Self(text.to_owned())),
        }
    }

    fn shown(_: &str) -> String {
        "(secret)".to_owned()
    }
}

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

/// A URL without what stands between its `//` and its last `@`, and without its query, where a password may also stand.
fn without_credentials(text: &str) -> String {
    let text = text.split('?').next().unwrap_or_default();
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        (None, Some((_, rest))) => format!("…@{rest}"),
        (_, None) => text.to_owned(),
    }
}

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
        match scheme {
            "postgres" | "postgresql" => {
                Url::parse(text).map_err(|error| error.to_string())?;
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
            "http" | "https" => Ok(Self(url.as_str().trim_end_matches('/').to_owned())),
            other => Err(format!("{other:?} is not HTTP")),
        }
    }

    fn shown(text: &str) -> String {
        format!("{:?}", without_credentials(text))
    }
}
