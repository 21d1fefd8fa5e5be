//! Words, as codes of as few bytes as there are words.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::bitmap::Bitmap;
use super::chunked::{Builder, CHUNK, Cell, Chunked};
use super::measures::splice;
use super::plan::Plan;

/// A word, or nothing, for each row. An empty word is an unknown one.
#[derive(Clone, Debug, Default)]
pub struct Categories {
    /// An index into `levels`; the greatest number that fits where unknown.
    codes: Codes,
    /// The words, in the order of their code points.
    pub levels: Arc<[String]>,
    /// The rows where it is known.
    pub known: Bitmap,
    /// The rows whose word is empty, where there are any.
    empty: Option<Bitmap>,
}

#[derive(Clone, Debug)]
enum Codes {
    One(Chunked<u8>),
    Two(Chunked<u16>),
    Four(Chunked<u32>),
}

impl Default for Codes {
    fn default() -> Self {
        Self::One(Chunked::default())
    }
}

impl Codes {
    /// The codes of `codes`, of which those that are known are below `levels`.
    fn of(codes: impl Iterator<Item = u32>, levels: usize) -> Self {
        if levels < usize::from(u8::MAX) {
            Self::One(codes.map(|code| u8::try_from(code).unwrap_or(u8::MAX)).collect())
        } else if levels < usize::from(u16::MAX) {
            Self::Two(codes.map(|code| u16::try_from(code).unwrap_or(u16::MAX)).collect())
        } else {
            Self::Four(codes.collect())
        }
    }

    fn at(&self, row: usize) -> u32 {
        match self {
            Self::One(codes) => widened(codes.at(row), u8::MAX),
            Self::Two(codes) => widened(codes.at(row), u16::MAX),
            Self::Four(codes) => codes.at(row),
        }
    }

    fn iter(&self) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Self::One(codes) => Box::new(codes.iter().map(|code| widened(code, u8::MAX))),
            Self::Two(codes) => Box::new(codes.iter().map(|code| widened(code, u16::MAX))),
            Self::Four(codes) => Box::new(codes.iter()),
        }
    }

    fn gather(&self, rows: &[u32]) -> Self {
        match self {
            Self::One(codes) => Self::One(codes.gather(rows)),
            Self::Two(codes) => Self::Two(codes.gather(rows)),
            Self::Four(codes) => Self::Four(codes.gather(rows)),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::One(codes) => codes.bytes(),
            Self::Two(codes) => codes.bytes(),
            Self::Four(codes) => codes.bytes(),
        }
    }
}

fn widened<T: PartialEq + Into<u32>>(code: T, unknown: T) -> u32 {
    if code == unknown { Categories::UNKNOWN } else { code.into() }
}

impl Categories {
    /// The code of an unknown value.
    pub const UNKNOWN: u32 = u32::MAX;

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The index into `levels` of a row's word, or [`Self::UNKNOWN`].
    #[must_use]
    pub fn code(&self, row: usize) -> u32 {
        self.codes.at(row)
    }

