//! The contract as data: methods by name, and messages to and from JSON by their descriptors.

use std::sync::LazyLock;

use anyhow::Context;
use domain::nearest::nearest;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, MethodDescriptor, SerializeOptions};
use prost_types::FileDescriptorSet;
use serde::Serialize;

use crate::failure::{Failure, Outcome, usage};

/// The package of both services.
pub const PACKAGE: &str = "perftrack.v1";

static POOL: LazyLock<Result<DescriptorPool, String>> = LazyLock::new(|| {
    let mut pool = DescriptorPool::decode(perftrack::FILE_DESCRIPTOR_SET).map_err(|error| error.to_string())?;
    // The details of an item's error are messages of google.rpc, packed. Status itself is among ours.
    let details = FileDescriptorSet::decode(tonic_types::pb::FILE_DESCRIPTOR_SET).map_err(|error| error.to_string())?;
    let details = details.file.into_iter().filter(|file| file.name().ends_with("error_details.proto"));
    pool.add_file_descriptor_protos(details).map_err(|error| error.to_string())?;
    Ok(pool)
});

/// The descriptors of the contract and all that it imports.
///
/// # Errors
/// When the built-in descriptor set cannot be read: a mistake of the build.
pub fn pool() -> Outcome<&'static DescriptorPool> {
    POOL.as_ref()
        .map_err(|error| Failure::Other(anyhow::anyhow!("the built-in descriptor set cannot be read: {error}")))
}

/// Every method of the contract, in its order.
///
/// # Errors
/// As [`pool`].
pub fn methods() -> Outcome<Vec<MethodDescriptor>> {
    let services = pool()?.services().filter(|service| service.package_name() == PACKAGE);
    Ok(services.flat_map(|service| service.methods().collect::<Vec<_>>()).collect())
}

/// `TrackingService.GetAlert`.
#[must_use]
pub fn short_name(method: &MethodDescriptor) -> String {
    format!("{}.{}", method.parent_service().name(), method.name())
}

/// Finds a method by any of its names: `GetAlert`, `TrackingService.GetAlert`, `perftrack.v1.TrackingService/GetAlert`.
///
/// # Errors
/// [`Failure::Usage`] that names the nearest known one.
pub fn method(name: &str) -> Outcome<MethodDescriptor> {
    let methods = methods()?;
    let wanted = name.trim_matches('/').replace('/', ".");
    let found = methods.iter().find(|method| {
        let full = method.full_name();
        wanted.eq_ignore_ascii_case(full)
            || full.len() > wanted.len()
                && full.as_bytes()[full.len() - wanted.len() - 1] == b'.'
                && full.is_char_boundary(full.len() - wanted.len())
                && wanted.eq_ignore_ascii_case(&full[full.len() - wanted.len()..])
    });
    found.cloned().ok_or_else(|| {
        let short: Vec<String> = methods.iter().map(short_name).collect();
        let bare = methods.iter().map(|method| method.name().to_owned());
        let names: Vec<String> = short.iter().cloned().chain(bare).collect();
        let stripped = wanted.strip_prefix("perftrack.v1.").unwrap_or(&wanted);
        let hint = match nearest(stripped, names.iter().map(String::as_str)) {
            Some(near) => {
                let near = short.iter().find(|name| name.ends_with(near)).map_or(near, String::as_str);
                format!("; did you mean {near}?")
            }
            None => String::new(),
        };
        usage(format!("there is no RPC \"{name}\"{hint}\nKnown: {}", short.join(", ")))
    })
}

/// The descriptor of a message of the contract, by its name within the package.
///
/// # Errors
/// When the contract has no such message.
pub fn message(type_name: &str) -> Outcome<MessageDescriptor> {
    let full = format!("{PACKAGE}.{type_name}");
    let descriptor = pool()?.get_message_by_name(&full);
    Ok(descriptor.with_context(|| format!("the contract has no message {full}"))?)
}

/// A message as JSON values, ready to be written.
#[derive(Clone, Debug)]
pub struct Json(DynamicMessage);

/// The proto3 JSON mapping of a message with the field names of the proto files. What is absent and can be told from its
/// default is left out; empty lists, counts of 0 and false are written.
///
/// # Errors
/// When `type_name` is not of the contract.
pub fn to_json<M: Message>(message: &M, type_name: &str) -> Outcome<Json> {
    let message = DynamicMessage::decode(self::message(type_name)?, message.encode_to_vec().as_slice())
        .with_context(|| format!("reading a {type_name} by its descriptor"))?;
    Ok(Json(message))
}

impl From<DynamicMessage> for Json {
    fn from(message: DynamicMessage) -> Self {
        Self(message)
    }
}

impl Json {
    /// Indented, over many lines.
    ///
    /// # Errors
    /// When a value has no JSON (a timestamp beyond the year 9999).
    pub fn pretty(&self) -> Outcome<String> {
        self.write(serde_json::ser::PrettyFormatter::new())
    }

    /// On one line.
    ///
    /// # Errors
    /// As [`Json::pretty`].
    pub fn line(&self) -> Outcome<String> {
        self.write(serde_json::ser::CompactFormatter)
    }

    fn write(&self, formatter: impl serde_json::ser::Formatter) -> Outcome<String> {
        let mut bytes = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
        self.serialize(&mut serializer).context("writing a message as JSON")?;
        Ok(String::from_utf8(bytes).context("JSON is UTF-8")?)
    }
}

impl Serialize for Json {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let options = SerializeOptions::new().use_proto_field_name(true).skip_default_fields(false);
        self.0.serialize_with_options(serializer, &options)
    }
}

#[cfg(test)]
mod tests {
    use perftrack::v1::{AlertFeatures, ListAlertsResponse};

    use super::*;

    #[test]
    fn a_method_is_found_by_any_of_its_names() {
        for name in [
            "GetAlert",
            "getalert",
            "TrackingService.GetAlert",
            "TrackingService/GetAlert",
            "perftrack.v1.TrackingService.GetAlert",
            "/perftrack.v1.TrackingService/GetAlert",
        ] {
            assert_eq!(method(name).unwrap().full_name(), "perftrack.v1.TrackingService.GetAlert");
        }
    }

    #[test]
    fn an_unknown_method_is_answered_with_the_nearest_known() {
        for name in ["TrackingService.GetAlerts", "GetAlrt", "perftrack.v1.TrackingService/GetAler"] {
            let error = method(name).unwrap_err().to_string();
            assert!(error.contains("did you mean TrackingService.GetAlert?"), "{error}");
        }
        assert!(!method("xyz").unwrap_err().to_string().contains("did you mean"));
        assert!(method("").is_err());
        assert!(method("Alert").is_err());
    }

    #[test]
    fn json_has_the_names_of_the_proto_files_and_empty_lists() {
        let empty = to_json(&ListAlertsResponse::default(), "ListAlertsResponse").unwrap();
        assert_eq!(empty.line().unwrap(), r#"{"alerts":[],"next_page_token":""}"#);
        let features = AlertFeatures { smart_money_involved: Some(false), ..Default::default() };
        let json = to_json(&features, "AlertFeatures").unwrap();
        assert_eq!(json.line().unwrap(), r#"{"smart_money_involved":false}"#);
    }
}
