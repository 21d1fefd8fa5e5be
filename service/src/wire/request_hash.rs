//! Tells a retry from another alert under the same id.

use perftrack::v1;
use prost::Message;
use sha2::{Digest, Sha256};

/// The SHA-256 of an alert as its caller sent it, before any default was filled in. The alert is the same afterwards.
///
/// What may differ between two sendings of one alert is left out: `recorded_peak` (a second import may know a higher
/// one, and may vouch for it) and `annotations`. Fields are encoded in the order of their numbers and maps in the order
/// of their keys, so that the order in which a client wrote them does not matter.
#[must_use]
pub fn request_hash(alert: &mut v1::Alert) -> [u8; 32] {
    /// Changes whenever what is hashed changes, so that old hashes are not mistaken for new ones.
    const VERSION: &[u8] = b"perftrack.v1.Alert/1\n";
    let (recorded_peak, annotations) = (alert.recorded_peak.take(), std::mem::take(&mut alert.annotations));
    let hash = Sha256::new().chain_update(VERSION).chain_update(alert.encode_to_vec()).finalize().into();
    (alert.recorded_peak, alert.annotations) = (recorded_peak, annotations);
    hash
}
