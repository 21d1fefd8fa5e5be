//! Something that happened, on one line.

use perftrack::v1::{Event, EventType};

use super::outcome;
use crate::print::number::percent;
use crate::print::text::{short_address, tame, token_label};
use crate::print::{paint, time};

/// `2026-10-07 16:20:14 UTC  MOON      moved +34.1 % within an hour  0192f0c1-…`.
#[must_use]
pub fn show(event: &Event) -> String {
    let what = match event.r#type() {
        EventType::AlertRecorded => paint::name("alerted"),
        EventType::PriceMoved => {
            paint::by_sign(event.change_pct, &format!("moved {} within an hour", percent(event.change_pct)))
        }
        EventType::NewPeak => paint::good(&format!("new peak, {} from entry", percent(event.change_pct))),
        EventType::RugDetected => paint::bad(&format!("RUG: {}", outcome::rug_reason(event.rug_reason()))),
        EventType::RugCleared => paint::good("no rug after all: the price recovered"),
        EventType::TrackingComplete => format!("sealed: {}", outcome::status(event.status())),
        EventType::Unspecified => "something happened that this perfctl does not know".to_owned(),
    };
    let label = token_label(event.token.as_ref(), 12);
    let padding = " ".repeat(12_usize.saturating_sub(textwrap::core::display_width(&label)));
    let address = event.token.as_ref().map(|token| short_address(&token.address)).unwrap_or_default();
    format!(
        "{}  {}{padding}  {what}  {}\n",
        paint::faint(&time::second(event.at.as_ref())),
        paint::strong(&label),
        paint::faint(&format!("{} {}", tame(&address), event.alert_id)),
    )
}

#[cfg(test)]
mod tests {
    use perftrack::v1::{RugReason, Token};

    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_the_token_calls_itself() {
        let token = Token {
            symbol: "\u{1b}[2JA\nB".to_owned(),
            address: "FXQgp6CXaXMpchMQp9e9NjW6V4M227Ay5KtPGsu1FdHU".to_owned(),
            ..Default::default()
        };
        let mut event = Event { alert_id: "0192f0c1".to_owned(), token: Some(token), ..Default::default() };
        event.at = Some(prost_types::Timestamp { seconds: 1_790_000_000, nanos: 0 });
        event.set_type(EventType::RugDetected);
        event.set_rug_reason(RugReason::LiquidityRemoved);
        let text = anstream::adapter::strip_str(&show(&event)).to_string();
        assert_eq!(text, "2026-09-21 14:13:20 UTC  [2JA B        RUG: liquidity removed  FXQg…FdHU 0192f0c1\n");
    }
}
