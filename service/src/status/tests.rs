use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{ERROR_DOMAIN, Reason, Rejection, Violations, with_causes};

fn with(count: usize) -> Violations {
    let mut violations = Violations::new();
    for index in 0..count {
        violations.add(format!("alert.extra.key_{index}"), "must be a boolean, a number or a text");
    }
    violations
}

#[test]
fn all_violations_come_at_once_with_a_stable_reason() {
    let status = Status::from(with(5).into_result().unwrap_err());
    assert_eq!(status.code(), Code::InvalidArgument);
    let details = status.get_error_details();
    assert_eq!(details.bad_request().unwrap().field_violations.len(), 5);
    assert_eq!(details.error_info().unwrap().reason, "INVALID_REQUEST");
    assert_eq!(details.error_info().unwrap().domain, ERROR_DOMAIN);
    assert!(status.message().starts_with("the request is not valid: alert.extra.key_0: must be a boolean"));
    assert!(status.message().ends_with("; and 2 more"), "{}", status.message());
}

#[test]
fn a_request_without_violations_is_no_error() {
    assert!(Violations::new().into_result().is_ok());
}

#[test]
fn a_thousand_violations_still_fit_into_a_header() {
    let status = Status::from(with(1_000).into_result().unwrap_err());
    assert!(status.details().len() < 6_000, "{}", status.details().len());
    let shown = status.get_error_details().bad_request().unwrap().field_violations.clone();
    assert_eq!(shown.last().unwrap().description, format!("and {} more", 1_000 - (shown.len() - 1)));
}

#[test]
fn a_long_value_is_quoted_in_part() {
    let mut violations = Violations::new();
    violations.add("filter", "é".repeat(10_000));
    assert_eq!(violations.iter().next().unwrap().1.chars().count(), 301);
}

#[test]
fn what_would_work_later_says_when() {
    let status = Status::from(Rejection::unavailable(Reason::ShuttingDown, "stopping", Duration::from_secs(2)));
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(status.get_error_details().retry_info().unwrap().retry_delay, Some(Duration::from_secs(2)));
}

#[test]
fn what_is_missing_is_named() {
    let status = Status::from(Rejection::not_found("alert", "5d3c"));
    let details = status.get_error_details();
    assert_eq!(status.message(), "there is no alert 5d3c");
    assert_eq!(details.resource_info().unwrap().resource_name, "5d3c");
}

#[test]
fn an_internal_error_does_not_tell_how_we_are_built() {
    let cause = std::io::Error::other("column \"x\" of relation \"alerts\"");
    let status = Status::from(Rejection::internal("recording the alert", &cause));
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(status.message(), "internal error while recording the alert; the server's log has the cause");
}

#[test]
fn an_item_of_a_stream_carries_the_same_details() {
    use prost::Message;
    let item = Rejection::from(with(2)).into_item_status();
    assert_eq!(item.code, Code::InvalidArgument as i32);
    let whole = Status::from(Rejection::from(with(2)));
    assert_eq!(item.encode_to_vec(), whole.details());
}

#[test]
fn an_unreachable_database_is_worth_a_retry_soon_and_a_full_one_later() {
    use sea_orm::DbErr;
    use store::StoreError;
    let source = || DbErr::Custom("connection refused (password=hunter2)".into()).into();
    let status = Status::from(Rejection::from(StoreError::Unavailable { doing: "recording", source: source() }));
    let details = status.get_error_details();
    assert_eq!(
        (status.code(), details.error_info().unwrap().reason.as_str()),
        (Code::Unavailable, "STORE_UNAVAILABLE")
    );
    let soon = details.retry_info().unwrap().retry_delay.unwrap();
    assert!(!status.message().contains("hunter2"));

    let status = Status::from(Rejection::from(StoreError::DiskFull { doing: "recording", source: source() }));
    assert_eq!(status.code(), Code::ResourceExhausted);
    let later = status.get_error_details().retry_info().unwrap().retry_delay.unwrap();
    assert!(later > soon, "somebody has to make room first");

    let status = Status::from(Rejection::from(StoreError::NulInText { field: "alert.token.name" }));
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(status.get_error_details().bad_request().unwrap().field_violations[0].field, "alert.token.name");
}

#[test]
fn what_an_error_says_of_its_cause_already_is_said_once() {
    #[derive(Debug, thiserror::Error)]
    #[error("cannot listen: {0}; choose another address")]
    struct Bind(#[source] std::io::Error);
    let error = anyhow::Error::new(Bind(std::io::Error::other("in use"))).context("starting");
    assert_eq!(with_causes(error.as_ref()), "starting: cannot listen: in use; choose another address");
    let told = anyhow::anyhow!("in use").context("listening");
    assert_eq!(with_causes(told.as_ref()), "listening: in use");
}
