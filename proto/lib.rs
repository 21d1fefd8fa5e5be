//! The contract `perftrack.v1`: messages, clients, servers, and the descriptors with their comments.
//!
//! The documentation of every message stands in `proto/perftrack/v1/*.proto`.

/// Messages, clients and servers of package `perftrack.v1`.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod v1 {
    tonic::include_proto!("perftrack.v1");
}

/// An encoded `google.protobuf.FileDescriptorSet` of the contract and all that it imports, comments included.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/perftrack.v1.binpb"));
