//! `perfctl alerts delete`: alerts that were recorded by mistake.

use clap::Args;
use perftrack::v1::{DeleteAlertRequest, DeleteAlertResponse};

use crate::cli::Format;
use crate::command::Session;
use crate::confirm::confirmed;
use crate::connect::Service;
use crate::contract;
use crate::failure::Outcome;
use crate::print::number::counted_noun;
use crate::print::paint;

/// Arguments of `perfctl alerts delete`.
#[derive(Clone, Debug, Args)]
pub struct DeleteArgs {
    /// The alerts' ids, as `perfctl alerts list` shows them.
    #[arg(value_name = "ALERT_ID", required = true)]
    pub alert_ids: Vec<String>,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
}

/// Asks the user, then the service; ends at the first that is refused.
///
/// # Errors
/// What a call came to.
pub async fn run(session: &Session, args: DeleteArgs) -> Outcome {
    let count = counted_noun(i64::try_from(args.alert_ids.len()).unwrap_or(i64::MAX), "alert");
    let question = format!("Forget {count} with outcome and events? The prices of the token stay.");
    if !confirmed(&session.output, args.yes, &question)? {
        session.output.remark("nothing was deleted\n");
        return Ok(());
    }
    let mut client = session.services.tracking().await?;
    for alert_id in args.alert_ids {
        let answer = client.delete_alert(DeleteAlertRequest { alert_id: alert_id.clone() }).await;
        let answer: DeleteAlertResponse = session.services.answer(Service::Tracking, "DeleteAlert", answer)?;
        match session.output.format {
            Format::Table | Format::Env => {
                session.output.text(&format!("alert {} deleted\n", paint::name(&alert_id)))?
            }
            Format::Json | Format::Jsonl => {
                session.output.text(&(contract::to_json(&answer, "DeleteAlertResponse")?.line()? + "\n"))?;
            }
        }
    }
    Ok(())
}
