//! Asking before something is done that cannot be undone.

use std::io::{self, BufRead, IsTerminal};

use crate::failure::{Outcome, usage};
use crate::output::Output;

/// Asks `question` at the terminal, unless `yes` answers it already.
///
/// # Errors
/// A usage failure where nobody is there to answer.
pub fn confirmed(output: &Output, yes: bool, question: &str) -> Outcome<bool> {
    if yes {
        return Ok(true);
    }
    if !io::stdin().is_terminal() {
        return Err(usage(format!("{question} Nobody is there to answer: say --yes")));
    }
    output.remark(&format!("{question} [y/N] "));
    let mut answer = String::new();
    // An input that ends is a no.
    let _ = io::stdin().lock().read_line(&mut answer);
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
