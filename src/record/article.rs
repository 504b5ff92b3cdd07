//! `newsmill.article/1`: one record a page.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::{ArticleId, Origin, StoryId, Warning};

/// One article, cut free of everything that its page had appended.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "newsmill.article/1", deny_unknown_fields)]
pub struct Article<'a> {
    /// Always `newsmill.article/1`.
    pub schema: Schema,
    /// The key of the record: BLAKE3-128 of the URL, the id or the origin.
    pub article_id: ArticleId,
    /// The page time in milliseconds since 1970: of two records of one article the greater is the later crawl.
    pub version: i64,
    /// The story that the article's own body tells; null where the body folds to nothing.
    pub story_id: Option<StoryId>,
    /// The page's URL as the envelope gave it.
    pub url: Option<Cow<'a, str>>,
    /// The headline as the page prints it.
    pub headline: Option<Cow<'a, str>>,
    /// When the page says that it was published, RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub published_at: Option<String>,
    /// How much of `published_at` the page really said.
    pub published_precision: Option<Precision>,
    /// The date as the page prints it.
    pub published_raw: Option<Cow<'a, str>>,
    /// When the page says that it was last changed, RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub updated_at: Option<String>,
    /// That date as the page prints it.
    pub updated_raw: Option<Cow<'a, str>>,
    /// The source that the page names.
    pub source: Option<Cow<'a, str>>,
    /// The author that the page names.
    pub author: Option<Cow<'a, str>>,
    /// The keywords, cut apart.
    pub keywords: Vec<Cow<'a, str>>,
    /// The keyword lines as they stand, joined by a line feed.
    pub keywords_raw: Option<Cow<'a, str>>,
    /// The language, BCP 47; `und` where unsure.
    pub language: Cow<'a, str>,
    /// The article's own paragraphs, in their order.
    pub body: Vec<Cow<'a, str>>,
    /// What the page had appended, in its order.
    pub related: Vec<Related<'a>>,
    /// Lines that the site put there and no editor wrote for this story.
    pub furniture: Vec<Cow<'a, str>>,
    /// When the page was fetched, as the envelope says.
    pub fetched_at: Option<Cow<'a, str>>,
    /// The id that the envelope gave.
    pub input_id: Option<Cow<'a, str>>,
    /// Whatever else the envelope held.
    pub extra: serde_json::Map<String, serde_json::Value>,
    /// Where the page stood.
    pub origin: Origin<'a>,
    /// What the page left in doubt.
    pub warnings: Vec<Warning>,
    /// The layout that matched, or null.
    pub layout: Option<Cow<'a, str>>,
}

/// The constant of [`Article::schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub enum Schema {
    /// `newsmill.article/1`.
    #[serde(rename = "newsmill.article/1")]
    V1,
}

/// One thing that the page had appended.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Related<'a> {
    /// Its place among the appended things, from 0, links included.
    pub position: u32,
    /// Its headline.
    pub headline: Option<Cow<'a, str>>,
    /// The cut paragraph of a link, or null.
    pub teaser: Option<Cow<'a, str>>,
    /// Of a story: its id (null where the body folds to nothing). Of a link: only where its headline is a known story's.
    pub story_id: Option<StoryId>,
    /// A whole story or a bare headline.
    pub kind: RelatedKind,
    /// The story of the same page that it repeats, or null.
    pub same_as: Option<SameAs>,
    /// How alike the two are, 0 to 100; null where `same_as` is null.
    #[schemars(range(max = 100))]
    pub similarity: Option<u8>,
}

/// What a related entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelatedKind {
    /// A headline with a body.
    Story,
    /// A headline without a body.
    Link,
}

/// Which story of the same page is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum SameAs {
    /// The article itself.
    Article(ArticleWord),
    /// The position of the earlier related story.
    Position(u32),
}

/// The word `article` of [`SameAs::Article`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub enum ArticleWord {
    /// `article`.
    #[serde(rename = "article")]
    Article,
}

/// How much of a date the page really said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Year only.
    Year,
    /// Year and month.
    Month,
    /// Year, month and day.
    Day,
    /// To the hour.
    Hour,
    /// To the minute.
    Minute,
    /// To the second.
    Second,
}
