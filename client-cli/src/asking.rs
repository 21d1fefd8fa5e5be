//! A question to AnalysisService, with its progress on stderr while it is worked on.

use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use perftrack::v1::ask_request::Question;
use perftrack::v1::ask_response::Message;
use perftrack::v1::{AskRequest, Progress};

use crate::command::Session;
use crate::connect::Service;
use crate::failure::{Failure, Outcome};

/// Asks, shows how far the work is, and returns the answer: the last message. Interrupted, it ends the work too.
///
/// # Errors
/// What the call came to, or that nothing was heard for as long as the session waits.
pub async fn ask(session: &Session, method: &str, question: Question) -> Outcome<Message> {
    let failure = |status| session.services.failure(Service::Analysis, method, &status);
    let request = AskRequest { question: Some(question) };
    let mut answers = session.services.analysis().await?.ask(request).await.map_err(failure)?.into_inner();
    let bar = Bar::hidden();
    loop {
        let silence = session.services.timeout();
        let next = tokio::time::timeout(silence, answers.next()).await.map_err(|_| {
            Failure::Other(anyhow::anyhow!(
                "AnalysisService.{method} said nothing for {}; wait longer with --timeout, or narrow the question with \
                 --since or --filter",
                humantime::format_duration(silence)
            ))
        })?;
        match next.transpose().map_err(failure)?.and_then(|answer| answer.message) {
            Some(Message::Progress(progress)) => bar.show(&progress),
            Some(answer) => return Ok(answer),
            None => return Err(broken_off(method)),
        }
    }
}

/// The stream ended, or answered another question.
#[must_use]
pub fn broken_off(method: &str) -> Failure {
    Failure::Other(anyhow::anyhow!("AnalysisService.{method} ended without an answer; ask again"))
}

/// Cleared from the screen when dropped. Where stderr is no terminal, it shows nothing.
struct Bar(ProgressBar);

impl Bar {
    fn hidden() -> Self {
        Self(ProgressBar::no_length())
    }

    fn show(&self, progress: &Progress) {
        let template = match progress.total {
            Some(total) => {
                self.0.set_length(u64::try_from(total).unwrap_or(0));
                "{msg} {bar:32.cyan/dim} {human_pos}/{human_len}"
            }
            None if progress.done > 0 => "{spinner} {msg} {human_pos}",
            None => "{spinner} {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
        self.0.set_message(progress.stage.clone());
        self.0.set_position(u64::try_from(progress.done).unwrap_or(0));
        self.0.tick();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
