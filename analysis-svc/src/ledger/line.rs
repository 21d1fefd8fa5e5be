//! One line of the ledger: what it keeps of a recommendation, and how that is written down.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::advice::recommendation::{Confidence, Priority, Recommendation};
use crate::advice::{Advice, FEATURE_EFFECT};

/// What the ledger keeps of a recommendation beside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Line {
    /// The rule that raised it.
    pub rule: String,
    /// What to do about it.
    pub action: String,
    /// The keys to set, or to think about.
    pub change: BTreeMap<String, String>,
    /// The config that it was given under, as it was taken to be.
    pub config: BTreeMap<String, String>,
    /// On so many matured tokens; 0 before the first checkpoint.
    pub checkpoint_tokens: u64,
    /// On which revision of the data.
    pub revision: String,
    /// The whole recommendation: the contract's message, in base64.
    pub message: String,
}

impl Line {
    /// Of a recommendation; `message` is the contract's, encoded.
    #[must_use]
    pub fn of(advice: &Advice, recommendation: &Recommendation, revision: &str, message: String) -> Self {
        Self {
            rule: recommendation.rule.to_owned(),
            action: recommendation.action.clone(),
            change: recommendation.turned().clone(),
            config: advice.config.to_map(),
            checkpoint_tokens: advice.checkpoint_tokens,
            revision: revision.to_owned(),
            message,
        }
    }
}

/// The id of a recommendation's line: that of what it says to do, how sure it is, and the checkpoint that it was given at.
/// Asked again, with other counts in its sentences, it is the same line.
#[must_use]
pub fn id(recommendation: &Recommendation, checkpoint_tokens: u64) -> Uuid {
    let mut hash = Sha256::new_with_prefix(b"perftrack recommendation 1");
    let mut absorb = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    absorb(recommendation.rule);
    absorb(priority(recommendation.priority));
    absorb(confidence(recommendation.confidence));
    absorb(&checkpoint_tokens.to_string());
    if recommendation.turned().is_empty() {
        absorb(&recommendation.action);
        // One rule that may speak of several features at once; its sentence has no counts then.
        if recommendation.rule == FEATURE_EFFECT {
            absorb(&recommendation.issue);
        }
    }
    for (key, value) in recommendation.turned() {
        absorb(key);
        absorb(value);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// As the ledger writes it.
#[must_use]
pub const fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "high",
        Priority::Medium => "medium",
        Priority::Low => "low",
    }
}

/// As the ledger writes it.
#[must_use]
pub const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certified => "certified",
        Confidence::Suggestive => "suggestive",
        Confidence::Question => "question",
    }
}