    /// The codes of all rows, by row.
    pub fn codes(&self) -> impl Iterator<Item = u32> + '_ {
        self.codes.iter()
    }

    /// Shows each row with its code, by row.
    pub fn each(&self, mut show: impl FnMut(usize, u32)) {
        fn pieces<C: Cell>(codes: &Chunked<C>, mut show: impl FnMut(usize, C)) {
            for (piece, codes) in codes.slices().enumerate() {
                (piece * CHUNK..).zip(codes).for_each(|(row, &code)| show(row, code));
            }
        }
        match &self.codes {
            Codes::One(codes) => pieces(codes, |row, code| show(row, widened(code, u8::MAX))),
            Codes::Two(codes) => pieces(codes, |row, code| show(row, widened(code, u16::MAX))),
            Codes::Four(codes) => pieces(codes, show),
        }
    }

    /// What `show` makes of each row's code and of what `beside` has for the row, by row.
    #[must_use]
    pub fn codes_with<T: Copy, R>(&self, beside: &[T], show: impl Fn(u32, T) -> R) -> Vec<R> {
        fn each<C: Cell, T: Copy, R>(codes: &Chunked<C>, beside: &[T], show: impl Fn(C, T) -> R) -> Vec<R> {
            let mut shown = Vec::with_capacity(beside.len());
            for (codes, beside) in codes.slices().zip(beside.chunks(CHUNK)) {
                shown.extend(codes.iter().zip(beside).map(|(&code, &beside)| show(code, beside)));
            }
            shown
        }
        match &self.codes {
            Codes::One(codes) => each(codes, beside, |code, beside| show(widened(code, u8::MAX), beside)),
            Codes::Two(codes) => each(codes, beside, |code, beside| show(widened(code, u16::MAX), beside)),
            Codes::Four(codes) => each(codes, beside, show),
        }
    }

    /// The word of a row, where it is known.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        self.levels.get(self.code(row) as usize).map(String::as_str)
    }

    /// The same, where an empty word is a word.
    #[must_use]
    pub fn get_or_empty(&self, row: usize) -> Option<&str> {
        self.get(row).or_else(|| self.empty.as_ref().filter(|rows| rows.contains(row)).map(|_| ""))
    }

    /// The rows with the word of this code.
    #[must_use]
    pub fn rows(&self, code: u32) -> Bitmap {
        self.rows_where(|index| index == code as usize)
    }

    /// The rows whose word is known and whose code `holds`.
    #[must_use]
    pub fn rows_where(&self, holds: impl Fn(usize) -> bool) -> Bitmap {
        let holding: Vec<bool> = (0..self.levels.len()).map(holds).collect();
        let holds = |code: usize| holding.get(code).copied().unwrap_or(false);
        match &self.codes {
            Codes::One(codes) => codes.rows_where(|code| holds(usize::from(code))),
            Codes::Two(codes) => codes.rows_where(|code| holds(usize::from(code))),
            Codes::Four(codes) => codes.rows_where(|code| holds(code as usize)),
        }
    }

    /// The rows whose word is empty. For all but filters that is unknown.
    #[must_use]
    pub const fn empty(&self) -> Option<&Bitmap> {
        self.empty.as_ref()
    }

    /// From one word per row.
    #[must_use]
    pub fn of<S: AsRef<str>>(values: &[Option<S>]) -> Self {
        let mut builder = CategoriesBuilder::default();
        values.iter().for_each(|value| builder.push(value.as_ref().map(AsRef::as_ref)));
        builder.finish()
    }

    /// Unknown in all of `len` rows.
    #[must_use]
    pub fn unknown(len: usize) -> Self {
        Self { codes: Codes::of((0..len).map(|_| Self::UNKNOWN), 0), known: Bitmap::none(len), ..Self::default() }
    }

    /// The words of `rows`, in that order.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        let gather = |set: &Bitmap| rows.iter().map(|&row| set.contains(row as usize)).collect();
        Self {
            codes: self.codes.gather(rows),
            levels: Arc::clone(&self.levels),
            known: gather(&self.known),
            empty: self.empty.as_ref().map(gather),
        }
    }

    /// The words of the next revision: `fresh` are those of the rows that changed.
    #[must_use]
    pub fn spliced(&self, plan: &Plan, fresh: &Self) -> Self {
        let levels: Arc<[String]> = if fresh.levels.iter().all(|word| self.levels.binary_search(word).is_ok()) {
            Arc::clone(&self.levels)
        } else {
            let words: BTreeSet<&String> = self.levels.iter().chain(fresh.levels.iter()).collect();
            words.into_iter().cloned().collect()
        };
        let recoded = |of: &Self| of.recoded(&levels);
        let codes = match (recoded(self), recoded(fresh)) {
            (Codes::One(codes), Codes::One(fresh)) => Codes::One(codes.spliced(plan, &fresh)),
            (Codes::Two(codes), Codes::Two(fresh)) => Codes::Two(codes.spliced(plan, &fresh)),
            (Codes::Four(codes), Codes::Four(fresh)) => Codes::Four(codes.spliced(plan, &fresh)),
            // As many words make as many bytes: this never comes to pass.
            (codes, fresh) => {
                let wide = |codes: &Codes| codes.iter().collect::<Chunked<u32>>();
                Codes::Four(wide(&codes).spliced(plan, &wide(&fresh)))
            }
        };
        let none = |of: &Self| of.empty.clone().unwrap_or_else(|| Bitmap::none(of.len()));
        let empty = (self.empty.is_some() || fresh.empty.is_some())
            .then(|| splice(&none(self), plan, &none(fresh)))
            .filter(|rows| !rows.is_empty());
        Self { codes, levels, known: splice(&self.known, plan, &fresh.known), empty }
    }

    /// Its codes as those of `levels`, which has all of its words.
    fn recoded(&self, levels: &Arc<[String]>) -> Codes {
        if Arc::ptr_eq(&self.levels, levels) {
            return self.codes.clone();
        }
        let place = |word: &String| levels.binary_search(word).ok().and_then(|code| u32::try_from(code).ok());
        let places: Vec<u32> = self.levels.iter().map(|word| place(word).unwrap_or(Self::UNKNOWN)).collect();
        let code = |code: u32| places.get(code as usize).copied().unwrap_or(Self::UNKNOWN);
        Codes::of(self.codes.iter().map(code), levels.len())
    }

    /// The memory that it takes, in bytes, shared or not.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let words: usize = self.levels.iter().map(|word| size_of::<String>() + word.capacity()).sum();
        self.codes.bytes() + words + self.known.bytes() + self.empty.as_ref().map_or(0, Bitmap::bytes)
    }
}

