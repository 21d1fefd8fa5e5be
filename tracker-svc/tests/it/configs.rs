//! RecordConfig and ListConfigs.

use std::collections::BTreeMap;
use std::time::Duration;

use perftrack::v1::{ListConfigsRequest, RecordConfigRequest};
use service::wire::timestamp_message;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::server::{Server, now};

fn config(revision: &str, value: &str) -> RecordConfigRequest {
    RecordConfigRequest {
        revision: revision.to_owned(),
        values: BTreeMap::from([("GENERAL_CYCLE_MIN_SCORE".to_owned(), value.to_owned())]),
        effective_at: None,
    }
}

#[tokio::test]
async fn a_config_is_recorded_once_and_listed_the_latest_first() {
    let server = Server::on_sqlite().await;
    let mut client = server.client.clone();
    for (revision, value) in [("a", "9"), ("a", "9"), ("b", "8"), ("b", "8"), ("a", "9")] {
        client.record_config(config(revision, value)).await.unwrap();
    }
    let refused = client.record_config(config("a", "7")).await.unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists);

    let (mut listed, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListConfigsRequest { page_size: 2, page_token };
        let page = client.list_configs(request).await.unwrap().into_inner();
        listed.extend(page.configs);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(listed.iter().map(|config| config.revision.as_str()).collect::<Vec<_>>(), ["a", "b", "a"]);
    assert_eq!(listed[0].values, config("a", "9").values);
    assert!(listed.iter().all(|config| config.effective_at.is_some() && config.recorded_at.is_some()));
    server.stop().await;
}

#[tokio::test]
async fn all_that_is_wrong_with_a_config_is_told_at_once() {
    let server = Server::on_sqlite().await;
    let mut client = server.client.clone();
    let mut wrong = config("", "9");
    wrong.values.insert(String::new(), "x".into());
    wrong.values.insert("NUL".into(), "\0".into());
    wrong.values.insert("LONG".into(), "x".repeat(20_000));
    wrong.effective_at = Some(timestamp_message(now().plus(Duration::from_hours(24 * 365))));
    let refused = client.record_config(wrong).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let details = refused.get_error_details();
    let fields: Vec<_> =
        details.bad_request().unwrap().field_violations.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["revision", "values[\"\"]", "values[\"LONG\"]", "values[\"NUL\"]", "effective_at"]);
    let refused = client.record_config(RecordConfigRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    server.stop().await;
}
