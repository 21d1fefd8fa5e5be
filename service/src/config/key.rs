//! One setting: its names, its help, its default and its check.

use std::marker::PhantomData;

use super::Setting;

/// One setting of type `T`. Its environment variable is `PERFTRACK_` and its name in capitals.
pub struct Key<T> {
    name: &'static str,
    flag: &'static str,
    placeholder: &'static str,
    help: &'static str,
    default: Option<&'static str>,
    check: fn(&T) -> Result<(), String>,
    value: PhantomData<fn() -> T>,
}

impl<T: Setting> Key<T> {
    /// A setting without default. `help` says what it does, in the reader's terms, and what happens when it is too low or
    /// too high.
    #[must_use]
    pub const fn new(name: &'static str, flag: &'static str, placeholder: &'static str, help: &'static str) -> Self {
        Self { name, flag, placeholder, help, default: None, check: |_| Ok(()), value: PhantomData }
    }

    /// Its value where none is given, written as a user would write it.
    #[must_use]
    pub const fn default(self, text: &'static str) -> Self {
        Self { default: Some(text), ..self }
    }

    /// What more has to hold of a value.
    #[must_use]
    pub const fn check(self, check: fn(&T) -> Result<(), String>) -> Self {
        Self { check, ..self }
    }
}

/// A [`Key`], whatever its type.
pub trait AnyKey: Sync {
    /// The name in the file, such as `poll_interval`.
    fn name(&self) -> &'static str;
    /// The flag without its dashes, such as `poll-interval`.
    fn flag(&self) -> &'static str;
    /// What stands for the value in the help, such as `DURATION`.
    fn placeholder(&self) -> &'static str;
    /// What it does.
    fn help(&self) -> &'static str;
    /// The default as text.
    fn default_text(&self) -> Option<&'static str>;
    /// What a value has to be.
    fn expected(&self) -> &'static str;
    /// Whether a text is a good value; else what is wrong with it.
    fn problem(&self, text: &str) -> Option<String>;
    /// The text as an error may show it.
    fn shown(&self, text: &str) -> String;

    /// Whether it can also be given by the name of a file that holds it.
    fn is_secret(&self) -> bool;
    /// The texts that it takes, where these can be counted.
    fn choices(&self) -> &'static [&'static str];
    /// What it is in JSON Schema.
    fn json_type(&self) -> &'static str;
    /// Whether a text may stand on a command line.
    fn is_fit_for_flag(&self, text: &str) -> bool;

    /// Whether there is a flag for it at all.
    fn has_flag(&self) -> bool {
        self.is_fit_for_flag("")
    }

    /// The name under which a file that holds it is named.
    fn file_name(&self) -> String {
        format!("{}_file", self.name())
    }

    /// The environment variable.
    fn env(&self) -> String {
        format!("PERFTRACK_{}", self.name().to_uppercase())
    }
}

impl<T: Setting> Key<T> {
    pub(super) fn parse(&self, text: &str) -> Result<T, String> {
        let value = T::parse(text)?;
        (self.check)(&value)?;
        Ok(value)
    }
}

impl<T: Setting> AnyKey for Key<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn flag(&self) -> &'static str {
        self.flag
    }

    fn placeholder(&self) -> &'static str {
        self.placeholder
    }

    fn help(&self) -> &'static str {
        self.help
    }

    fn default_text(&self) -> Option<&'static str> {
        self.default
    }

    fn expected(&self) -> &'static str {
        T::EXPECTED
    }

    fn problem(&self, text: &str) -> Option<String> {
        self.parse(text).err()
    }

    fn shown(&self, text: &str) -> String {
        T::shown(text)
    }

    fn is_secret(&self) -> bool {
        T::SECRET
    }

    fn choices(&self) -> &'static [&'static str] {
        T::CHOICES
    }

    fn json_type(&self) -> &'static str {
        T::JSON_TYPE
    }

    fn is_fit_for_flag(&self, text: &str) -> bool {
        T::is_fit_for_flag(text)
    }
}
