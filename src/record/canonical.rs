//! `newsmill.canonical/1`: which story stands for a story.

use schemars::JsonSchema;
use serde::Serialize;

use super::StoryId;

/// `canonical_id == story_id` means keep; else follow, at most four hops; on a cycle the smallest id stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(title = "newsmill.canonical/1", deny_unknown_fields)]
pub struct Canonical {
    /// Always `newsmill.canonical/1`.
    pub schema: Schema,
    /// The key of the record.
    pub story_id: StoryId,
    /// The story that stands for it.
    pub canonical_id: StoryId,
    /// How the two are related.
    pub kind: CanonicalKind,
    /// How alike they are, 0 to 100.
    #[schemars(range(max = 100))]
    pub score: u8,
}

/// The constant of [`Canonical::schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub enum Schema {
    /// `newsmill.canonical/1`.
    #[serde(rename = "newsmill.canonical/1")]
    V1,
}

/// How a story and its canonical story are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CanonicalKind {
    /// The story stands for itself.
    #[serde(rename = "self")]
    Itself,
    /// The same story in all but spelling, tail or length.
    Duplicate,
    /// The same story, edited.
    Near,
}
