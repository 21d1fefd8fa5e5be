//! One alert: why it passed, what became of it, and what is kept beside it.

use perftrack::v1::{Alert, AlertDecision, EntrySource, GetAlertResponse, Outcome};
use prost_reflect::{DynamicMessage, ReflectMessage, Value};
use prost_types::value::Kind;

use super::outcome;
use crate::contract;
use crate::print::number::{self, money, percent, price};
use crate::print::text::{hanging, tame};
use crate::print::{paint, time};

/// The whole alert. `prices` are the lines of [`super::prices`].
#[must_use]
pub fn show(answer: &GetAlertResponse, prices: &str, width: Option<usize>) -> String {
    let alert = answer.alert.clone().unwrap_or_default();
    let mut text = identity(&alert, answer.recorded_at.as_ref(), width);
    text += &format!("\n{}\n", paint::strong("Why it passed"));
    text += &reasons(&alert, width);
    text += &format!("\n{}\n", paint::strong("Market at the alert"));
    let entry = alert.entry.unwrap_or_default();
    text += &lines(
        width,
        &[
            ("price", price(entry.price_usd)),
            ("market cap", money(entry.market_cap_usd)),
            ("liquidity", money(entry.liquidity_usd)),
            ("volume 24 h", money(entry.volume_24h_usd)),
        ],
    );
    if let Some(became) = &answer.outcome {
        text += &format!("\n{}  {}\n", paint::strong("What became of it"), outcome::label_and_status(became));
        text += prices;
        text += &lines(width, &became_of(&alert, became));
    }
    if !alert.annotations.is_empty() {
        text += &format!("\n{}  {}\n", paint::strong("Annotations"), paint::faint("kept and shown, not analysed"));
        let notes: Vec<(&str, String)> =
            alert.annotations.iter().map(|(key, value)| (key.as_str(), paint::faint(&tame(value)))).collect();
        text += &lines(width, &notes);
    }
    text
}

fn identity(alert: &Alert, recorded_at: Option<&prost_types::Timestamp>, width: Option<usize>) -> String {
    let token = alert.token.clone().unwrap_or_default();
    let (symbol, name) = (tame(&token.symbol), tame(&token.name));
    let title = match (symbol.is_empty(), name.is_empty() || name == symbol) {
        (false, false) => format!("{}  {name}", paint::strong(&symbol)),
        (false, true) => paint::strong(&symbol),
        (true, false) => paint::strong(&name),
        (true, true) => paint::strong("unnamed token"),
    };
    let chain = if token.chain.is_empty() { "solana" } else { &token.chain };
    let decision = match alert.decision() {
        AlertDecision::Shadow => {
            let rate = alert.shadow_sample_rate.map(|rate| format!(", {} of such", number::share(Some(rate))));
            format!("shadow: the filters turned it away{}", rate.unwrap_or_default())
        }
        AlertDecision::Alerted | AlertDecision::Unspecified => String::new(),
    };
    let imported = alert.tracking_window.as_ref();
    let mut facts = vec![
        ("alert", paint::name(&alert.alert_id)),
        ("token", format!("{} {}", tame(&token.address), paint::faint(&format!("on {}", tame(chain))))),
        ("alerted", time::second(alert.alerted_at.as_ref())),
        ("recorded", time::second(recorded_at)),
        ("decision", decision),
        ("config", tame(&alert.config_revision)),
        (
            "imported",
            imported.map_or_else(String::new, |window| format!("followed for {}", time::duration(Some(window)))),
        ),
    ];
    facts.retain(|(_, value)| !value.is_empty());
    format!("{title}\n{}", lines(width, &facts))
}

/// The features that are known, the bot's own, and the names of those that are not.
fn reasons(alert: &Alert, width: Option<usize>) -> String {
    let mut known: Vec<(String, String)> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    for (name, value) in features(alert) {
        match value {
            Some(value) => known.push((name, value)),
            None => unknown.push(name),
        }
    }
    known.extend(alert.extra.iter().map(|(name, value)| (format!("extra.{name}"), scalar(value))));
    let known: Vec<(&str, String)> = known.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let mut text = lines(width, &known);
    if !unknown.is_empty() {
        text += &(paint::faint(&hanging("  unknown: ", &unknown.join(", "), width)) + "\n");
    }
    text
}

/// Every feature of the contract, in its order, with its value where it is known.
fn features(alert: &Alert) -> Vec<(String, Option<String>)> {
    let Some(message) = dynamic(alert) else { return Vec::new() };
    let descriptor = message.descriptor();
    let value = |field: &prost_reflect::FieldDescriptor| {
        message.has_field(field).then(|| written(field.name(), &message.get_field(field)))
    };
    descriptor.fields().map(|field| (field.name().to_owned(), value(&field))).collect()
}

fn dynamic(alert: &Alert) -> Option<DynamicMessage> {
    use prost::Message;
    let features = alert.features.clone().unwrap_or_default();
    let descriptor = contract::message("AlertFeatures").ok()?;
    DynamicMessage::decode(descriptor, features.encode_to_vec().as_slice()).ok()
}

