//! A policy as a file: TOML with a `version` and whatever differs from version 1, in tables named as the parts of
//! [`Policy`]. Whatever is wrong with it is said at once.

use toml::{Table, Value};

use super::Policy;
use super::check::Problem;
use crate::nearest::{nearest, shown, suggestion};

/// Why a text is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Not TOML. The text names the line.
    #[error("it is not valid TOML: {0}")]
    Syntax(String),
    /// Names that no parameter has, values of the wrong sort, numbers that make no sense.
    #[error("{}", lines(.0))]
    Problems(Vec<Problem>),
}

impl Policy {
    /// Reads a policy file. What it leaves out is as in version 1; what differs from that needs a `version` of its own, 2 or
    /// more, because outcomes carry it.
    ///
    /// # Errors
    /// [`PolicyError`] with everything that is wrong.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let given: Table =
            text.parse().map_err(|error: toml::de::Error| PolicyError::Syntax(error.to_string().trim_end().into()))?;
        let mut problems = Vec::new();
        let known = table(&Self::default());
        compare(&given, &known, "", &paths(&known, ""), &mut problems);
        fail_on(problems)?;
        let policy: Self = given
            .try_into()
            .map_err(|error: toml::de::Error| PolicyError::Syntax(error.to_string().trim_end().into()))?;
        let mut problems = policy.problems();
        if policy.version == 1 && policy != Self::default() {
            let problem = "is 1, which is the built-in policy: one that differs from it needs a version of 2 or more, for \
                           every outcome carries the version that made it";
            problems.push(Problem { key: "version".to_owned(), problem: problem.to_owned() });
        }
        fail_on(problems)?;
        Ok(policy)
    }

    /// The whole policy as a file.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "whole numbers of 32 bits, floats, texts and tables of them: TOML has them all"
    )]
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a policy is TOML")
    }
}

impl Policy {
    /// In which parameters it differs from another, such as `exit.fee_pct is 0.5, not 1.0`.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        differ(&table(self), &table(other), "", &mut found);
        found
    }
}

fn differ(one: &Table, other: &Table, before: &str, found: &mut Vec<String>) {
    for (key, value) in one {
        let path = path(before, key);
        match (value, other.get(key)) {
            (Value::Table(one), Some(Value::Table(other))) => differ(one, other, &path, found),
            (value, Some(other)) if value != other => found.push(format!("{path} is {value}, not {other}")),
            _ => {}
        }
    }
}

fn fail_on(problems: Vec<Problem>) -> Result<(), PolicyError> {
    if problems.is_empty() { Ok(()) } else { Err(PolicyError::Problems(problems)) }
}

/// The parameters by their names. Those of any policy are what a file may say, with a value of the right sort for each.
#[expect(clippy::expect_used, reason = "as in `Policy::to_toml`")]
fn table(policy: &Policy) -> Table {
    Table::try_from(policy).expect("a policy is TOML")
}

fn path(before: &str, key: &str) -> String {
    if before.is_empty() { key.to_owned() } else { format!("{before}.{key}") }
}

/// The names of all parameters, tables included.
fn paths(table: &Table, before: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (key, value) in table {
        let path = path(before, key);
        if let Value::Table(inner) = value {
            all.extend(paths(inner, &path));
        }
        all.push(path);
    }
    all
}

/// Compares what was given with what is known, name by name and sort by sort.
fn compare(given: &Table, known: &Table, before: &str, names: &[String], problems: &mut Vec<Problem>) {
    for (key, value) in given {
        let path = path(before, key);
        let problem = match (known.get(key), value) {
            (None, _) => {
                // The name itself, or one that was put into the wrong table.
                let near = nearest(&path, names.iter().map(String::as_str))
                    .or_else(|| nearest(key, names.iter().map(String::as_str)));
                let (key, problem) = (shown(&path), format!("is not known{}", suggestion(near)));
                problems.push(Problem { key, problem });
                continue;
            }
            (Some(Value::Table(known)), Value::Table(given)) => {
                compare(given, known, &path, names, problems);
                None
            }
            (Some(known), value) => wrong_sort(known, value),
        };
        problems.extend(problem.map(|problem| Problem { key: path, problem }));
    }
}

fn wrong_sort(known: &Value, given: &Value) -> Option<String> {
    let wanted = match (known, given) {
        (Value::Float(_), Value::Float(_) | Value::Integer(_)) => return None,
        // Versions and seconds alike.
        (Value::Integer(_), Value::Integer(number)) if (0..=i64::from(i32::MAX)).contains(number) => return None,
        (Value::Array(_), Value::Array(items)) if items.iter().all(Value::is_str) => return None,
        (Value::Float(_), _) => "a number",
        (Value::Integer(_), _) => "a whole number, 0 or more and at most 2147483647",
        (Value::Array(_), _) => "a list of texts",
        (Value::Table(_), _) => "a table",
        _ => return None,
    };
    Some(format!("is {given}: it takes {wanted}"))
}

fn lines(problems: &[Problem]) -> String {
    match problems {
        [only] => only.to_string(),
        _ => {
            let lines: Vec<String> = problems.iter().map(|problem| format!("\n- {problem}")).collect();
            format!("{} things are wrong:{}", problems.len(), lines.concat())
        }
    }
}
