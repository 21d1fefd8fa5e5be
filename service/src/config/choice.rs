//! Settings that are one of a few words.

use super::Setting;

/// Who brings the database's tables up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrate {
    /// The server, before it serves.
    Auto,
    /// Somebody else; the server waits.
    Wait,
}

/// Who may ask a server by reflection what it speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reflection {
    /// Everybody.
    Public,
    /// Who has a token, where tokens are needed.
    #[default]
    Protected,
    /// Nobody.
    Off,
}

macro_rules! choice {
    ($type:ty, $expected:literal, $($text:literal => $value:expr),+) => {
        impl Setting for $type {
            const EXPECTED: &'static str = $expected;
            const CHOICES: &'static [&'static str] = &[$($text),+];

            fn parse(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok($value),)+
                    _ => Err("no such choice".to_owned()),
                }
            }
        }
    };
}

choice!(Migrate, "auto or wait", "auto" => Self::Auto, "wait" => Self::Wait);
choice!(Reflection, "public, protected or off", "public" => Self::Public, "protected" => Self::Protected, "off" => Self::Off);
