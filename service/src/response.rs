//! gRPC statuses in HTTP responses, for the layers around the services.

use axum::body::Body;
use axum::response::Response;
use tonic::Status;

use crate::status::Rejection;

/// The response that refuses a call.
pub(crate) fn rejected(rejection: Rejection) -> Response {
    Status::from(rejection).into_http::<Body>()
}

/// The status of a call that ended without a message. A status that follows messages comes in the trailers, and is not
/// seen here.
pub(crate) fn status_of(response: &Response) -> Option<Status> {
    Status::from_header_map(response.headers())
}
