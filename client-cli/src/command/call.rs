//! `perfctl call`: any RPC by name with JSON.

use clap::Args;
use futures::StreamExt;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::codegen::http::uri::PathAndQuery;

use super::Session;
use crate::call::codec::DynamicCodec;
use crate::call::comments;
use crate::call::request::{self, Messages};
use crate::cli::Format;
use crate::connect::Service;
use crate::contract::{self, Json};
use crate::failure::{Failure, Outcome, usage};
use crate::print::paint;
use crate::print::text::hanging;

/// Arguments of `perfctl call`.
#[derive(Clone, Debug, Args)]
pub struct CallArgs {
    /// The RPC, such as TrackingService.GetAlert or perftrack.v1.TrackingService/GetAlert. Without it: lists all.
    #[arg(value_name = "RPC")]
    pub rpc: Option<String>,
    /// The request as JSON, @FILE, or - for stdin; one object after the other where the RPC takes a stream. Without it,
    /// an empty request.
    #[arg(value_name = "JSON|@FILE|-")]
    pub request: Option<String>,
}

/// The largest answer that is read.
const LARGEST_ANSWER_BYTES: usize = 256 * 1024 * 1024;
/// How many requests of a stream wait to be sent.
const WAITING_REQUESTS: usize = 64;

/// Calls and shows.
///
/// # Errors
/// What the call came to, or why the request cannot be read.
pub async fn run(session: &Session, args: CallArgs) -> Outcome {
    let Some(rpc) = args.rpc else { return list(session) };
    let method = contract::method(&rpc)?;
    let given = args.request.as_deref().unwrap_or("{}");
    let mut messages = Messages::new(request::open(given)?, method.input());
    if !method.is_client_streaming() {
        // Read before anything is sent: a wrong request calls nobody.
        let message = messages
            .next()
            .transpose()?
            .ok_or_else(|| usage(format!("expected a {} as JSON, found nothing", method.input().name())))?;
        messages.finish()?;
        return converse(session, &method, futures::stream::iter([message])).await;
    }

    let (sender, receiver) = mpsc::channel(WAITING_REQUESTS);
    let reader = tokio::task::spawn_blocking(move || {
        for message in messages {
            if sender.blocking_send(message?).is_err() {
                break;
            }
        }
        Ok::<_, Failure>(())
    });
    converse(session, &method, ReceiverStream::new(receiver)).await?;
    // The service may end the stream before all is sent, with stdin still open: that is no failure.
    if reader.is_finished() { reader.await.map_err(|error| Failure::Other(error.into()))? } else { Ok(()) }
}

/// Sends the requests and shows the answers as they come.
async fn converse(
    session: &Session,
    method: &MethodDescriptor,
    requests: impl futures::Stream<Item = DynamicMessage> + Send + 'static,
) -> Outcome {
    let service =
        if method.parent_service().name() == Service::Analysis.name() { Service::Analysis } else { Service::Tracking };
    let failure = |status| session.services.failure(service, method.name(), &status);
    let channel = session.services.connect(service).await?;
    let mut client = tonic::client::Grpc::new(channel).max_decoding_message_size(LARGEST_ANSWER_BYTES);
    client.ready().await.map_err(|error| Failure::Other(error.into()))?;

    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let path = PathAndQuery::try_from(path).map_err(|error| Failure::Other(error.into()))?;
    let call = client.streaming(tonic::Request::new(requests), path, DynamicCodec::new(method.output()));
    let mut answers: Streaming<DynamicMessage> = call.await.map_err(failure)?.into_inner();
    let on_lines = method.is_server_streaming() || session.output.format == Format::Jsonl;
    while let Some(answer) = answers.next().await {
        let json = Json::from(answer.map_err(failure)?);
        session.output.text(&((if on_lines { json.line()? } else { json.pretty()? }) + "\n"))?;
    }
    Ok(())
}

/// All RPCs, with what the proto files say of them.
fn list(session: &Session) -> Outcome {
    let methods = contract::methods()?;
    let widest = methods.iter().map(|method| contract::short_name(method).len()).max().unwrap_or(0);
    let mut text = String::new();
    for method in &methods {
        let label = format!("{}  ", paint::name(&format!("{:widest$}", contract::short_name(method))));
        text += &(hanging(&label, &comments::of_method(method), session.output.width) + "\n");
    }
    session.output.text(&text)
}
