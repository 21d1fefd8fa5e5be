//! What reflection shows.

use super::*;

async fn reflect(
    channel: Channel,
    request: reflection_v1::server_reflection_request::MessageRequest,
) -> reflection_v1::server_reflection_response::MessageResponse {
    let mut client = reflection_v1::server_reflection_client::ServerReflectionClient::new(channel);
    let request = reflection_v1::ServerReflectionRequest { host: String::new(), message_request: Some(request) };
    let mut answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
    answers.message().await.unwrap().unwrap().message_response.unwrap()
}

#[tokio::test]
async fn reflection_shows_the_contract_with_its_comments_and_the_error_details() {
    use reflection_v1::server_reflection_request::MessageRequest;
    use reflection_v1::server_reflection_response::MessageResponse;
    let running = start(RoutesBuilder::default(), ServeOptions::default()).await;
    let channel = running.channel().await;

    let listed = reflect(channel.clone(), MessageRequest::ListServices(String::new())).await;
    let MessageResponse::ListServicesResponse(listed) = listed else { panic!("{listed:?}") };
    let names: Vec<String> = listed.service.into_iter().map(|service| service.name).collect();
    let expected = [
        SERVICE_NAME,
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ];
    assert_eq!(names, expected);

    for symbol in [
        "perftrack.v1.TrackingService.RecordAlert",
        "perftrack.v1.Alert.extra",
        "google.rpc.BadRequest",
        "google.rpc.ErrorInfo",
        "google.rpc.Status",
        "grpc.health.v1.Health",
        "google.protobuf.Struct",
    ] {
        let found = reflect(channel.clone(), MessageRequest::FileContainingSymbol(symbol.to_owned())).await;
        let MessageResponse::FileDescriptorResponse(files) = found else { panic!("{symbol}: {found:?}") };
        let file = FileDescriptorProto::decode(files.file_descriptor_proto[0].as_slice()).unwrap();
        if symbol.starts_with("perftrack.") {
            let comments = file.source_code_info.unwrap().location;
            assert!(comments.iter().any(|location| location.leading_comments.is_some()), "{symbol}");
        }
        for import in file.dependency {
            let found = reflect(channel.clone(), MessageRequest::FileByFilename(import.clone())).await;
            assert!(matches!(found, MessageResponse::FileDescriptorResponse(_)), "{import} of {symbol}");
        }
    }
    running.stopped().await;
}

#[tokio::test]
async fn reflection_answers_in_its_older_version_too() {
    use reflection_v1alpha::server_reflection_request::MessageRequest;
    use reflection_v1alpha::server_reflection_response::MessageResponse;
    let running = start(RoutesBuilder::default(), ServeOptions::default()).await;
    let mut client = reflection_v1alpha::server_reflection_client::ServerReflectionClient::new(running.channel().await);
    let request = reflection_v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::FileContainingSymbol(SERVICE_NAME.to_owned())),
    };
    let mut answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    assert!(matches!(answer, MessageResponse::FileDescriptorResponse(_)), "{answer:?}");
    drop(answers);
    running.stopped().await;
}
