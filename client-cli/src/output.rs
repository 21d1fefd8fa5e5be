//! Where results go: stdout, in the format that was asked for. Everything else goes to stderr.

use std::io::{self, ErrorKind, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use prost::Message;

use crate::cli::Format;
use crate::contract;
use crate::failure::{Failure, Outcome};

/// Writes results.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// How results are written.
    pub format: Format,
    /// How many columns the screen has; `None` where it is no screen.
    pub width: Option<usize>,
    no_color: bool,
}

/// The narrowest screen that is laid out for.
const NARROWEST: usize = 60;

impl Output {
    /// Writes in `format` to the process's stdout.
    #[must_use]
    pub fn new(format: Format, no_color: bool) -> Self {
        let width = if io::stdout().is_terminal() {
            terminal_size::terminal_size().map(|(width, _)| usize::from(width.0).max(NARROWEST))
        } else {
            None
        };
        Self { format, width, no_color }
    }

    /// Writes an answer: the screen for a table, else the JSON of the `message`.
    ///
    /// # Errors
    /// [`Failure::OutputClosed`] when nobody reads any more, else what the output said.
    pub fn answer<M: Message>(&self, message: &M, type_name: &str, screen: impl FnOnce(&Self) -> String) -> Outcome {
        match self.format {
            Format::Table | Format::Env => self.text(&screen(self)),
            Format::Json => self.text(&(contract::to_json(message, type_name)?.pretty()? + "\n")),
            Format::Jsonl => self.text(&(contract::to_json(message, type_name)?.line()? + "\n")),
        }
    }

    /// Writes text to stdout; paint is taken off where it does not belong.
    ///
    /// # Errors
    /// As [`Output::answer`].
    pub fn text(&self, text: &str) -> Outcome {
        let mut stdout = AutoStream::new(io::stdout().lock(), self.choice());
        written(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
    }

    /// Writes a remark to stderr.
    pub fn remark(&self, text: &str) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.choice());
        // Nobody is left to tell when stderr is closed.
        let _ = stderr.write_all(text.as_bytes());
    }

    fn choice(&self) -> ColorChoice {
        if self.no_color { ColorChoice::Never } else { ColorChoice::Auto }
    }
}

fn written(result: io::Result<()>) -> Outcome {
    result.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::OutputClosed,
        _ => Failure::Other(anyhow::Error::new(error).context("writing to stdout")),
    })
}
