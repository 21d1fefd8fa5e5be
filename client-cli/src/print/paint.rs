//! Colours. Text is always painted; the streams of [`crate::output`] take the paint off where it does not belong.

use anstyle::{AnsiColor, Style};

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const WARN: Style = AnsiColor::Yellow.on_default();
const NAME: Style = AnsiColor::Cyan.on_default();

fn paint(style: Style, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{style}{text}{style:#}") }
}

/// What the reader should see first.
#[must_use]
pub fn strong(text: &str) -> String {
    paint(STRONG, text)
}

/// What the reader may skip.
#[must_use]
pub fn faint(text: &str) -> String {
    paint(FAINT, text)
}

/// Good news: a gain, something proven.
#[must_use]
pub fn good(text: &str) -> String {
    paint(GOOD, text)
}

/// Bad news: a loss, a rug, an error.
#[must_use]
pub fn bad(text: &str) -> String {
    paint(BAD, text)
}

/// Something to look at twice.
#[must_use]
pub fn warn(text: &str) -> String {
    paint(WARN, text)
}

/// The name of a thing that can be typed: a command, a feature, a config key.
#[must_use]
pub fn name(text: &str) -> String {
    paint(NAME, text)
}

/// `text` in the colour of `value`'s sign; zero and unknown keep the default.
#[must_use]
pub fn by_sign(value: Option<f64>, text: &str) -> String {
    match value {
        Some(value) if value > 0.0 => good(text),
        Some(value) if value < 0.0 => bad(text),
        Some(_) => text.to_owned(),
        None => faint(text),
    }
}
