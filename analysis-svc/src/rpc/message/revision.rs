use perftrack::v1;
use service::wire::timestamp_message;

use super::int32;
use crate::dataset::Revision;

/// Which state of the data an answer rests on.
pub fn revision(revision: &Revision) -> v1::DatasetRevision {
    v1::DatasetRevision {
        id: revision.id.clone(),
        alerts: int32(revision.alerts),
        policy_version: revision.policy_version,
        as_of: revision.as_of.map(timestamp_message),
    }
}
