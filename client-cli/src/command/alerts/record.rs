//! `perfctl alerts record`: one alert, from flags or JSON.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use clap::Args;
use domain::nearest::nearest;
use perftrack::v1::{Alert, AlertDecision, AlertFeatures, Quote, RecordAlertRequest, Token};
use prost_types::value::Kind;

use crate::call::request;
use crate::command::Session;
use crate::connect::Service;
use crate::contract;
use crate::failure::{Outcome, usage};
use crate::print::paint;
use crate::window::{moment, timestamp};

/// Arguments of `perfctl alerts record`.
#[derive(Clone, Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct RecordArgs {
    /// The alert as JSON, @FILE, or - for stdin; flags go before what it says.
    #[arg(value_name = "JSON|@FILE|-")]
    pub alert: Option<String>,
    /// The token's mint address: 32 bytes in base58.
    #[arg(long, value_name = "ADDRESS")]
    pub token: Option<String>,
    /// The token's name.
    #[arg(long)]
    pub name: Option<String>,
    /// The token's symbol.
    #[arg(long)]
    pub symbol: Option<String>,
    /// A UUID that makes a retry safe. Without it the tracker makes one.
    #[arg(long, value_name = "UUID")]
    pub alert_id: Option<String>,
    /// When the bot raised it. Without it, now.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub alerted_at: Option<DateTime<Utc>>,
    /// The price as the bot saw it, in USD per token.
    #[arg(long, value_name = "USD")]
    pub price: Option<f64>,
    /// The market capitalisation as the bot saw it.
    #[arg(long, value_name = "USD")]
    pub market_cap: Option<f64>,
    /// The liquidity as the bot saw it.
    #[arg(long, value_name = "USD")]
    pub liquidity: Option<f64>,
    /// The volume of the last 24 hours as the bot saw it.
    #[arg(long, value_name = "USD")]
    pub volume_24h: Option<f64>,
    /// Why it passed, such as final_score=8, smart_money_involved=true, dex_name=raydium. May be repeated.
    #[arg(long = "feature", short, value_name = "NAME=VALUE")]
    pub features: Vec<String>,
    /// A feature of the bot's own: true, false, a number or text. May be repeated.
    #[arg(long = "extra", value_name = "NAME=VALUE")]
    pub extras: Vec<String>,
    /// Kept and shown, never analysed. May be repeated.
    #[arg(long = "annotation", value_name = "NAME=TEXT")]
    pub annotations: Vec<String>,
    /// The revision of the bot's config in force.
    #[arg(long, value_name = "REVISION")]
    pub config_revision: Option<String>,
    /// The filters turned it away; it is followed all the same. The value is the share of such tokens that are sent.
    #[arg(long, value_name = "SHARE", num_args = 0..=1, default_missing_value = "1")]
    pub shadow: Option<f64>,
}

/// Sends and shows.
///
/// # Errors
/// Why the alert cannot be read, or what the call came to.
pub async fn run(session: &Session, args: RecordArgs) -> Outcome {
    let request = RecordAlertRequest { alert: Some(args.alert()?), trust_recorded_peak: false };
    let answer = session.services.tracking().await?.record_alert(request).await;
    let answer = session.services.answer(Service::Tracking, "RecordAlert", answer)?;
    session.output.answer(&answer, "RecordAlertResponse", |_| {
        let what = match (answer.duplicate, answer.sampled_out) {
            (true, _) => "was recorded before",
            (false, true) => "is a shadow alert outside of the tracker's sample: not recorded",
            (false, false) => "recorded",
        };
        format!("alert {} {what}\n", paint::name(&answer.alert_id))
    })
}

impl RecordArgs {
    fn alert(&self) -> Outcome<Alert> {
        if self.alert.is_none() && self.token.is_none() {
            return Err(usage("say what was alerted: --token ADDRESS, or the whole alert as JSON"));
        }
        let mut alert: Alert = match &self.alert {
            Some(given) => request::message(given, "Alert")?,
            None => Alert::default(),
        };
        let token = alert.token.get_or_insert_with(Token::default);
        replace(&mut token.address, &self.token);
        replace(&mut token.name, &self.name);
        replace(&mut token.symbol, &self.symbol);
        replace(&mut alert.alert_id, &self.alert_id);
        replace(&mut alert.config_revision, &self.config_revision);
        if let Some(moment) = self.alerted_at {
            alert.alerted_at = Some(timestamp(moment));
        }
        if let Some(rate) = self.shadow {
            alert.decision = AlertDecision::Shadow.into();
            alert.shadow_sample_rate = Some(rate);
        }
        self.add_entry(&mut alert);
        if !self.features.is_empty() {
            let given = alert.features.take().unwrap_or_default();
            alert.features = Some(features(given, &self.features)?);
        }
        for text in &self.extras {
            let (name, value) = pair(text)?;
            alert.extra.insert(name.to_owned(), scalar(value));
        }
        for text in &self.annotations {
            let (name, value) = pair(text)?;
            alert.annotations.insert(name.to_owned(), value.to_owned());
        }
        Ok(alert)
    }

