//! `newsmill.story/1`: the text of each distinct related story, published once.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::{ArticleId, StoryId};

/// One related story, published at its first related sighting.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "newsmill.story/1", deny_unknown_fields)]
pub struct Story<'a> {
    /// Always `newsmill.story/1`.
    pub schema: Schema,
    /// The key of the record.
    pub story_id: StoryId,
    /// The headline that stood over it at that sighting.
    pub headline: Option<Cow<'a, str>>,
    /// Its paragraphs, in their order.
    pub body: Vec<Cow<'a, str>>,
    /// A date line inside the appended story, or null.
    pub published_raw: Option<Cow<'a, str>>,
    /// A source line inside the appended story, or null.
    pub source: Option<Cow<'a, str>>,
    /// Its keyword lines, joined by a line feed, or null.
    pub keywords_raw: Option<Cow<'a, str>>,
    /// The language, BCP 47; `und` where unsure.
    pub language: Cow<'a, str>,
    /// Folded words of the body.
    pub words: u32,
    /// The related sighting that published it.
    pub first_seen: PublishedFrom<'a>,
}

/// The constant of [`Story::schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub enum Schema {
    /// `newsmill.story/1`.
    #[serde(rename = "newsmill.story/1")]
    V1,
}

/// The occurrence that published a story.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PublishedFrom<'a> {
    /// The article on whose page it hung.
    pub article_id: ArticleId,
    /// Its position on that page.
    pub position: u32,
    /// The page time in milliseconds since 1970.
    pub timestamp: i64,
    /// The page's URL.
    pub url: Option<Cow<'a, str>>,
}
