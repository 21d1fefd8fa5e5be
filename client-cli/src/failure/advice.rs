//! What to do about a service that cannot be reached, by what the connection said.

use crate::print::paint::name;

/// One line for the reader, painted.
pub(super) fn unreachable(url: &str, cause: &str) -> String {
    let says = |part: &str| cause.contains(part);
    if says("UnknownIssuer") {
        return format!(
            "Nobody vouches here for the server's certificate: name its authority with {}, or in a context.",
            name("--ca-file FILE")
        );
    }
    if says("CaUsedAsEndEntity") {
        return "The server shows the certificate of an authority (CA:TRUE) and needs one of its own (CA:FALSE)."
            .to_owned();
    }
    if says("invalid peer certificate") {
        return "The server's certificate is not good here and now: call it by a name that stands in it, or have it renewed."
            .to_owned();
    }
    // A server of TLS breaks off, in one of these ways, what does not begin as TLS does.
    let breaks_off = ["frame with invalid size", "broken pipe", "reset"].into_iter().any(says);
    if url.starts_with("http://") && breaks_off {
        return format!("Maybe it speaks TLS: say {} in its URL then.", name("https://"));
    }
    if url.starts_with("https://") && says("InvalidContentType") {
        return format!("It seems to speak no TLS: say {} in its URL then.", name("http://"));
    }
    format!(
        "Start both services here with {}, or say where they are with {} and {}.",
        name("perfctl dev"),
        name("--tracker URL"),
        name("--analysis URL"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_has_its_remedy() {
        for (url, cause, remedy) in [
            ("https://a:1", "invalid peer certificate: UnknownIssuer", "--ca-file FILE"),
            ("https://a:1", "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))", "CA:FALSE"),
            ("https://a:1", "invalid peer certificate: certificate not valid for name \"a\"", "by a name"),
            ("http://a:1", "connection error detected: frame with invalid size", "https://"),
            ("http://a:1", "stream closed because of a broken pipe", "https://"),
            ("https://a:1", "received corrupt message of type InvalidContentType", "http://"),
            ("http://a:1", "Connection refused (os error 111)", "perfctl dev"),
        ] {
            let advice = anstream::adapter::strip_str(&unreachable(url, cause)).to_string();
            assert!(advice.contains(remedy), "{cause}: {advice}");
        }
    }
}
