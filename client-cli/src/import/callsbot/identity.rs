//! The id of an imported alert: the same from whichever form of the recording, on every run.

use uuid::Uuid;

/// A UUID of version 5 over source, token address and alert time in whole seconds since 1970.
#[must_use]
pub fn alert_id(source: &str, address: &str, alerted_at_seconds: i64) -> Uuid {
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"perftrack.v1/import");
    Uuid::new_v5(&namespace, format!("{source}:{address}:{alerted_at_seconds}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_never_changes_between_versions() {
        // Recorded alerts carry these ids: another one would double them.
        let id = alert_id("callsbot", "So11111111111111111111111111111111111111112", 1_759_854_014);
        assert_eq!(id.get_version_num(), 5);
        assert_eq!(id, alert_id("callsbot", "So11111111111111111111111111111111111111112", 1_759_854_014));
        assert_ne!(id, alert_id("callsbot", "So11111111111111111111111111111111111111112", 1_759_854_015));
    }
}
