//! Old prices become bars.

use store::StoreError;
use store::retention::{KeepRaw, Rolled};

use super::Housekeeper;

/// Brings every old week as far as it can come.
pub(super) async fn roll_up(housekeeper: &Housekeeper, keep: KeepRaw) -> Result<(), StoreError> {
    let Housekeeper { store, clock, .. } = housekeeper;
    for week in store.retention().old_weeks(clock.now(), keep).await? {
        if !housekeeper.has_the_right().await? {
            return Ok(());
        }
        let starts_at = week.starts_at();
        match store.retention().roll_up(week, clock.now(), keep).await? {
            Rolled::Dropped { bars, observations } => {
                tracing::info!(week = %starts_at, bars, observations, "a week of prices became bars of five minutes");
            }
            Rolled::Needed { unsealed } => {
                tracing::warn!(week = %starts_at, unsealed, "a week of prices is kept beyond its retention: outcomes \
                    that reach into it are not sealed yet");
            }
            Rolled::Busy => {
                tracing::warn!(week = %starts_at, "the bars of a week of prices are there, but its prices could not be \
                    dropped: the table was in use all the time; trying again later");
            }
            Rolled::JustNoticed => {
                tracing::debug!(week = %starts_at, "a week of prices is old, and has been known to be for a short while only");
            }
        }
    }
    Ok(())
}
