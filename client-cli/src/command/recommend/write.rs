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

#[cfg(test)]
mod tests {
    use perftrack::v1::{Confidence, Recommendation};

    use super::*;
    use crate::cli::Format;

    fn answer(confidence: Confidence) -> RecommendResponse {
        let keys = [("MIN_LIQUIDITY_USD".to_owned(), "20000".to_owned())];
        let mut item = Recommendation::default();
        item.set_confidence(confidence);
        if confidence == Confidence::Certified {
            item.set = keys.into();
        } else {
            item.candidate = keys.into();
        }
        RecommendResponse { recommendations: vec![item], ..Default::default() }
    }

    fn written(confidence: Confidence) -> (String, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bot.env");
        std::fs::write(&file, "MIN_LIQUIDITY_USD=10000 # low\nTELEGRAM_BOT_TOKEN=x\n").unwrap();
        write(&Output::new(Format::Table, true), &file, &answer(confidence), true).unwrap();
        let others = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let others = others.filter(|path| *path != file).map(|path| std::fs::read_to_string(path).unwrap());
        (std::fs::read_to_string(&file).unwrap(), others.collect())
    }

    #[test]
    fn what_is_certified_is_written_and_the_old_file_kept() {
        let (now, kept) = written(Confidence::Certified);
        assert_eq!(now, "MIN_LIQUIDITY_USD=20000 # low\nTELEGRAM_BOT_TOKEN=x\n");
        assert_eq!(kept, ["MIN_LIQUIDITY_USD=10000 # low\nTELEGRAM_BOT_TOKEN=x\n"]);
    }

    #[test]
    fn what_is_not_certified_is_never_written() {
        for confidence in [Confidence::Suggestive, Confidence::Question] {
            let (now, kept) = written(confidence);
            assert!(now.starts_with("MIN_LIQUIDITY_USD=10000 "), "{now}");
            assert!(kept.is_empty());
        }
    }

    #[test]
    fn a_change_is_shown_as_the_lines_of_before_and_after() {
        let values = [("A".to_owned(), "2".to_owned()), ("B".to_owned(), "3".to_owned())].into();
        let text = diff(&with_values("A=1\n", &values).1);
        assert_eq!(anstream::adapter::strip_str(&text).to_string(), "- A=1\n+ A=2\n+ B=3\n");
    }
}