/// A feature's value with the unit that its name says.
fn written(name: &str, value: &Value) -> String {
    match value {
        Value::Bool(flag) => yes_no(*flag),
        Value::String(text) => tame(text),
        Value::I32(whole) => number::count(*whole),
        Value::F64(amount) if name == "sol_price_usd" => price(Some(*amount)),
        Value::F64(amount) if name.ends_with("_pnl") || name.ends_with("_usd") => money(Some(*amount)),
        Value::F64(part) if name.ends_with("_percent") || name.ends_with("_concentration") => {
            number::share(Some(part / 100.0))
        }
        Value::F64(minutes) if name.ends_with("_minutes") => time::length((minutes * 60.0).round() as i64),
        Value::F64(other) => number::scaled(*other),
        other => other.to_string(),
    }
}

fn scalar(value: &prost_types::Value) -> String {
    match &value.kind {
        Some(Kind::BoolValue(flag)) => yes_no(*flag),
        Some(Kind::NumberValue(number)) => number.to_string(),
        Some(Kind::StringValue(text)) => tame(text),
        _ => number::UNKNOWN.to_owned(),
    }
}

fn yes_no(flag: bool) -> String {
    if flag { paint::good("yes") } else { paint::bad("no") }
}

fn became_of(alert: &Alert, became: &Outcome) -> Vec<(&'static str, String)> {
    let since_alert = |moment: Option<&prost_types::Timestamp>| {
        time::after(alert.alerted_at.as_ref(), moment).map_or_else(String::new, |length| format!(" after {length}"))
    };
    let signed = |value: Option<f64>| paint::by_sign(value, &percent(value));
    let source = match became.entry_source() {
        EntrySource::Observed => format!("observed{}", since_alert(became.entry_at.as_ref())),
        EntrySource::Quoted => "as the bot quoted it".to_owned(),
        EntrySource::Unspecified => String::new(),
    };
    let gap = match (became.entry_gap_pct, became.entry_source()) {
        (Some(gap), EntrySource::Observed) => {
            format!("; the bot quoted {} ({} apart)", price(became.quoted_price_usd), percent(Some(gap)))
        }
        _ => String::new(),
    };
    let rug = match became.is_rug {
        Some(true) => format!(
            "{}{}{}",
            paint::bad(outcome::rug_reason(became.rug_reason())),
            since_alert(became.rug_at.as_ref()),
            if became.rug_after_pump == Some(true) { ", after a pump" } else { "" },
        ),
        Some(false) if became.rug_hit_at.is_some() => {
            format!("no; it looked like one{} and recovered", since_alert(became.rug_hit_at.as_ref()))
        }
        Some(false) => "no".to_owned(),
        None => number::UNKNOWN.to_owned(),
    };
    let flags: Vec<&str> = [
        (became.round_trip, "round trip: doubled and came back"),
        (became.is_dead, "died slowly"),
        (became.fell_80, "fell more than 80 % below entry"),
    ]
    .into_iter()
    .filter_map(|(flag, words)| (flag == Some(true)).then_some(words))
    .collect();
    let seen = match became.coverage {
        Some(coverage) => format!(", {} of the expected", number::share(Some(coverage))),
        None => String::new(),
    };
    let dropped = match became.held_dropped {
        0 => String::new(),
        dropped => format!(", {} implausible and dropped", number::count(dropped)),
    };
    let assumed = if became.exit_liquidity_assumed { ", liquidity assumed" } else { "" };
    let exit = match became.exit_return_pct {
        None => number::UNKNOWN.to_owned(),
        some => format!(
            "{}  {}{}{assumed}",
            signed(some),
            outcome::exit_reason(became.exit_reason()),
            since_alert(became.exit_at.as_ref())
        ),
    };
    let peak = match (became.peak_price_usd, became.max_gain_pct) {
        (None, None) => number::UNKNOWN.to_owned(),
        (at, gain) => format!("{}  {}{}", price(at), signed(gain), since_alert(became.peak_at.as_ref())),
    };
    let mut facts = vec![
        ("entry", format!("{}  {source}{gap}", price(became.entry_price_usd))),
        ("peak", peak),
        ("peak market cap", money(became.peak_market_cap_usd)),
        (
            "drawdown",
            format!(
                "{} from entry, {} from the peak",
                percent(became.max_drawdown_pct),
                percent(became.drawdown_from_peak_pct)
            ),
        ),
        (
            "return",
            format!(
                "1 h {}   6 h {}   24 h {}",
                signed(became.return_1h_pct),
                signed(became.return_6h_pct),
                signed(became.return_24h_pct)
            ),
        ),
        ("last price", format!("{}{}", price(became.last_price_usd), since_alert(became.last_price_at.as_ref()))),
        ("net exit", exit),
        ("rug", rug),
        ("also", flags.join("; ")),
        ("observations", format!("{}{seen}{dropped}", number::count(became.snapshot_count))),
        ("rules", rules(became)),
    ];
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn rules(became: &Outcome) -> String {
    let approximate = if became.approximate { ", replayed from 5-minute bars: approximate" } else { "" };
    format!("policy v{}{approximate}", became.policy_version)
}

/// Names and values in two columns.
fn lines(width: Option<usize>, facts: &[(&str, String)]) -> String {
    let widest = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max(12);
    facts.iter().fold(String::new(), |text, (name, value)| {
        let label = format!("  {}  ", paint::faint(&format!("{name:widest$}")));
        text + hanging(&label, value, width).trim_end() + "\n"
    })
}