    fn add_entry(&self, alert: &mut Alert) {
        let mut entry = alert.entry.unwrap_or_default();
        for (field, flag) in [
            (&mut entry.price_usd, self.price),
            (&mut entry.market_cap_usd, self.market_cap),
            (&mut entry.liquidity_usd, self.liquidity),
            (&mut entry.volume_24h_usd, self.volume_24h),
        ] {
            *field = flag.or(*field);
        }
        if entry != Quote::default() {
            alert.entry = Some(entry);
        }
    }
}

fn replace(field: &mut String, flag: &Option<String>) {
    if let Some(value) = flag {
        field.clone_from(value);
    }
}

fn pair(text: &str) -> Outcome<(&str, &str)> {
    text.split_once('=').ok_or_else(|| usage(format!("expected NAME=VALUE, not \"{text}\"")))
}

/// As JSON would read it: true, false, a number, else text.
fn scalar(text: &str) -> prost_types::Value {
    let kind = match text {
        "true" => Kind::BoolValue(true),
        "false" => Kind::BoolValue(false),
        _ => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Kind::NumberValue(number),
            _ => Kind::StringValue(text.to_owned()),
        },
    };
    prost_types::Value { kind: Some(kind) }
}

/// Features by name, read as the contract has them.
fn features(given: AlertFeatures, texts: &[String]) -> Outcome<AlertFeatures> {
    let descriptor = contract::message("AlertFeatures")?;
    let mut values: BTreeMap<&str, serde_json::Value> = BTreeMap::new();
    for text in texts {
        let (name, value) = pair(text)?;
        let Some(field) = descriptor.get_field_by_name(name) else {
            let names: Vec<String> = descriptor.fields().map(|field| field.name().to_owned()).collect();
            let hint = nearest(name, names.iter().map(String::as_str))
                .map_or_else(|| format!("\nKnown: {}", names.join(", ")), |near| format!("; did you mean {near}?"));
            let own = "a feature of your own goes with --extra";
            return Err(usage(format!("there is no feature \"{name}\" ({own}){hint}")));
        };
        let value = match field.kind() {
            prost_reflect::Kind::String => serde_json::Value::from(value),
            // What is no JSON scalar is left as text, for the contract to say what it expects.
            _ => serde_json::from_str(value).unwrap_or_else(|_| value.into()),
        };
        values.insert(name, value);
    }
    let json = serde_json::to_string(&values).map_err(|error| usage(error.to_string()))?;
    let flags: AlertFeatures = request::message(&json, "AlertFeatures")?;
    // Fields of the later message replace those of the earlier one: that is what merging encoded messages does.
    let merged = [prost::Message::encode_to_vec(&given), prost::Message::encode_to_vec(&flags)].concat();
    prost::Message::decode(merged.as_slice()).map_err(|error| usage(error.to_string()))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: RecordArgs,
    }

    fn alert(arguments: &[&str]) -> Outcome<Alert> {
        Line::try_parse_from([&["record"], arguments].concat()).unwrap().args.alert()
    }

    #[test]
    fn flags_go_before_json() {
        let json = r#"{"token": {"address": "A", "symbol": "OLD"}, "features": {"final_score": 7, "lp_locked": true}}"#;
        let alert = alert(&[json, "--symbol", "NEW", "-f", "final_score=9", "--price", "0.5"]).unwrap();
        assert_eq!(alert.token.unwrap().symbol, "NEW");
        let features = alert.features.unwrap();
        assert_eq!((features.final_score, features.lp_locked), (Some(9), Some(true)));
        assert_eq!(alert.entry.unwrap().price_usd, Some(0.5));
    }

    #[test]
    fn features_are_read_by_their_kind() {
        let alert = alert(&["--token", "A", "-f", "dex_name=42", "--extra", "x=1.5", "--extra", "y=true"]).unwrap();
        assert_eq!(alert.features.unwrap().dex_name.as_deref(), Some("42"));
        assert_eq!(alert.extra["x"].kind, Some(Kind::NumberValue(1.5)));
        assert_eq!(alert.extra["y"].kind, Some(Kind::BoolValue(true)));
    }

    #[test]
    fn an_unknown_feature_is_answered_with_the_nearest_known() {
        let error = alert(&["--token", "A", "-f", "final_scor=9"]).unwrap_err();
        assert!(error.to_string().contains("did you mean final_score?"), "{error}");
        assert_eq!(format!("{:?}", error.exit_code()), format!("{:?}", std::process::ExitCode::from(2)));
        assert!(alert(&["--token", "A", "-f", "final_score=high"]).is_err());
    }
}
