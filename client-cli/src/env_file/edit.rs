//! Turning keys in an .env file without touching anything else of it: order, remarks, quotes and line ends stay.

use std::collections::BTreeMap;

use super::setting;

/// A line that is replaced, or added at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The line as it was; `None` for one that is added.
    pub before: Option<String>,
    /// The line as it will be.
    pub after: String,
}

/// The text with `values` set, and the lines that differ. Of two lines of one key the last is in force, so that one is
/// changed. A key that is not there is added at the end.
#[must_use]
pub fn with_values(text: &str, values: &BTreeMap<String, String>) -> (String, Vec<Change>) {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut changes = Vec::new();
    for (key, value) in values {
        let in_force = lines.iter().rposition(|line| matches!(setting(line), Ok(Some((of, _))) if of == *key));
        if let Some(index) = in_force {
            let before = lines[index].clone();
            let after = with_value(&before, value);
            if after != before {
                changes.push(Change { before: Some(bare(&before)), after: bare(&after) });
                lines[index] = after;
            }
        } else {
            if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
                last.push_str(line_end);
            }
            let after = format!("{key}={value}");
            lines.push(format!("{after}{line_end}"));
            changes.push(Change { before: None, after });
        }
    }
    (lines.concat(), changes)
}

/// The line with another value: what stands before it, its quotes and the remark behind it stay.
fn with_value(line: &str, value: &str) -> String {
    let Some((key, rest)) = line.split_once('=') else { return line.to_owned() };
    let space = &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()];
    let old = &rest[space.len()..];
    let (quote, behind) = match old.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        Some(quote) if old[1..].contains(quote) => {
            let end = old[1..].find(quote).map_or(old.len(), |end| end + 2);
            (String::from(quote), &old[end..])
        }
        _ => {
            let end = old.find(" #").unwrap_or(old.len());
            let kept = old[..end].trim_end().len();
            (String::new(), &old[kept..])
        }
    };
    format!("{key}={space}{quote}{value}{quote}{behind}")
}

fn bare(line: &str) -> String {
    line.trim_end_matches(['\r', '\n']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, key: &str, value: &str) -> String {
        with_values(text, &BTreeMap::from([(key.to_owned(), value.to_owned())])).0
    }

    #[test]
    fn only_the_value_of_the_key_changes() {
        assert_eq!(edited("# mine\nA=1 # was 2\nB=2\n", "A", "3"), "# mine\nA=3 # was 2\nB=2\n");
        assert_eq!(edited("export A=\"1\" # low\n", "A", "3"), "export A=\"3\" # low\n");
        assert_eq!(edited("A = '1'", "A", "3"), "A = '3'");
        assert_eq!(edited("A=\r\nB=1\r\n", "A", "3"), "A=3\r\nB=1\r\n");
        assert_eq!(edited("AA=1\nA=1\n#A=5\n", "A", "3"), "AA=1\nA=3\n#A=5\n");
    }

    #[test]
    fn of_two_lines_of_one_key_the_last_is_in_force() {
        assert_eq!(edited("A=1\nA=2\n", "A", "3"), "A=1\nA=3\n");
    }

    #[test]
    fn a_key_that_is_not_there_is_added_on_a_line_of_its_own() {
        assert_eq!(edited("B=1", "A", "3"), "B=1\nA=3\n");
        assert_eq!(edited("B=1\r\n", "A", "3"), "B=1\r\nA=3\r\n");
        assert_eq!(edited("", "A", "3"), "A=3\n");
    }

    #[test]
    fn what_is_set_already_is_no_change() {
        let values = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
        assert_eq!(with_values("A=1 # fine\n", &values), ("A=1 # fine\n".to_owned(), Vec::new()));
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        for before in ["A=1", "A=\"x y\" # z", "export A='1'\nA=7", "", "B=2\n# A=4\n"] {
            let text = edited(before, "A", "0.25");
            let last = text.lines().filter_map(|line| setting(line).unwrap()).rfind(|(key, _)| key == "A");
            assert_eq!(last, Some(("A".to_owned(), "0.25".to_owned())), "{text:?}");
        }
    }
}
