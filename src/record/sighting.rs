//! `newsmill.sighting/1`: one decision for each occurrence of a story.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ArticleId, Origin, StoryId};

/// One occurrence of a story on a page, and what was decided about it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "newsmill.sighting/1", deny_unknown_fields)]
pub struct Sighting<'a> {
    /// Always `newsmill.sighting/1`.
    pub schema: Schema,
    /// The key of the record: the story that occurred.
    pub story_id: StoryId,
    /// The story that stood for it then.
    pub canonical_id: StoryId,
    /// The first occurrence, or a repetition.
    pub decision: Decision,
    /// The article's own body, or appended.
    pub role: Role,
    /// The article on whose page it occurred.
    pub article_id: ArticleId,
    /// Its position on that page; null for the article's own body.
    pub position: Option<u32>,
    /// Where the page stood.
    pub origin: Origin<'a>,
    /// The first occurrence of this life of the story.
    pub first_seen: FirstSeen,
    /// The page time in milliseconds since 1970.
    pub timestamp: i64,
}

/// The constant of [`Sighting::schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub enum Schema {
    /// `newsmill.sighting/1`.
    #[serde(rename = "newsmill.sighting/1")]
    V1,
}

/// What an occurrence was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Not seen before within the time to live.
    New,
    /// The same folded text was seen before.
    Exact,
}

/// Where on its page a story stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The article's own body.
    Own,
    /// Appended by the site.
    Related,
}

/// The first occurrence of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FirstSeen {
    /// The article on whose page it was.
    pub article_id: ArticleId,
    /// Its position there; null for the article's own body.
    pub position: Option<u32>,
    /// The page time in milliseconds since 1970.
    pub timestamp: i64,
}
