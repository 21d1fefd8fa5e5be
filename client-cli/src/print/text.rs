//! Running text on a screen: wrapped, indented, cut; and what a stranger wrote made safe to show.

use textwrap::Options;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Wraps `text` to `width` columns behind `label`; further lines are indented by as much. No width, no wrapping.
#[must_use]
pub fn hanging(label: &str, text: &str, width: Option<usize>) -> String {
    let indent = " ".repeat(textwrap::core::display_width(label));
    match width {
        None => format!("{label}{text}"),
        Some(width) => {
            let options = Options::new(width).initial_indent(label).subsequent_indent(&indent).break_words(false);
            textwrap::fill(text, options)
        }
    }
}

/// Wraps `text` to `width` columns.
#[must_use]
pub fn wrapped(text: &str, width: Option<usize>) -> String {
    hanging("", text, width)
}

/// At most `columns` wide; what is cut off is shown by `…`.
#[must_use]
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut taken = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            taken += c.width().unwrap_or(0);
            taken < columns
        })
        .collect();
    format!("{}…", kept.trim_end())
}

/// Names come from strangers: control characters, which could repaint the terminal, are dropped, and white space is
/// made plain and single.
#[must_use]
pub fn tame(text: &str) -> String {
    let visible: String = text.chars().filter(|c| c.is_whitespace() || !(c.is_control() || is_invisible(*c))).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks that turn the direction of text around or join it invisibly.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A base58 address short enough for a table: `FXQg…1FdHU`.
#[must_use]
pub fn short_address(address: &str) -> String {
    let letters: Vec<char> = address.chars().collect();
    if letters.len() <= 12 {
        return tame(address);
    }
    let head: String = letters[..4].iter().collect();
    let tail: String = letters[letters.len() - 4..].iter().collect();
    tame(&format!("{head}…{tail}"))
}

/// The symbol of a token, else its name, else its short address; at most `columns` wide.
#[must_use]
pub fn token_label(token: Option<&perftrack::v1::Token>, columns: usize) -> String {
    let Some(token) = token else { return super::number::UNKNOWN.to_owned() };
    let named = [&token.symbol, &token.name].into_iter().map(|text| tame(text)).find(|text| !text.is_empty());
    cut(&named.unwrap_or_else(|| short_address(&token.address)), columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_repaint_the_terminal() {
        assert_eq!(tame("\u{1b}[2JMOON\u{7}"), "[2JMOON");
        assert_eq!(tame("  a\n\tb \u{202e}c"), "a b c");
    }

    #[test]
    fn wide_letters_are_cut_by_the_columns_that_they_take() {
        assert_eq!(cut("月球狗币", 5), "月球…");
        assert_eq!(cut("MOON", 4), "MOON");
    }

    #[test]
    fn further_lines_hang_below_the_first() {
        assert_eq!(hanging("Issue: ", "one two three", Some(14)), "Issue: one two\n       three");
        assert_eq!(hanging("Issue: ", "one two three", None), "Issue: one two three");
    }
}
