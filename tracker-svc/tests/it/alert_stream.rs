//! RecordAlerts: each alert is answered in its turn once it is durable, and a stream that broke may be sent again.

use std::collections::HashSet;
use std::time::Duration;

use domain::alert::AlertId;
use perftrack::v1::{
    Alert, AlertFeatures, ListAlertsRequest, RecordAlertRequest, RecordAlertsRequest, RecordAlertsResponse,
};
use service::status::Reason;
use store::ConnectOptions;
use throwaway_postgres::Cluster;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::server::{Server, alert, numbered};

/// Sends all and reads all answers.
async fn answers(server: &Server, requests: Vec<RecordAlertsRequest>) -> Vec<RecordAlertsResponse> {
    let mut client = server.client.clone();
    let mut stream = client.record_alerts(tokio_stream::iter(requests)).await.unwrap().into_inner();
    let mut answers = Vec::new();
    while let Some(answer) = stream.message().await.unwrap() {
        answers.push(answer);
    }
    answers
}

async fn is_recorded(server: &Server, id: &str) -> bool {
    server.store.alerts().get(AlertId(id.parse().unwrap())).await.unwrap().is_some()
}

#[tokio::test]
async fn alerts_are_answered_in_the_order_sent_and_durable_by_then_on_sqlite() {
    answered_in_order(Server::on_sqlite().await).await;
}

#[tokio::test]
async fn alerts_are_answered_in_the_order_sent_and_durable_by_then_on_postgres() {
    let database = throwaway_postgres::database().await.unwrap();
    answered_in_order(Server::on(database.url().into(), 1.0).await).await;
}

async fn answered_in_order(server: Server) {
    let mut requests = numbered((0..2_500).map(alert));
    for bad in requests.iter_mut().skip(6).step_by(100) {
        bad.alert.as_mut().unwrap().token = None;
    }
    let mut client = server.client.clone();
    let mut stream = client.record_alerts(tokio_stream::iter(requests.clone())).await.unwrap().into_inner();
    for request in &requests {
        let answer = stream.message().await.unwrap().unwrap();
        assert_eq!(answer.sequence, request.sequence);
        if request.sequence % 100 == 6 {
            assert_eq!(answer.error.unwrap().code, Code::InvalidArgument as i32);
            assert_eq!(answer.alert_id, "");
        } else {
            assert_eq!(answer.error, None);
            assert_eq!(answer.alert_id, request.alert.as_ref().unwrap().alert_id);
            if request.sequence % 97 == 0 {
                assert!(is_recorded(&server, &answer.alert_id).await, "answered before it was durable");
            }
        }
    }
    assert_eq!(stream.message().await.unwrap(), None);
    server.stop().await;
}

#[tokio::test]
async fn a_lone_alert_is_answered_while_the_stream_stays_open() {
    let server = Server::on_sqlite().await;
    let (requests, receiver) = mpsc::channel(1);
    let mut client = server.client.clone();
    let mut stream = client.record_alerts(ReceiverStream::new(receiver)).await.unwrap().into_inner();
    for request in numbered((0..3).map(alert)) {
        requests.send(request.clone()).await.unwrap();
        assert_eq!(stream.message().await.unwrap().unwrap().sequence, request.sequence);
    }
    drop(requests);
    assert_eq!(stream.message().await.unwrap(), None);
    server.stop().await;
}

#[tokio::test]
async fn a_bad_alert_is_told_all_that_is_wrong_with_it() {
    let server = Server::on_sqlite().await;
    let mut bad = alert(1);
    bad.alert_id = "7".into();
    bad.shadow_sample_rate = Some(2.0);
    bad.features = Some(AlertFeatures { top10_concentration: Some(101.0), ..AlertFeatures::default() });
    let nothing = RecordAlertsRequest { sequence: 1, ..RecordAlertsRequest::default() };
    let mut requests = numbered([bad]);
    requests.extend([nothing, RecordAlertsRequest { sequence: 2, alert: Some(alert(2)), ..Default::default() }]);
    let answers = answers(&server, requests).await;
    let fields = |answer: &RecordAlertsResponse| -> HashSet<String> {
        let error = answer.error.clone().unwrap();
        let details = prost::Message::encode_to_vec(&error);
        let status = Status::with_details(Code::InvalidArgument, error.message, details.into());
        status.get_details_bad_request().unwrap().field_violations.into_iter().map(|v| v.field).collect()
    };
    let wrong = ["alert.alert_id", "alert.shadow_sample_rate", "alert.features.top10_concentration"];
    assert_eq!(fields(&answers[0]), wrong.map(String::from).into());
    assert_eq!(fields(&answers[1]), ["alert".to_owned()].into());
    assert_eq!(answers[2].error, None);
    server.stop().await;
}

