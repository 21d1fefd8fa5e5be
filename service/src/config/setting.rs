//! The sorts of values that settings have: how each is read from text, and how it is shown.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

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
    u32, "a whole number";
    u64, "a whole number";
    usize, "a whole number";
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
