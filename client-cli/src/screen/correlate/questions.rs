//! The questions that operators ask, answered.

use perftrack::v1::AnsweredQuestion;

use crate::print::paint;
use crate::print::text::{hanging, tame};

/// Each question with its answer.
pub fn show(questions: &[AnsweredQuestion], width: Option<usize>) -> String {
    if questions.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", paint::faint("WHAT OPERATORS ASK"));
    for question in questions {
        let asked = format!("{} ", paint::strong(&tame(&question.question)));
        text += &(hanging("· ", &(asked + &tame(&question.answer)), width) + "\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_stands_with_its_answer() {
        let question = AnsweredQuestion {
            question: "Do newer tokens pump harder?".into(),
            answer: "Not enough data: 24 % of those under an hour against 21 %.".into(),
            ..Default::default()
        };
        let text = anstream::adapter::strip_str(&show(&[question], Some(60))).to_string();
        assert!(text.contains("· Do newer tokens pump harder? Not enough data"), "{text}");
        assert!(text.lines().all(|line| textwrap::core::display_width(line) <= 60), "{text}");
        assert_eq!(show(&[], None), "");
    }
}