#[tokio::test]
async fn a_stream_that_broke_off_is_sent_again_and_every_alert_is_there_once() {
    let server = Server::on_sqlite().await;
    let requests = numbered((0..600).map(alert));
    let mut client = server.another_client().await;
    let mut stream = client.record_alerts(tokio_stream::iter(requests.clone())).await.unwrap().into_inner();
    let mut answered = Vec::new();
    while answered.len() < 100 {
        answered.push(stream.message().await.unwrap().unwrap().alert_id);
    }
    drop((stream, client));
    let again = answers(&server, requests.clone()).await;
    assert_eq!(again.len(), requests.len());
    assert!(again.iter().all(|answer| answer.error.is_none()));
    let duplicates: HashSet<_> = again.iter().filter(|answer| answer.duplicate).map(|a| a.alert_id.clone()).collect();
    assert!(answered.iter().all(|id| duplicates.contains(id)), "what was answered was durable");
    let mut client = server.client.clone();
    let listed = client.list_alerts(ListAlertsRequest { page_size: 1_000, ..Default::default() }).await;
    assert_eq!(listed.unwrap().into_inner().alerts.len(), requests.len());
    server.stop().await;
}

#[tokio::test]
async fn the_first_of_one_id_is_recorded_and_the_stream_agrees_with_the_single_call() {
    let server = Server::on_sqlite().await;
    let first = alert(1);
    let other = Alert { alert_id: first.alert_id.clone(), ..alert(2) };
    let requests = numbered((0..400).flat_map(|_| [first.clone(), other.clone()]));
    let answers = answers(&server, requests).await;
    assert!(!answers[0].duplicate && answers[0].error.is_none());
    for answer in &answers[1..] {
        if answer.sequence % 2 == 0 {
            assert!(answer.duplicate, "{answer:?}");
        } else {
            assert_eq!(answer.error.as_ref().unwrap().code, Code::AlreadyExists as i32);
        }
    }
    let request = RecordAlertRequest { alert: Some(first), trust_recorded_peak: false };
    assert!(server.client.clone().record_alert(request).await.unwrap().into_inner().duplicate);
    server.stop().await;
}

#[tokio::test]
async fn a_shutdown_answers_what_was_read_and_says_that_it_was_one() {
    let server = Server::on_sqlite().await;
    let (requests, receiver) = mpsc::channel(64);
    let mut client = server.client.clone();
    let mut stream = client.record_alerts(ReceiverStream::new(receiver)).await.unwrap().into_inner();
    // Never an end of its own.
    let sending = tokio::spawn(async move {
        for (sequence, alert) in (0..).zip((0..).map(alert)) {
            let request = RecordAlertsRequest { sequence, alert: Some(alert), trust_recorded_peak: false };
            if requests.send(request).await.is_err() {
                return;
            }
        }
    });
    let mut answered = vec![stream.message().await.unwrap().unwrap()];
    server.stopping.cancel();
    let end = loop {
        match stream.message().await {
            Ok(answer) => answered.push(answer.expect("no end without a word")),
            Err(status) => break status,
        }
    };
    assert_eq!(end.code(), Code::Unavailable);
    assert_eq!(end.get_details_error_info().unwrap().reason, Reason::ShuttingDown.name());
    assert!(end.get_details_retry_info().is_some());
    assert!((0..).zip(&answered).all(|(sequence, answer)| answer.sequence == sequence));
    for answer in &answered {
        assert!(is_recorded(&server, &answer.alert_id).await);
    }
    sending.await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_restart_of_the_database_is_waited_out() {
    let cluster = Cluster::own().await.unwrap();
    let database = cluster.database().await.unwrap();
    let mut options = ConnectOptions::from(database.url());
    options.acquire_timeout = Duration::from_millis(500);
    let server = Server::on(options, 1.0).await;
    let (requests, receiver) = mpsc::channel(1);
    let mut client = server.client.clone();
    let mut stream = client.record_alerts(ReceiverStream::new(receiver)).await.unwrap().into_inner();
    let mut alerts = numbered((0..2).map(alert)).into_iter();
    requests.send(alerts.next().unwrap()).await.unwrap();
    stream.message().await.unwrap().unwrap();
    cluster.stop().await.unwrap();
    requests.send(alerts.next().unwrap()).await.unwrap();
    cluster.start().await.unwrap();
    let answer = stream.message().await.unwrap().unwrap();
    assert_eq!((answer.sequence, answer.error), (1, None));
    drop(requests);
    server.stop().await;
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_the_stream_after_the_answers_to_those_before_it() {
    let server = Server::on_sqlite().await;
    let mut requests = numbered((0..3).map(alert));
    requests[2].alert.as_mut().unwrap().config_revision = "x".repeat(5 * 1_024 * 1_024);
    let mut client = server.client.clone();
    let mut stream = client.record_alerts(tokio_stream::iter(requests)).await.unwrap().into_inner();
    for sequence in 0..2 {
        assert_eq!(stream.message().await.unwrap().unwrap().sequence, sequence);
    }
    let end = stream.message().await.unwrap_err();
    assert_eq!(end.code(), Code::ResourceExhausted);
    assert_eq!(end.get_details_error_info().unwrap().reason, Reason::MessageTooLarge.name());
    server.stop().await;
}
