//! Reads a filter by recursive descent. The grammar is that of AIP-160 without functions and without comparing with an
//! expression:
//!
//! ```text
//! expression = sequence { "AND" sequence }
//! sequence   = factor { factor }
//! factor     = term { "OR" term }
//! term       = [ "NOT" | "-" ] ( "(" expression ")" | restriction )
//! restriction = field [ comparator value ]
//! ```

use super::error::{FilterError, Problem};
use super::expression::{Comparator, Expression};
use super::literal;
use super::scan::Scanner;
use super::{DEEPEST_NESTING, LONGEST_FILTER};
use crate::field::{Field, Kind};

pub(super) fn parse(text: &str) -> Result<Expression, FilterError> {
    if text.len() > LONGEST_FILTER {
        return Err(FilterError { position: 0, problem: Problem::TooLong { bytes: text.len() } });
    }
    let mut grammar = Grammar { scanner: Scanner::new(text), depth: 0 };
    grammar.scanner.skip_space();
    if grammar.scanner.peek().is_none() {
        return Ok(Expression::All(Vec::new()));
    }
    let expression = grammar.expression()?;
    match grammar.scanner.peek() {
        None => Ok(expression),
        Some(_) => Err(grammar.scanner.expected(grammar.scanner.at(), "AND, OR or the end")),
    }
}

struct Grammar<'a> {
    scanner: Scanner<'a>,
    depth: usize,
}

impl Grammar<'_> {
    fn expression(&mut self) -> Result<Expression, FilterError> {
        let mut members = vec![self.sequence()?];
        while self.takes_word("AND") {
            members.push(self.sequence()?);
        }
        Ok(all(members))
    }

    fn sequence(&mut self) -> Result<Expression, FilterError> {
        let mut members = vec![self.factor()?];
        while self.begins_term() {
            members.push(self.factor()?);
        }
        Ok(all(members))
    }

    fn factor(&mut self) -> Result<Expression, FilterError> {
        let mut members = vec![self.term()?];
        while self.takes_word("OR") {
            members.push(self.term()?);
        }
        Ok(any(members))
    }

    fn term(&mut self) -> Result<Expression, FilterError> {
        if self.takes_word("NOT") || self.scanner.take("-") {
            self.scanner.skip_space();
            return self.simple().map(|simple| Expression::Not(Box::new(simple)));
        }
        self.simple()
    }

    fn simple(&mut self) -> Result<Expression, FilterError> {
        let open = self.scanner.at();
        if !self.scanner.take("(") {
            return self.restriction();
        }
        if self.depth == DEEPEST_NESTING {
            return Err(self.scanner.error(open, Problem::TooDeep));
        }
        self.depth += 1;
        self.scanner.skip_space();
        let expression = self.expression()?;
        if !self.scanner.take(")") {
            return Err(self.scanner.expected(self.scanner.at(), "AND, OR or a closing parenthesis"));
        }
        self.depth -= 1;
        self.scanner.skip_space();
        Ok(expression)
    }

    fn restriction(&mut self) -> Result<Expression, FilterError> {
        let start = self.scanner.at();
        let name = self.scanner.word();
        if matches!(name, "" | "AND" | "OR" | "NOT") {
            return Err(self.scanner.expected(start, "a condition such as final_score >= 8"));
        }
        if let Some(instead) = joining_word(name) {
            return Err(self.scanner.error(start, Problem::Joining { given: name.to_owned(), instead }));
        }
        if self.scanner.peek() == Some('(') {
            return Err(self.scanner.error(start, Problem::Function(name.to_owned())));
        }
        let field = Field::parse(name).map_err(|unknown| self.scanner.error(start, unknown.into()))?;
        self.scanner.skip_space();
        let expression = self.comparison(field, start)?;
        self.scanner.skip_space();
        Ok(expression)
    }

    fn comparison(&mut self, field: Field, start: usize) -> Result<Expression, FilterError> {
        let at = self.scanner.at();
        let Some(comparator) = self.comparator()? else {
            return match field.kind() {
                Kind::Boolean | Kind::Any => Ok(literal::is_true(field)),
                kind => Err(self.scanner.error(start, Problem::Alone { field, sort: kind.noun() })),
            };
        };
        self.scanner.skip_space();
        let value_at = self.scanner.at();
        let written = self.scanner.value()?;
        let understood = match comparator {
            Some(comparator) => literal::compare(field, comparator, written),
            None => literal::has(field, written),
        };
        understood.map_err(|problem| {
            let is_about_comparator = matches!(problem, Problem::Incomparable { .. });
            self.scanner.error(if is_about_comparator { at } else { value_at }, problem)
        })
    }

    /// Takes a comparator: `Some(None)` for `:`.
    fn comparator(&mut self) -> Result<Option<Option<Comparator>>, FilterError> {
        use Comparator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        // The longer ones first: "<=" begins like "<".
        for comparator in [NotEqual, LessOrEqual, GreaterOrEqual, Equal, Less, Greater] {
            if self.scanner.take(comparator.symbol()) {
                return Ok(Some(Some(comparator)));
            }
        }
        if self.scanner.peek() == Some('!') {
            return Err(self.scanner.expected(self.scanner.at(), "a comparison (= != < <= > >= :)"));
        }
        Ok(self.scanner.take(":").then_some(None))
    }

    fn begins_term(&self) -> bool {
        match self.scanner.peek() {
            None | Some(')' | ',') => false,
            Some(_) => !matches!(self.scanner.peek_word(), "AND" | "OR"),
        }
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let takes = self.scanner.peek_word() == word;
        if takes {
            self.scanner.word();
            self.scanner.skip_space();
        }
        takes
    }
}

fn joining_word(name: &str) -> Option<&'static str> {
    match name.to_ascii_uppercase().as_str() {
        "AND" | "&&" | "&" => Some("AND"),
        "OR" | "||" | "|" => Some("OR"),
        "NOT" => Some("NOT"),
        _ => None,
    }
}

fn all(members: Vec<Expression>) -> Expression {
    join(members, Expression::All, |member| match member {
        Expression::All(inner) => Ok(inner),
        other => Err(other),
    })
}

fn any(members: Vec<Expression>) -> Expression {
    join(members, Expression::Any, |member| match member {
        Expression::Any(inner) => Ok(inner),
        other => Err(other),
    })
}

/// Joins the members: what is joined the same way within them becomes part of the whole, and a single one stays alone.
fn join(
    members: Vec<Expression>,
    whole: fn(Vec<Expression>) -> Expression,
    open: fn(Expression) -> Result<Vec<Expression>, Expression>,
) -> Expression {
    let mut flat = Vec::with_capacity(members.len());
    for member in members {
        match open(member) {
            Ok(inner) => flat.extend(inner),
            Err(single) => flat.push(single),
        }
    }
    if flat.len() == 1 { flat.remove(0) } else { whole(flat) }
}
