//! gRPC reflection, v1 and v1alpha: what `grpcurl describe` shows, comments included.

use tonic::service::RoutesBuilder;
use tonic_reflection::server::{Builder, Error};

/// Adds both versions. `services` are listed beside health and reflection themselves; all of the contract can be
/// described, and the details that errors carry can be decoded.
pub fn add_reflection(routes: &mut RoutesBuilder, services: &[&'static str]) -> Result<(), Error> {
    routes.add_service(builder(services).build_v1()?);
    routes.add_service(builder(services).build_v1alpha()?);
    Ok(())
}

fn builder(services: &[&'static str]) -> Builder<'static> {
    const OWN: [&str; 3] =
        ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];
    // Of a file that comes twice the first is kept: ours, which has its comments.
    let builder = Builder::configure()
        .register_encoded_file_descriptor_set(perftrack::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET);
    services.iter().copied().chain(OWN).fold(builder, |builder, name| builder.with_service_name(name))
}
