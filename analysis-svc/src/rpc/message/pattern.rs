use perftrack::v1;

use super::group::{group, rate};
use crate::inference::Target;
use crate::patterns::Pattern;
use crate::patterns::conditions::Condition;
use crate::patterns::discover::Parent;
use crate::patterns::held::Held;

/// A combination of conditions and how its alerts did.
pub fn pattern(pattern: &Pattern) -> v1::Pattern {
    v1::Pattern {
        conditions: filters(&pattern.conditions),
        stats: Some(group(&pattern.stats)),
        lift: pattern.lift(),
        q_value: Some(pattern.q_value),
        later: Some(group(&pattern.later)),
        outcome: outcome(pattern.target).into(),
        earlier: Some(group(&pattern.earlier)),
        held: held(pattern.held).into(),
        filter: pattern.filter(),
        sentence: pattern.sentence.clone(),
        parents: pattern.parents.iter().map(|of| parent(pattern, of)).collect(),
        p_value: Some(pattern.p_value),
        weighted_relative_accuracy: pattern.weighted_relative_accuracy,
    }
}

fn filters(conditions: &[Condition]) -> Vec<String> {
    conditions.iter().map(|condition| condition.filter.clone()).collect()
}

fn parent(pattern: &Pattern, parent: &Parent) -> v1::PatternParent {
    v1::PatternParent {
        conditions: filters(&parent.conditions),
        rate: Some(rate(parent.rate)),
        lift: pattern.lift_over(parent),
    }
}

const fn outcome(target: Target) -> v1::EffectOutcome {
    match target {
        Target::Pump => v1::EffectOutcome::Pump,
        Target::Rug => v1::EffectOutcome::Rug,
    }
}

const fn held(held: Held) -> v1::PatternHeld {
    match held {
        Held::Held => v1::PatternHeld::Yes,
        Held::Unclear => v1::PatternHeld::Unclear,
        Held::Failed => v1::PatternHeld::No,
        Held::Untested => v1::PatternHeld::Untested,
    }
}
