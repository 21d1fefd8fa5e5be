//! What is wrong with a TOML text, without the text.

/// Where the mistake in `text` is, and what it is. The line itself, which the parser would show, may hold a secret.
#[must_use]
pub fn place_and_problem(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let problem = error.message().replace('\n', ", ");
    let Some(before) = before else { return problem };
    let (line, last) = (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap_or_default());
    format!("line {line}, column {}: {problem}", last.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_told_by_its_place_and_never_shows_the_line() {
        for (text, said) in [
            (
                "log = \"info\"\napi_key = hunter2\n",
                "line 2, column 11: string values must be quoted, expected literal string",
            ),
            ("url = \"postgres://bot:hunter2@db\n", "line 1, column 33: invalid basic string, expected `\"`"),
            ("log = \"ä\"\nlog = \"hunter2\"", "line 2, column 1: duplicate key"),
        ] {
            assert_eq!(place_and_problem(text, &text.parse::<toml::Table>().unwrap_err()), said);
        }
    }
}
