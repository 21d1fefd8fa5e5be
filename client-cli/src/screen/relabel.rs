//! What a relabelling changed.

use perftrack::v1::RelabelOutcomesResponse;

use crate::print::number::{count, counted_noun};
use crate::print::paint;
use crate::print::text::wrapped;

/// In a few lines: how many have another outcome, and which way the labels went.
#[must_use]
pub fn show(done: &RelabelOutcomesResponse, dry_run: bool, approximate: bool, width: Option<usize>) -> String {
    let would = if dry_run { "would get" } else { "got" };
    let mut text = wrapped(
        &format!(
            "{} {} of {} examined {would} another outcome under policy v{}.",
            paint::strong(&count(done.changed)),
            if done.changed == 1 { "alert" } else { "alerts" },
            count(done.examined),
            done.policy_version
        ),
        width,
    ) + "\n";
    let labels = [("pumps", done.pumps_gained, done.pumps_lost), ("rugs", done.rugs_gained, done.rugs_lost)];
    for (what, gained, lost) in labels {
        text += &format!("  {what:<6} +{} −{}\n", count(gained), count(lost));
    }
    if done.approximated > 0 {
        let many = counted_noun(done.approximated, "alert");
        text += &(wrapped(&format!("  {many} replayed from 5-minute bars, and marked as approximate"), width) + "\n");
    }
    if done.beyond_retention > 0 {
        let many = counted_noun(done.beyond_retention, "alert");
        let hint = if approximate { "nothing of them is kept" } else { "--approximate replays them from bars" };
        text += &(wrapped(&format!("  {many} left as before: their observations are no longer kept; {hint}"), width)
            + "\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_said() {
        let done = RelabelOutcomesResponse {
            policy_version: 2,
            alerts: 1_200,
            examined: 1_200,
            changed: 1,
            beyond_retention: 40,
            rugs_lost: 1,
            done: true,
            ..Default::default()
        };
        let text = anstream::adapter::strip_str(&show(&done, true, false, None)).to_string();
        assert_eq!(
            text,
            "1 alert of 1,200 examined would get another outcome under policy v2.\n  pumps  +0 −0\n  rugs   +0 −1\n  \
             40 alerts left as before: their observations are no longer kept; --approximate replays them from bars\n"
        );
    }
}
