//! `perfctl watch`: what happens to alerts, as it happens.

use std::time::Duration;

use clap::{Args, ValueEnum};
use futures::StreamExt;
use perftrack::v1::{EventType, WatchEventsRequest, WatchEventsResponse};
use tonic::{Code, Status};

use super::Session;
use crate::cli::Format;
use crate::connect::Service;
use crate::contract;
use crate::failure::{Failure, Outcome};
use crate::print::number::counted_noun;
use crate::print::paint;
use crate::screen;

/// Arguments of `perfctl watch`.
#[derive(Clone, Debug, Args)]
pub struct WatchArgs {
    /// Only these; may be repeated, or separated by commas. Without it, all but new peaks.
    #[arg(long = "type", short, value_name = "TYPE", value_enum, value_delimiter = ',')]
    pub types: Vec<Type>,
    /// All of them, new peaks too.
    #[arg(long, conflicts_with = "types")]
    pub all: bool,
    /// Of which alerts, by their fields, such as 'final_score >= 8'.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    pub filter: String,
    /// Go on after this event, as `-o jsonl` shows it. Without it, from now on.
    #[arg(long, value_name = "CURSOR", default_value = "", hide_default_value = true)]
    pub cursor: String,
    /// End after so many events.
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// End when the connection is lost, instead of going on from the last event once the service is back.
    #[arg(long)]
    pub no_reconnect: bool,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Type {
    /// An alert was recorded.
    AlertRecorded,
    /// The price moved by more than 20 % within an hour.
    PriceMoved,
    /// A new highest price.
    NewPeak,
    /// A rug rule was fulfilled.
    RugDetected,
    /// The price recovered and the rug was taken back.
    RugCleared,
    /// The outcome was sealed.
    TrackingComplete,
}

/// How long it waits before it tries to reach the service again, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));

impl From<Type> for EventType {
    fn from(kind: Type) -> Self {
        match kind {
            Type::AlertRecorded => Self::AlertRecorded,
            Type::PriceMoved => Self::PriceMoved,
            Type::NewPeak => Self::NewPeak,
            Type::RugDetected => Self::RugDetected,
            Type::RugCleared => Self::RugCleared,
            Type::TrackingComplete => Self::TrackingComplete,
        }
    }
}

/// Shows events until there were enough, or for ever.
///
/// # Errors
/// What the call came to, other than a service that is away for a while.
pub async fn run(session: &Session, args: WatchArgs) -> Outcome {
    let mut watch = Watch { session, request: args.request(), left: args.count, away: false };
    let mut pause = PAUSES.0;
    let mut was_connected = false;
    loop {
        let before = watch.request.cursor.clone();
        let failure = match watch.follow(&mut was_connected).await {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        // A wrong address at the begin is a mistake; the same later is a restart.
        if args.no_reconnect || !was_connected || !is_away(&failure) {
            return Err(failure);
        }
        if !watch.away {
            watch.away = true;
            session.output.remark(&format!("{} the connection is lost; trying again …\n", paint::warn("…")));
        }
        pause = if watch.request.cursor == before { (pause * 2).min(PAUSES.1) } else { PAUSES.0 };
        tokio::time::sleep(pause).await;
    }
}

/// Whether the service may be back soon.
fn is_away(failure: &Failure) -> bool {
    match failure {
        Failure::Unreachable { .. } => true,
        Failure::Refused(refusal) => {
            matches!(refusal.code, Code::Unavailable | Code::Unknown | Code::Internal | Code::Cancelled | Code::Aborted)
        }
        _ => false,
    }
}

impl WatchArgs {
    fn request(&self) -> WatchEventsRequest {
        use Type::{AlertRecorded, PriceMoved, RugCleared, RugDetected, TrackingComplete};
        let types: &[Type] = match (self.all, self.types.as_slice()) {
            (true, _) => &[],
            (false, []) => &[AlertRecorded, PriceMoved, RugDetected, RugCleared, TrackingComplete],
            (false, types) => types,
        };
        WatchEventsRequest {
            types: types.iter().map(|kind| EventType::from(*kind).into()).collect(),
            filter: self.filter.clone(),
            cursor: self.cursor.clone(),
        }
    }
}

struct Watch<'a> {
    session: &'a Session,
    request: WatchEventsRequest,
    left: Option<u64>,
    away: bool,
}

impl Watch<'_> {
    /// Follows one connection; `Ok` when there were enough.
    async fn follow(&mut self, was_connected: &mut bool) -> Outcome {
        let session = self.session;
        let failure = |status: Status| session.services.failure(Service::Tracking, "WatchEvents", &status);
        let mut client = session.services.tracking().await?;
        let mut answers = client.watch_events(self.request.clone()).await.map_err(failure)?.into_inner();
        *was_connected = true;
        if std::mem::take(&mut self.away) {
            session.output.remark(&format!("{} connected again\n", paint::good("…")));
        }
        while let Some(answer) = answers.next().await {
            let answer = answer.map_err(failure)?;
            self.request.cursor.clone_from(&answer.cursor);
            self.show(&answer)?;
            if self.left == Some(0) {
                return Ok(());
            }
        }
        Err(failure(Status::unavailable("the service ended the stream")))
    }

    fn show(&mut self, answer: &WatchEventsResponse) -> Outcome {
        if answer.missed > 0 {
            let missed = counted_noun(answer.missed, "event");
            self.session.output.remark(&format!("{} {missed} missed: too slow to read them\n", paint::warn("…")));
        }
        let Some(event) = &answer.event else { return Ok(()) };
        self.left = self.left.map(|left| left.saturating_sub(1));
        match self.session.output.format {
            Format::Table | Format::Env => self.session.output.text(&screen::event::show(event)),
            Format::Json | Format::Jsonl => {
                self.session.output.text(&(contract::to_json(answer, "WatchEventsResponse")?.line()? + "\n"))
            }
        }
    }
}
