//! One of the bot's own features. What the bot sends under a key decides what it is; where it sends several sorts of values,
//! answers read them all as words, while filters and gates still tell them apart.

use std::collections::HashMap;

use domain::alert::ExtraValue;

use super::categories::{Categories, CategoriesBuilder};
use super::columns::Flags;
use super::measures::{Measures, MeasuresBuilder};
use super::plan::Plan;
use super::raw::Raw;

/// The values of one key, apart by their sort. A sort that no row has is left out.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    flags: Option<Flags>,
    numbers: Option<Measures>,
    words: Option<Categories>,
    /// All of them read as words, where there are several sorts.
    mixed: Option<Categories>,
}

impl Extra {
    /// How answers read it: by its sort, or as words where it has several.
    #[must_use]
    pub fn values(&self) -> Option<Raw> {
        match self {
            Self { mixed: Some(words), .. } | Self { words: Some(words), .. } => Some(Raw::Categories(words.clone())),
            Self { flags: Some(flags), .. } => Some(Raw::Flags(flags.clone())),
            Self { numbers: Some(numbers), .. } => Some(Raw::Measures(numbers.clone())),
            _ => None,
        }
    }

    /// Whether it came as several sorts.
    #[must_use]
    pub const fn is_mixed(&self) -> bool {
        self.mixed.is_some()
    }

    /// The values that are true or false.
    #[must_use]
    pub const fn flags(&self) -> Option<&Flags> {
        self.flags.as_ref()
    }

    /// The values that are numbers.
    #[must_use]
    pub const fn numbers(&self) -> Option<&Measures> {
        self.numbers.as_ref()
    }

    /// The values that are words.
    #[must_use]
    pub const fn words(&self) -> Option<&Categories> {
        self.words.as_ref()
    }

    /// Of `len` rows, from its parts.
    fn of(flags: Option<Flags>, numbers: Option<Measures>, words: Option<Categories>, len: usize) -> Self {
        let flags = flags.filter(|flags| !flags.yes.is_empty() || !flags.no.is_empty());
        let numbers = numbers.filter(|numbers| !numbers.known().is_empty());
        let words = words.filter(|words| !words.known.is_empty() || words.empty().is_some());
        let sorts = [flags.is_some(), numbers.is_some(), words.is_some()];
        let mut extra = Self { flags, numbers, words, mixed: None };
        if sorts.iter().filter(|&&is_there| is_there).count() > 1 {
            extra.mixed = Some(extra.read_as_words(len));
        }
        extra
    }

    fn read_as_words(&self, len: usize) -> Categories {
        let mut read = CategoriesBuilder::default();
        for row in 0..len {
            let flag = self.flags.as_ref().and_then(|flags| flags.get(row));
            let number = || self.numbers.as_ref().and_then(|numbers| numbers.get(row));
            let word = || self.words.as_ref().and_then(|words| words.get_or_empty(row));
            match (flag, number()) {
                (Some(flag), _) => read.push(Some(if flag { "true" } else { "false" })),
                (None, Some(number)) => read.push(Some(&number.to_string())),
                (None, None) => read.push(word()),
            }
        }
        read.finish()
    }

    /// The values of the next revision: `fresh` are those of the rows that changed. Each with its number of rows.
    #[must_use]
    pub fn spliced((own, rows): (&Self, usize), (fresh, fresh_rows): (&Self, usize), plan: &Plan) -> Self {
        let flags = (own.flags.is_some() || fresh.flags.is_some()).then(|| {
            let of = |of: &Self, len| of.flags.clone().unwrap_or_else(|| Flags::unknown(len));
            of(own, rows).spliced(plan, &of(fresh, fresh_rows))
        });
        let numbers = (own.numbers.is_some() || fresh.numbers.is_some()).then(|| {
            let of = |of: &Self, len| of.numbers.clone().unwrap_or_else(|| Measures::unknown(len));
            of(own, rows).spliced(plan, &of(fresh, fresh_rows))
        });
        let words = (own.words.is_some() || fresh.words.is_some()).then(|| {
            let of = |of: &Self, len| of.words.clone().unwrap_or_else(|| Categories::unknown(len));
            of(own, rows).spliced(plan, &of(fresh, fresh_rows))
        });
        Self::of(flags, numbers, words, plan.len())
    }

    /// The values of `rows`, in that order.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        Self {
            flags: self.flags.as_ref().map(|flags| flags.gather(rows)),
            numbers: self.numbers.as_ref().map(|numbers| numbers.gather(rows)),
            words: self.words.as_ref().map(|words| words.gather(rows)),
            mixed: self.mixed.as_ref().map(|words| words.gather(rows)),
        }
    }

    /// Whether no row has a value.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        self.flags.is_none() && self.numbers.is_none() && self.words.is_none()
    }
}

/// The values of a key while they are read.
#[derive(Debug, Default)]
pub struct ExtraBuilder {
    rows: Vec<u32>,
    values: Vec<Sent>,
    words: Vec<String>,
    code_of: HashMap<String, u32>,
    words_bytes: usize,
}

#[derive(Clone, Copy, Debug)]
enum Sent {
    Flag(bool),
    Number(f64),
    Word(u32),
}

impl ExtraBuilder {
    /// The value of a row; rows rise.
    pub fn push(&mut self, row: usize, value: &ExtraValue) {
        let Ok(row) = u32::try_from(row) else { return };
        let sent = match value {
            ExtraValue::Boolean(value) => Sent::Flag(*value),
            ExtraValue::Number(value) => Sent::Number(*value),
            ExtraValue::Text(word) => Sent::Word(self.code_of(word)),
        };
        self.rows.push(row);
        self.values.push(sent);
    }

    fn code_of(&mut self, word: &str) -> u32 {
        if let Some(code) = self.code_of.get(word) {
            return *code;
        }
        let code = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.words.push(word.to_owned());
        self.words_bytes += word.len();
        self.code_of.insert(word.to_owned(), code);
        code
    }

    /// About how much memory it takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.rows.len() * 20 + self.words_bytes * 2 + self.words.len() * 64
    }

    /// The column of `len` rows.
    #[must_use]
    pub fn finish(self, len: usize) -> Extra {
        let has = |is: fn(&Sent) -> bool| self.values.iter().any(is);
        let flags = has(|sent| matches!(sent, Sent::Flag(_))).then(|| {
            let mut flags = Flags::default();
            self.by_row(len, |sent| flags.push(if let Some(Sent::Flag(flag)) = sent { Some(flag) } else { None }));
            flags
        });
        let numbers = has(|sent| matches!(sent, Sent::Number(_))).then(|| {
            let mut numbers = MeasuresBuilder::default();
            self.by_row(len, |sent| numbers.push(if let Some(Sent::Number(n)) = sent { Some(n) } else { None }));
            numbers.finish()
        });
        let words = has(|sent| matches!(sent, Sent::Word(_))).then(|| {
            let word = |code: u32| self.words.get(code as usize).map(String::as_str);
            let mut words = CategoriesBuilder::default();
            self.by_row(len, |sent| words.push(if let Some(Sent::Word(code)) = sent { word(code) } else { None }));
            words.finish()
        });
        Extra::of(flags, numbers, words, len)
    }

    fn by_row(&self, len: usize, mut push: impl FnMut(Option<Sent>)) {
        let mut sent = self.rows.iter().zip(&self.values).peekable();
        for row in 0..len {
            push(sent.next_if(|&(&at, _)| at as usize == row).map(|(_, &value)| value));
        }
    }
}
