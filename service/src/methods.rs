//! The RPCs of the contract, by their paths without the slash that these begin with:
//! `perftrack.v1.TrackingService/RecordAlert`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex, PoisonError};

use prost::Message as _;
use prost_types::FileDescriptorSet;

/// Each method, and whether it streams, in either direction.
static METHODS: LazyLock<BTreeMap<String, bool>> = LazyLock::new(|| {
    let set = FileDescriptorSet::decode(perftrack::FILE_DESCRIPTOR_SET).unwrap_or_default();
    let mut methods = BTreeMap::new();
    for file in &set.file {
        for service in &file.service {
            for method in &service.method {
                let path = format!("{}.{}/{}", file.package(), service.name(), method.name());
                methods.insert(path, method.client_streaming() || method.server_streaming());
            }
        }
    }
    methods
});

/// Those that this process serves.
static SERVED: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Whether the RPC at `path` (with its slash) streams.
pub(crate) fn is_stream(path: &str) -> bool {
    path.strip_prefix('/').is_some_and(|path| METHODS.get(path) == Some(&true))
}

/// The method by its own name, which lives as long as the program; `None` for what is no RPC of the contract.
pub(crate) fn known(method: &str) -> Option<&'static str> {
    METHODS.get_key_value(method).map(|(name, _)| name.as_str())
}

/// Remembers that the methods of this service (by its full name) are served here.
pub(crate) fn serves(service: &str) {
    let mut served = SERVED.lock().unwrap_or_else(PoisonError::into_inner);
    let of_service = |method: &&str| method.split_once('/').is_some_and(|(name, _)| name == service);
    served.extend(METHODS.keys().map(String::as_str).filter(of_service));
}

/// The methods that are served here.
pub(crate) fn served() -> Vec<&'static str> {
    SERVED.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_told_from_calls_by_the_contract() {
        assert!(is_stream("/perftrack.v1.TrackingService/RecordAlerts"));
        assert!(is_stream("/perftrack.v1.AnalysisService/Ask"));
        assert!(!is_stream("/perftrack.v1.TrackingService/RecordAlert"));
        assert!(!is_stream("/perftrack.v1.TrackingService/Unheard"));
    }

    #[test]
    fn what_is_no_rpc_has_no_name() {
        assert_eq!(known("perftrack.v1.TrackingService/GetAlert"), Some("perftrack.v1.TrackingService/GetAlert"));
        assert_eq!(known("perftrack.v1.TrackingService/x1y2z3"), None);
    }
}
