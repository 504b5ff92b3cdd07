//! From the bytes of a page to what the page says. Pure: knows no Kafka and no clock.
//!
//! [`envelope::decode`] turns a record into text; [`read`] turns text into a [`Page`]. The folders, in the order of the data:
//! `text` cuts the lines and folds them; `marks` finds markers, labels and furniture by the [`Layouts`] and cuts the lines at
//! them, with `date` for what is a date; `unmarked` tells what no form names (the headline, dates, names, lines of the site);
//! `block` gives what is appended its part, with `split` where a block of appended stories is to be cut. `piece` is what all of
//! them work on, `reading` calls them one after the other, `assembling` puts the page together from the pieces, and [`explain()`]
//! shows these. [`Starts`] is what other pages have shown of lines, and [`Candidate`]s are what this page shows of its own, for
//! others. What is not here: whether two stories are the same. Which folder rests on which stands in ARCHITECTURE.md, and is
//! tested.

pub mod envelope;

mod assembling;
mod block;
mod date;
mod explain;
mod language;
mod layout;
mod marks;
mod piece;
mod reading;
mod split;
mod text;
mod unmarked;
mod weighing;

use std::borrow::Cow;

use serde::Serialize;

pub use explain::{ExplainedPiece, ExplainedRule, ExplainedRunnerUp, Explanation, explain};
pub use layout::{Field, LayoutError, LayoutFile, Layouts};
pub use piece::Part;
pub use split::candidate::{Candidate, Neighbours, PAGES, Stands, is_looked_at};
pub use split::learning::{Boundaries, Learning};
pub use split::starts::{LineKey, Start, StartKind, Starts, Tally as StartsTally};

use crate::record::{Precision, RelatedKind, StoryId, Warning};

/// What a page says, line by line accounted for.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Page<'a> {
    /// The headline.
    pub headline: Option<Cow<'a, str>>,
    /// The date of publication.
    pub published: Option<Date<'a>>,
    /// The date of the last change.
    pub updated: Option<Date<'a>>,
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
    /// The article's own paragraphs.
    pub body: Vec<Cow<'a, str>>,
    /// What the site had appended.
    pub related: Vec<RelatedText<'a>>,
    /// Lines that no editor wrote for this story.
    pub furniture: Vec<Cow<'a, str>>,
    /// What the page leaves in doubt.
    pub warnings: Vec<Warning>,
    /// The layout that matched.
    pub layout: Option<Cow<'a, str>>,
    /// What the page shows of its lines, for other pages; none where nobody learns.
    #[serde(skip)]
    pub candidates: Vec<Candidate>,
    /// What decided where appended stories begin.
    #[serde(skip)]
    pub boundaries: Boundaries,
}

/// A date as the page says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Date<'a> {
    /// RFC 3339; `None` where no rule reads it.
    pub at: Option<String>,
    /// How much of it the page said; `None` where `at` is.
    pub precision: Option<Precision>,
    /// As printed.
    pub raw: Cow<'a, str>,
}

/// One appended story or link, with its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelatedText<'a> {
    /// A story or a link.
    pub kind: RelatedKind,
    /// Its headline.
    pub headline: Option<Cow<'a, str>>,
    /// The cut paragraph of a link.
    pub teaser: Option<Cow<'a, str>>,
    /// The story that a link names, where other pages have shown one under its headline.
    #[serde(skip)]
    pub names: Option<StoryId>,
    /// Its paragraphs; empty for a link.
    pub body: Vec<Cow<'a, str>>,
    /// A date line inside it.
    pub published_raw: Option<Cow<'a, str>>,
    /// A source line inside it.
    pub source: Option<Cow<'a, str>>,
    /// Keyword lines inside it, joined by a line feed.
    pub keywords_raw: Option<Cow<'a, str>>,
}

impl Default for RelatedText<'_> {
    /// A link that says nothing yet.
    fn default() -> Self {
        Self {
            kind: RelatedKind::Link,
            headline: None,
            teaser: None,
            names: None,
            body: Vec::new(),
            published_raw: None,
            source: None,
            keywords_raw: None,
        }
    }
}

/// What is known of a page beside its text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The page time in milliseconds since 1970: a printed date after it is a doubt.
    pub page_time_ms: i64,
    /// The language that the envelope names.
    pub language: Option<&'a str>,
    /// The host of the page's URL, for layouts of one site.
    pub host: Option<&'a str>,
    /// What is learned from page to page; `None`: each page is read by itself.
    pub learning: Option<Learning<'a>>,
}

/// Reads a page. Any text gives a page; what is in doubt is a warning. Linear in the length of the text.
#[must_use]
pub fn read<'a>(text: &'a str, layouts: &'a Layouts, context: &Context<'a>) -> Page<'a> {
    reading::Reading::of(text, layouts, context, false).into_page()
}