/// A column of words that grows.
#[derive(Debug, Default)]
pub struct CategoriesBuilder {
    /// Numbered as they come.
    codes: Builder<u32>,
    code_of: HashMap<String, u32>,
    words_bytes: usize,
    empty: Bitmap,
}

impl CategoriesBuilder {
    /// One row more.
    pub fn push(&mut self, word: Option<&str>) {
        let code = word.filter(|word| !word.is_empty()).map(|word| self.code_of(word));
        self.codes.push(code.unwrap_or(Categories::UNKNOWN));
        self.empty.push(word == Some(""));
    }

    fn code_of(&mut self, word: &str) -> u32 {
        if let Some(code) = self.code_of.get(word) {
            return *code;
        }
        let code = u32::try_from(self.code_of.len()).unwrap_or(Categories::UNKNOWN);
        self.words_bytes += word.len();
        self.code_of.insert(word.to_owned(), code);
        code
    }

    /// The memory that it will take, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let width = if self.code_of.len() < usize::from(u8::MAX) { 1 } else { 4 };
        self.codes.len() * width + self.words_bytes + self.code_of.len() * size_of::<String>()
    }

    /// The column.
    #[must_use]
    pub fn finish(self) -> Categories {
        let mut words: Vec<(String, u32)> = self.code_of.into_iter().collect();
        words.sort_unstable();
        let mut places = vec![Categories::UNKNOWN; words.len()];
        for (place, (_, code)) in (0..).zip(&words) {
            if let Some(cell) = places.get_mut(*code as usize) {
                *cell = place;
            }
        }
        let codes = self.codes.finish();
        let place = |code: u32| places.get(code as usize).copied().unwrap_or(Categories::UNKNOWN);
        Categories {
            known: codes.iter().map(|code| code != Categories::UNKNOWN).collect(),
            codes: Codes::of(codes.iter().map(place), words.len()),
            levels: words.into_iter().map(|(word, _)| word).collect(),
            empty: Some(self.empty).filter(|rows| !rows.is_empty()),
        }
    }
}
