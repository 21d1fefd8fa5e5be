//! The pipeline by itself: simulated time passes when nobody has anything left to do.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::{StreamExt as _, stream};
use perftrack::v1::RecordAlertsRequest;
use sea_orm::DbErr;
use store::StoreError;
use tonic::Code;
use tonic_types::StatusExt as _;

use super::*;

/// Takes numbers in; a number is about the remainder by seven.
#[derive(Default)]
struct Numbers {
    takes: Duration,
    /// What is being written, batch by batch, and the most batches that ever were at once.
    writing: Arc<Mutex<(Vec<HashSet<u64>>, usize)>>,
    batches: Arc<Mutex<Vec<Vec<u64>>>>,
}

impl Intake for Numbers {
    type Request = RecordAlertsRequest;
    type Parsed = u64;
    type Answer = u64;
    type Key = u64;

    const MOST_ROWS: usize = 100;

    fn parse(&self, request: RecordAlertsRequest, _: Timestamp) -> Read<u64, u64> {
        match request.sequence {
            settled if settled % 10 == 3 => Read::Settled(settled),
            number => Read::ToWrite(number),
        }
    }

    fn keys(number: &u64) -> impl Iterator<Item = u64> + '_ {
        std::iter::once(number % 7)
    }

    fn rows(_: &u64) -> usize {
        1
    }

    async fn write(&self, numbers: Vec<u64>) -> Vec<u64> {
        let about: HashSet<u64> = numbers.iter().map(|number| number % 7).collect();
        {
            let (writing, most) = &mut *self.writing.lock().unwrap();
            assert!(writing.iter().all(|others| others.is_disjoint(&about)), "two batches about the same at once");
            writing.push(about.clone());
            *most = writing.len().max(*most);
        }
        tokio::time::sleep(self.takes).await;
        self.writing.lock().unwrap().0.retain(|batch| *batch != about);
        self.batches.lock().unwrap().push(numbers.clone());
        numbers
    }
}

fn ingest(stop: &CancellationToken) -> Ingest {
    Ingest::new(Clock::system(), EngineKind::Postgres, stop.clone())
}

