//! `perfctl recommend --write FILE`: certified changes, into the bot's own config.

use std::path::Path;

use anyhow::Context;
use perftrack::v1::RecommendResponse;

use crate::confirm::confirmed;
use crate::env_file::edit::{Change, with_values};
use crate::env_file::replace::replace;
use crate::failure::Outcome;
use crate::output::Output;
use crate::print::number::counted_noun;
use crate::print::paint;
use crate::screen::recommend::certified;

/// Shows what would change in `file`, asks, and changes it. Where nothing is certified, nothing is.
pub fn write(output: &Output, file: &Path, answer: &RecommendResponse, yes: bool) -> Outcome {
    let shown = paint::name(&file.display().to_string());
    let values = certified(answer);
    if values.is_empty() {
        output.remark(&format!("\nNothing is certified: {shown} stays as it is.\n"));
        return Ok(());
    }
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let (next, changes) = with_values(&text, &values);
    if changes.is_empty() {
        output.remark(&format!("\n{shown} says so already.\n"));
        return Ok(());
    }
    output.remark(&format!("\n{shown}\n{}", diff(&changes)));
    let count = counted_noun(i64::try_from(changes.len()).unwrap_or(i64::MAX), "line");
    if !confirmed(output, yes, &format!("Change {count} of {}?", file.display()))? {
        output.remark("nothing was changed\n");
        return Ok(());
    }
    let backup = replace(file, &next)?;
    output.remark(&format!(
        "changed {count}; the file of before is {}\nRestart the bot, then tell perftrack, so that before and after can \
         be compared: {}\n",
        paint::name(&backup.display().to_string()),
        paint::name(&format!("perfctl config record {}", file.display())),
    ));
    Ok(())
}

/// The lines of before and after.
fn diff(changes: &[Change]) -> String {
    changes.iter().fold(String::new(), |text, change| {
        let before = change.before.as_ref().map_or_else(String::new, |line| paint::bad(&format!("- {line}")) + "\n");
        text + &before + &paint::good(&format!("+ {}", change.after)) + "\n"
    })
}
