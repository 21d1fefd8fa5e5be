//! `AnalysisService.Ask`: a question with its progress, then its answer.

use std::pin::Pin;
use std::time::Duration;

use futures::{FutureExt as _, Stream, StreamExt as _, stream};
use perftrack::v1::ask_request::Question;
use perftrack::v1::ask_response::Message;
use perftrack::v1::{self, AskRequest, AskResponse};
use service::status::{Rejection, Violations};
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tonic::Status;

use super::{Analysis, correlate, discover_patterns, recommend, simulate};
use crate::progress::{Progress, Watch};

/// How often the caller is told how far it is. What is answered sooner is answered without.
const EVERY: Duration = Duration::from_millis(200);

/// What the caller reads.
pub type Answers = Pin<Box<dyn Stream<Item = Result<AskResponse, Status>> + Send>>;

/// The stream drives the work: dropped, because the call ended, it ends the work too.
pub fn ask(service: Analysis, request: AskRequest) -> Result<Answers, Rejection> {
    let Some(question) = request.question else {
        let mut violations = Violations::new();
        violations.add("question", "is needed: correlate, discover_patterns, simulate or recommend");
        return violations.into_result().map(|()| stream::empty().boxed());
    };
    let watch = Watch::default();
    let told = told(&watch);
    let answer = async move {
        let _work = service.clock.work();
        let answer = answer(&service, question, &watch).await;
        answer.map(|message| AskResponse { message: Some(message) }).map_err(Status::from)
    };
    // The progress ends with the answer, which is the last message.
    let messages = stream::select(
        answer.into_stream().map(|answer| Event::Answer(Box::new(answer))).boxed(),
        told.map(Event::Progress).boxed(),
    );
    Ok(messages
        .scan(false, |is_answered, event| {
            let shown = match event {
                _ if *is_answered => None,
                Event::Progress(progress) => Some(Ok(message(progress))),
                Event::Answer(answer) => {
                    *is_answered = true;
                    Some(*answer)
                }
            };
            std::future::ready(shown)
        })
        .boxed())
}

enum Event {
    Progress(Progress),
    Answer(Box<Result<AskResponse, Status>>),
}

async fn answer(service: &Analysis, question: Question, watch: &Watch) -> Result<Message, Rejection> {
    Ok(match question {
        Question::Correlate(request) => Message::Correlate(correlate::correlate(service, request, watch).await?),
        Question::DiscoverPatterns(request) => {
            Message::DiscoverPatterns(discover_patterns::discover_patterns(service, request, watch).await?)
        }
        Question::Simulate(request) => Message::Simulate(simulate::simulate(service, request, watch).await?),
        Question::Recommend(request) => Message::Recommend(recommend::recommend(service, request, watch).await?),
    })
}

/// How far the work is, each time that [`EVERY`] has passed and something has changed.
fn told(watch: &Watch) -> impl Stream<Item = Progress> + Send + use<> {
    let mut ticks = tokio::time::interval_at(Instant::now() + EVERY, EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    stream::unfold((ticks, watch.follow()), next_told)
}

type Telling = (Interval, tokio::sync::watch::Receiver<Progress>);

async fn next_told((mut ticks, mut seen): Telling) -> Option<(Progress, Telling)> {
    ticks.tick().await;
    seen.changed().await.ok()?;
    let progress = *seen.borrow_and_update();
    Some((progress, (ticks, seen)))
}

fn message(progress: Progress) -> AskResponse {
    let count = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
    let Progress { stage, done, total } = progress;
    let progress = v1::Progress { stage: stage.to_owned(), done: count(done), total: total.map(count) };
    AskResponse { message: Some(Message::Progress(progress)) }
}
