//! Calls of any RPC by its descriptor.

pub mod codec;
pub mod comments;
pub mod request;
