//! The text of a filter, cut into the pieces that the grammar asks for one after the other.

use super::error::{FilterError, Problem};

/// A value as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// The text, without its quotes and escapes.
    pub text: String,
    /// It stood in quotes: it is text, whatever it looks like.
    pub is_quoted: bool,
}

impl Written {
    /// An asterisk without quotes: "anything".
    pub(super) fn is_asterisk(&self) -> bool {
        !self.is_quoted && self.text == "*"
    }
}

/// Goes through the text from left to right. Positions are bytes; errors are made with positions in characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Where it stands.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character, without taking it.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Takes `expected` if it comes next.
    pub(super) fn take(&mut self, expected: &str) -> bool {
        let comes = self.rest().starts_with(expected);
        if comes {
            self.at += expected.len();
        }
        comes
    }

    /// Takes the next word: the name of a field or a joining word. Empty where none begins.
    pub(super) fn word(&mut self) -> &'a str {
        self.until(|c| is_border(c) || c == ':')
    }

    /// The next word, without taking it.
    pub(super) fn peek_word(&self) -> &'a str {
        let mut ahead = *self;
        ahead.word()
    }

    fn until(&mut self, is_end: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let word = rest.split(is_end).next().unwrap_or_default();
        self.at += word.len();
        word
    }

    /// Takes a value: a text in quotes, or a bare word (which may hold colons, as timestamps do).
    pub(super) fn value(&mut self) -> Result<Written, FilterError> {
        match self.peek() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            _ => {
                let start = self.at;
                let word = self.until(is_border);
                if word.is_empty() { Err(self.expected(start, "a value")) } else { Ok(bare(word)) }
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Written, FilterError> {
        let open = self.at;
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((offset, character)) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some((_, escaped @ ('\\' | '"' | '\''))) => text.push(escaped),
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, other)) => return Err(self.error(open + offset, Problem::Escape(other))),
                    None => break,
                },
                _ if character == quote => {
                    self.at += offset + quote.len_utf8();
                    return Ok(Written { text, is_quoted: true });
                }
                _ => text.push(character),
            }
        }
        Err(self.error(open, Problem::Unclosed))
    }

    /// The error that something else should stand at byte `at`.
    pub(super) fn expected(&self, at: usize, expected: &'static str) -> FilterError {
        let mut there = Self { text: self.text, at };
        let word = there.word();
        let found = match (word, there.peek()) {
            ("", None) => "the end".to_owned(),
            ("", Some(character)) => character.to_string(),
            (word, _) => word.chars().take(40).collect(),
        };
        self.error(at, Problem::Expected { expected, found })
    }

    /// The error that `problem` begins at byte `at`.
    pub(super) fn error(&self, at: usize, problem: Problem) -> FilterError {
        let before = self.text.get(..at).unwrap_or(self.text);
        FilterError { position: before.chars().count(), problem }
    }
}

fn bare(word: &str) -> Written {
    Written { text: word.to_owned(), is_quoted: false }
}

/// What ends a bare word.
fn is_border(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | '"' | '\'' | '<' | '>' | '=' | '!' | ',')
}
