use perftrack::v1;
use service::wire::timestamp_message;

use super::int32;
use crate::correlate::progress::Progress;

/// Where the standing question stands.
pub fn checkpoint(progress: &Progress) -> v1::Checkpoint {
    let reached = progress.reached.as_ref();
    v1::Checkpoint {
        matured_tokens: int32(progress.tokens),
        tokens: int32(reached.map_or(0, |reached| reached.tokens)),
        reached_at: reached.map(|reached| timestamp_message(reached.at)),
        next_tokens: int32(progress.next_tokens.unwrap_or(0)),
        days_to_next: progress.days_to_next,
        alpha: reached.map(|reached| reached.alpha),
        family_size: int32(reached.map_or(0, |reached| reached.family_size)),
        rejections: int32(reached.map_or(0, |reached| reached.rejections)),
    }
}
