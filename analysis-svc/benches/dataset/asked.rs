//! The four questions asked over gRPC, as a user asks them, of a history that is loaded.

use std::cell::Cell;
use std::time::{Duration, Instant};

use analysis_svc::config::AnalysisConfig;
use analysis_svc::synthetic::BEGIN;
use anyhow::Result;
use perftrack::v1::analysis_service_client::AnalysisServiceClient;
use perftrack::v1::{CorrelateRequest, DiscoverPatternsRequest, RecommendRequest, SimulateRequest, Window};
use service::clock::Clock;
use service::serve::Listener;
use store::Store;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use crate::memory::millis;

/// How often each is asked.
const TIMES: usize = 5;
/// The largest answer that is taken.
const ANSWER_BYTES: usize = 64 << 20;

type Client = AnalysisServiceClient<Channel>;

/// The milliseconds of each question: the first time on a revision, and the shortest of the next ones.
pub async fn measure(store: &Store) -> Result<Vec<(&'static str, f64)>> {
    let stop = CancellationToken::new();
    let listener = Listener::bind("127.0.0.1:0".parse()?).await?;
    let url = format!("http://{}", listener.address());
    let config = AnalysisConfig { dataset_refresh: Duration::ZERO, ..AnalysisConfig::default() };
    let serving =
        tokio::spawn(analysis_svc::serve::serve(config, store.clone(), Clock::system(), listener, stop.clone()));
    let channel = Channel::from_shared(url)?.connect().await?;
    let mut client = AnalysisServiceClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    // Loads the history, and nothing else.
    let none = CorrelateRequest { filter: "final_score > 1000000".to_owned(), ..CorrelateRequest::default() };
    client.correlate(none).await?;

    let half = CorrelateRequest { filter: "final_score >= 5".to_owned(), ..CorrelateRequest::default() };
    // Each time without some alerts more, as what rests on the same ones is kept.
    let asked = Cell::new(0);
    let window = || {
        asked.set(asked.get() + 1);
        let start = BEGIN.plus(Duration::from_mins(20 * asked.get())).micros() / 1_000_000;
        let start = Some(prost_types::Timestamp { seconds: start, nanos: 0 });
        CorrelateRequest { window: Some(Window { start, end: None }), ..CorrelateRequest::default() }
    };
    let set = [("MIN_LIQUIDITY_USD".to_owned(), "30000".to_owned())].into();
    let simulated = SimulateRequest { set, ..SimulateRequest::default() };
    let standing = CorrelateRequest::default();
    let mut figures = Vec::new();
    let [first, again] = timed(&mut client, async |client| client.correlate(standing.clone()).await.map(drop)).await?;
    figures.extend([("Correlate over gRPC, first of a revision, ms", first), ("the same again, ms", again)]);
    let [_, took] = timed(&mut client, async |client| client.correlate(window()).await.map(drop)).await?;
    figures.push(("Correlate, a window that holds nearly all, ms", took));
    let [_, took] = timed(&mut client, async |client| client.correlate(half.clone()).await.map(drop)).await?;
    figures.push(("Correlate, final_score >= 5, ms", took));
    let [first, again] = timed(&mut client, async |client| client.simulate(simulated.clone()).await.map(drop)).await?;
    figures.extend([("Simulate, first of a revision, ms", first), ("Simulate again, ms", again)]);
    let request = DiscoverPatternsRequest::default();
    let [first, _] =
        timed(&mut client, async |client| client.discover_patterns(request.clone()).await.map(drop)).await?;
    figures.push(("DiscoverPatterns, ms", first));
    let request = RecommendRequest::default();
    let [first, again] = timed(&mut client, async |client| client.recommend(request.clone()).await.map(drop)).await?;
    figures.extend([("Recommend, first of a revision, ms", first), ("Recommend again, ms", again)]);
    stop.cancel();
    serving.await??;
    Ok(figures)
}

/// The first time, and the shortest of the others.
async fn timed(client: &mut Client, ask: impl AsyncFn(&mut Client) -> Result<(), tonic::Status>) -> Result<[f64; 2]> {
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let begun = Instant::now();
        ask(client).await?;
        times.push(millis(begun.elapsed()));
    }
    let again = times[1..].iter().copied().fold(f64::INFINITY, f64::min);
    Ok([times[0], again])
}