fn requests(
    numbers: impl Iterator<Item = u64> + Send + 'static,
) -> impl Stream<Item = Result<RecordAlertsRequest, Status>> + Unpin {
    stream::iter(numbers.map(|sequence| Ok(RecordAlertsRequest { sequence, ..RecordAlertsRequest::default() })))
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_reads_no_answers_is_stopped_by_the_room() {
    let sent = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&sent);
    let numbers = (0..).inspect(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let mut answers = ingest(&CancellationToken::new()).take_in(Numbers::default(), requests(numbers)).unwrap();
    // One more waits at the door.
    for read in [1, 2, 50] {
        for _ in 0..read {
            answers.next().await.unwrap().unwrap();
        }
        let taken = sent.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(sent.load(Ordering::Relaxed) >= taken);
    }
    assert_eq!(sent.load(Ordering::Relaxed), u64::from(ROOM_KIB) + 1 + 53);
}

#[tokio::test(start_paused = true)]
async fn answers_keep_the_order_and_what_is_about_the_same_is_never_written_at_once() {
    let writing = Arc::default();
    let numbers = Numbers { takes: Duration::from_millis(5), writing: Arc::clone(&writing), ..Numbers::default() };
    // Runs about one thing, which can be written beside another's.
    let sent = (0..3_000_u64).map(|number| number / 40 * 7 + number % 40 * 700 + number / 40 % 7);
    let expected: Vec<u64> = sent.clone().collect();
    let answers = ingest(&CancellationToken::new()).take_in(numbers, requests(sent)).unwrap();
    let answered: Vec<u64> = answers.map(Result::unwrap).collect().await;
    assert_eq!(answered, expected);
    assert!(writing.lock().unwrap().1 <= 2);
}

#[tokio::test(start_paused = true)]
async fn what_arrives_meanwhile_goes_together_and_nobody_waits_for_company() {
    let batches = Arc::default();
    let numbers = Numbers { takes: Duration::from_millis(5), batches: Arc::clone(&batches), ..Numbers::default() };
    let (sender, receiver) = mpsc::unbounded_channel();
    let mut answers =
        ingest(&CancellationToken::new()).take_in(numbers, UnboundedReceiverStream::new(receiver)).unwrap();
    let send = |sequence| sender.send(Ok(RecordAlertsRequest { sequence, ..RecordAlertsRequest::default() })).unwrap();
    send(0);
    assert_eq!(answers.next().await.unwrap().unwrap(), 0);
    // All about the same, so that they wait for the first.
    (1..=250).map(|number| number * 70).for_each(send);
    drop(sender);
    assert_eq!(answers.count().await, 250);
    let sizes: Vec<usize> = batches.lock().unwrap().iter().map(Vec::len).collect();
    assert_eq!(sizes[0], 1);
    assert!(sizes.len() <= 5 && sizes.iter().all(|size| *size <= 100), "{sizes:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_a_stream_after_the_answers_to_what_was_read() {
    let stop = CancellationToken::new();
    let (sender, receiver) = mpsc::unbounded_channel();
    let numbers = Numbers { takes: Duration::from_secs(1), ..Numbers::default() };
    let mut answers = ingest(&stop).take_in(numbers, UnboundedReceiverStream::new(receiver)).unwrap();
    for sequence in 0..20 {
        sender.send(Ok(RecordAlertsRequest { sequence, ..RecordAlertsRequest::default() })).unwrap();
    }
    // Read by then, and not yet written.
    tokio::time::sleep(Duration::from_millis(10)).await;
    stop.cancel();
    for number in 0..20 {
        assert_eq!(answers.next().await.unwrap().unwrap(), number);
    }
    assert_eq!(answers.next().await.unwrap().unwrap_err().code(), Code::Unavailable);
    assert!(answers.next().await.is_none());
}

fn away() -> StoreError {
    StoreError::Unavailable { doing: "testing", source: DbErr::Custom("away".into()).into() }
}

#[tokio::test(start_paused = true)]
async fn a_moments_trouble_of_the_store_is_waited_out() {
    let tries = AtomicU64::new(0);
    let written = ingest(&CancellationToken::new())
        .write(3, |part| {
            let tried = tries.fetch_add(1, Ordering::Relaxed);
            async move { if tried < 3 { Err(away()) } else { Ok(part.collect::<Vec<_>>()) } }
        })
        .await;
    assert_eq!(written, [Ok(0), Ok(1), Ok(2)]);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_stays_away_is_told_to_each() {
    let began = tokio::time::Instant::now();
    let written = ingest(&CancellationToken::new()).write(2, |_| async { Err::<Vec<()>, _>(away()) }).await;
    assert!(began.elapsed() < Duration::from_secs(6));
    assert_eq!(written.len(), 2);
    for status in written {
        let status = status.unwrap_err();
        assert_eq!(Code::from(status.code), Code::Unavailable);
        assert!(status.details.iter().any(|detail| detail.type_url.ends_with("google.rpc.RetryInfo")));
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_store_refuses_for_good_keeps_no_other_out() {
    let refusing = |part: std::ops::Range<usize>| async move {
        if part.contains(&5) {
            return Err(StoreError::Refused { doing: "testing", source: DbErr::Custom("never".into()).into() });
        }
        Ok(part.collect::<Vec<_>>())
    };
    let written = ingest(&CancellationToken::new()).write(9, refusing).await;
    for (place, answer) in written.into_iter().enumerate() {
        match answer {
            Ok(item) => assert_eq!(item, place),
            Err(status) => assert_eq!((place, Code::from(status.code)), (5, Code::Internal)),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_stream_too_many_is_told_when_to_come_again() {
    let ingest = ingest(&CancellationToken::new());
    let open = || ingest.take_in(Numbers::default(), requests(std::iter::empty()));
    let mut streams: Vec<_> = (0..MOST_STREAMS).map(|_| open().unwrap()).collect();
    let refused = Status::from(open().err().unwrap());
    assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
    assert_eq!(refused.get_details_error_info().unwrap().reason, "TOO_MANY_STREAMS");
    assert!(refused.get_details_retry_info().unwrap().retry_delay.is_some());
    streams.pop();
    assert!(open().is_ok(), "the place of one that ended is free");
}
