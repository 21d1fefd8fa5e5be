//! RecordPrices: batches are answered in their turn once they are durable and folded.

use std::time::Duration;

use domain::alert::AlertId;
use perftrack::v1::{PriceObservation, RecordAlertRequest, RecordPricesRequest, RecordPricesResponse};
use tonic::Code;

use crate::server::{Server, alert, now, price};

const TOKENS: u64 = 20;
const LOOKS: u64 = 100;

async fn answers(server: &Server, requests: Vec<RecordPricesRequest>) -> Vec<RecordPricesResponse> {
    let mut client = server.client.clone();
    let mut stream = client.record_prices(tokio_stream::iter(requests)).await.unwrap().into_inner();
    let mut answers = Vec::new();
    while let Some(answer) = stream.message().await.unwrap() {
        answers.push(answer);
    }
    answers
}

/// Alerts [`TOKENS`] tokens, two hours ago.
async fn alerted(server: &Server) -> Vec<AlertId> {
    let mut ids = Vec::new();
    for token in 0..TOKENS {
        let mut alert = alert(token);
        alert.alerted_at = Some(service::wire::timestamp_message(now().minus(Duration::from_hours(2))));
        let request = RecordAlertRequest { alert: Some(alert), trust_recorded_peak: false };
        let answer = server.client.clone().record_alert(request).await.unwrap().into_inner();
        ids.push(AlertId(answer.alert_id.parse().unwrap()));
    }
    ids
}

/// [`LOOKS`] at each token, a minute apart, oldest first.
fn prices() -> Vec<PriceObservation> {
    let look = |look| (0..TOKENS).map(move |token| (token, look));
    let at = |(token, look)| {
        let ago = Duration::from_secs(60 * (LOOKS + 10 - look));
        price(token, ago, 1e-4 * (1.0 + (look % 17) as f64 / 20.0))
    };
    (0..LOOKS).flat_map(look).map(at).collect()
}

fn batches(prices: &[PriceObservation], size: usize) -> Vec<RecordPricesRequest> {
    let request = |(sequence, some): (u64, &[_])| RecordPricesRequest { sequence, observations: some.to_vec() };
    (1..).zip(prices.chunks(size)).map(request).collect()
}

#[tokio::test]
async fn any_cut_into_batches_gives_the_same_outcomes_on_sqlite() {
    for size in [1, 7, 500] {
        taken_in(Server::on_sqlite().await, size).await;
    }
}

#[tokio::test]
async fn any_cut_into_batches_gives_the_same_outcomes_on_postgres() {
    for size in [3, 300] {
        let database = throwaway_postgres::database().await.unwrap();
        taken_in(Server::on(database.url().into(), 1.0).await, size).await;
    }
}

async fn taken_in(server: Server, size: usize) {
    let ids = alerted(&server).await;
    let requests = batches(&prices(), size);
    let first = answers(&server, requests.clone()).await;
    let sequences: Vec<u64> = first.iter().map(|answer| answer.sequence).collect();
    assert_eq!(sequences, requests.iter().map(|request| request.sequence).collect::<Vec<_>>());
    for (request, answer) in requests.iter().zip(&first) {
        assert_eq!((answer.accepted, answer.duplicates, answer.rejected), (request.observations.len() as i32, 0, 0));
    }
    for id in &ids {
        let refold = server.store.outcomes().refold(*id, &store::Rules::default()).await.unwrap().unwrap();
        assert_eq!(refold.stored.snapshot_count, LOOKS as i32);
        assert_eq!(refold.fresh, refold.stored);
    }
    let again = answers(&server, requests).await;
    assert!(again.iter().all(|answer| answer.duplicates == answer.accepted && answer.rejected == 0));
    server.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_some_is_told_by_their_places_and_the_others_are_taken() {
    let server = Server::on_sqlite().await;
    alerted(&server).await;
    let minute = Duration::from_secs(60);
    let good = price(1, minute, 1e-4);
    let observations = vec![
        good.clone(),
        PriceObservation { price_usd: f64::NAN, holder_count: Some(-1), ..good.clone() },
        price(1_000, minute, 1e-4),
        PriceObservation { price_usd: 2e-4, ..good.clone() },
        price(2, minute, 1e-4),
    ];
    let again = RecordPricesRequest { sequence: 2, observations: vec![good] };
    let answers = answers(&server, vec![RecordPricesRequest { sequence: 1, observations }, again]).await;
    assert_eq!((answers[0].accepted, answers[0].rejected), (2, 3));
    let codes: Vec<_> =
        answers[0].errors.iter().map(|error| (error.index, Code::from(error.status.as_ref().unwrap().code))).collect();
    let expected = [(1, Code::InvalidArgument), (2, Code::FailedPrecondition), (3, Code::AlreadyExists)];
    assert_eq!(codes, expected);
    assert_eq!((answers[1].accepted, answers[1].duplicates), (1, 1));
    server.stop().await;
}

#[tokio::test]
async fn a_price_of_an_unknown_token_is_refused_as_often_as_it_is_sent() {
    let server = Server::on_sqlite().await;
    let stray = price(1_000, Duration::from_secs(60), 1e-4);
    let request = |sequence| RecordPricesRequest { sequence, observations: vec![stray.clone(); 2] };
    for answer in answers(&server, (1..50).map(request).collect()).await {
        assert_eq!((answer.accepted, answer.rejected), (0, 2), "{answer:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_batch_of_too_many_is_refused_as_a_whole_and_the_stream_goes_on() {
    let server = Server::on_sqlite().await;
    alerted(&server).await;
    let good = price(1, Duration::from_secs(60), 1e-4);
    let request = |sequence, count| RecordPricesRequest { sequence, observations: vec![good.clone(); count] };
    let answers = answers(&server, vec![request(1, 5_001), request(2, 1), request(3, 0)]).await;
    assert_eq!(Code::from(answers[0].error.as_ref().unwrap().code), Code::InvalidArgument);
    assert_eq!((answers[0].accepted, answers[0].rejected), (0, 5_001));
    assert_eq!((answers[1].accepted, answers[1].rejected, &answers[1].error), (1, 0, &None));
    assert_eq!(answers[2], RecordPricesResponse { sequence: 3, ..RecordPricesResponse::default() });
    server.stop().await;
}
