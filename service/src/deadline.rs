//! A caller's deadline (`grpc-timeout`): work that nobody waits for any more is dropped.

use std::time::Duration;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::{Instant, sleep_until};

use crate::limit::{Held, hold};
use crate::response::rejected;
use crate::status::Rejection;

/// What is further away than this never comes.
const A_YEAR: Duration = Duration::from_secs(365 * 86_400);

/// Answers DEADLINE_EXCEEDED a little before the caller gives up, so that the answer still reaches it; a stream that has
/// begun ends with it.
pub(crate) async fn honour(request: Request, next: Next) -> Response {
    let Some(timeout) = timeout(request.headers()) else { return next.run(request).await };
    let margin = (timeout / 10).min(Duration::from_millis(20));
    let Some(at) = Instant::now().checked_add((timeout - margin).min(A_YEAR)) else { return next.run(request).await };
    match tokio::time::timeout_at(at, next.run(request)).await {
        Ok(response) => {
            let end = async move {
                sleep_until(at).await;
                exceeded(timeout).into()
            };
            hold(response, Held::Until(Box::pin(end)))
        }
        Err(_) => rejected(exceeded(timeout)),
    }
}

fn exceeded(timeout: Duration) -> Rejection {
    let given = humantime::format_duration(timeout);
    Rejection::deadline_exceeded(format!(
        "not done within the {given} that the caller gave; what was begun may still be done"
    ))
}

/// The header as the gRPC protocol writes it: up to eight digits and a unit. Anything else counts as no deadline.
fn timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3_600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-timeout", text.parse().unwrap());
        timeout(&headers)
    }

    #[test]
    fn a_timeout_is_digits_and_a_unit() {
        assert_eq!(given("150m"), Some(Duration::from_millis(150)));
        assert_eq!(given("99999999H"), Some(Duration::from_secs(99_999_999 * 3_600)));
        assert_eq!(given("5u"), Some(Duration::from_micros(5)));
        for bad in ["", "S", "5", "-5S", "5s", "123456789S", "+5S", "5.0S"] {
            assert_eq!(given(bad), None, "{bad}");
        }
    }
}
