//! Requests from JSON: an argument, `@FILE`, or `-` for stdin.

use std::io::{BufReader, Read};

use anyhow::Context;
use domain::nearest::nearest;
use prost::Message;
use prost_reflect::{DynamicMessage, MessageDescriptor};

use crate::contract;
use crate::failure::{Failure, Outcome, usage};

/// Where JSON comes from.
pub type Source = Box<dyn Read + Send>;

/// Opens what an argument names.
///
/// # Errors
/// When the file cannot be opened.
pub fn open(given: &str) -> Outcome<Source> {
    Ok(match given.strip_prefix('@') {
        Some(file) => Box::new(BufReader::new(
            std::fs::File::open(file).with_context(|| format!("opening the request in {file}"))?,
        )),
        None if given == "-" => Box::new(BufReader::new(std::io::stdin())),
        None => Box::new(std::io::Cursor::new(given.as_bytes().to_vec())),
    })
}

/// The one message of type `type_name` that an argument names.
///
/// # Errors
/// [`Failure::Usage`] when it is no such message.
pub fn message<M: Message + Default>(given: &str, type_name: &str) -> Outcome<M> {
    let mut messages = Messages::new(open(given)?, contract::message(type_name)?);
    let one =
        messages.next().transpose()?.ok_or_else(|| usage(format!("expected a {type_name} as JSON, found nothing")))?;
    messages.finish()?;
    M::decode(one.encode_to_vec().as_slice()).map_err(|error| usage(format!("reading a {type_name}: {error}")))
}

/// The JSON values of a source, one after the other, as messages.
pub struct Messages {
    json: serde_json::Deserializer<serde_json::de::IoRead<Source>>,
    descriptor: MessageDescriptor,
    failed: bool,
}

impl Messages {
    /// Reads `source` as messages of the type `descriptor`.
    #[must_use]
    pub fn new(source: Source, descriptor: MessageDescriptor) -> Self {
        Self { json: serde_json::Deserializer::from_reader(source), descriptor, failed: false }
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// [`Failure::Usage`] when something is.
    pub fn finish(mut self) -> Outcome {
        self.json
            .end()
            .map_err(|_| usage(format!("expected one {} as JSON, found more after it", self.descriptor.name())))
    }

    fn failure(&self, error: &serde_json::Error) -> Failure {
        if error.is_io() {
            return Failure::Other(anyhow::anyhow!("reading the request: {error}"));
        }
        usage(format!("this is no {} as JSON: {error}{}", self.descriptor.name(), self.hint(&error.to_string())))
    }

    /// `; did you mean …?` where a field is not known.
    fn hint(&self, error: &str) -> String {
        let unknown = error.split_once("unrecognized field name '").and_then(|(_, rest)| rest.split_once('\''));
        let Some((unknown, _)) = unknown else { return String::new() };
        let mut names = Vec::new();
        collect_names(&self.descriptor, &mut names, &mut Vec::new());
        nearest(unknown, names.iter().map(String::as_str))
            .map_or_else(String::new, |near| format!("; did you mean {near}?"))
    }
}

impl Iterator for Messages {
    type Item = Outcome<DynamicMessage>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.json.end().is_ok() {
            return None;
        }
        let message = DynamicMessage::deserialize(self.descriptor.clone(), &mut self.json);
        self.failed = message.is_err();
        Some(message.map_err(|error| self.failure(&error)))
    }
}

/// The names of all fields that a message of this type can have, at any depth.
fn collect_names(descriptor: &MessageDescriptor, names: &mut Vec<String>, seen: &mut Vec<String>) {
    if seen.iter().any(|name| name == descriptor.full_name()) {
        return;
    }
    seen.push(descriptor.full_name().to_owned());
    for field in descriptor.fields() {
        names.push(field.name().to_owned());
        if let prost_reflect::Kind::Message(inner) = field.kind() {
            collect_names(&inner, names, seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use perftrack::v1::{Alert, RecordPricesRequest};

    use super::*;

    #[test]
    fn a_request_comes_from_an_argument_or_a_file() {
        let alert: Alert = message(r#"{"alert_id": "x"}"#, "Alert").unwrap();
        assert_eq!(alert.alert_id, "x");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), r#"{"alertId": "y"}"#).unwrap();
        let alert: Alert = message(&format!("@{}", file.path().display()), "Alert").unwrap();
        assert_eq!(alert.alert_id, "y");
    }

    #[test]
    fn what_is_no_message_is_wrong_usage() {
        for (json, says) in [
            ("", "found nothing"),
            ("{} {}", "found more"),
            ("{", "EOF"),
            (r#"{"alert_idd": "x"}"#, "did you mean alert_id?"),
            (r#"{"features": {"smart_money": true}}"#, "did you mean smart_money_involved?"),
            (r#"{"entry": {"price_usd": "much"}}"#, "no Alert as JSON"),
        ] {
            let error = message::<Alert>(json, "Alert").unwrap_err();
            assert!(matches!(error, Failure::Usage(_)), "{json}");
            assert!(error.to_string().contains(says), "{json}: {error}");
        }
    }

    #[test]
    fn json_lines_are_a_message_each() {
        let source: Source = Box::new(std::io::Cursor::new("{\"sequence\": 1}\n\n{\"sequence\": \"2\"}\n"));
        let messages = Messages::new(source, contract::message("RecordPricesRequest").unwrap());
        let sequences: Vec<u64> = messages
            .map(|message| RecordPricesRequest::decode(message.unwrap().encode_to_vec().as_slice()).unwrap().sequence)
            .collect();
        assert_eq!(sequences, [1, 2]);
    }
}
