//! From the bytes of a page to what the page says. Pure: knows no Kafka and no clock.

use std::borrow::Cow;

use crate::record::{Precision, RelatedKind, Warning};

/// What a page says, line by line accounted for.
#[derive(Debug, Clone, Default, PartialEq)]
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
}

/// A date as the page says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Date<'a> {
    /// RFC 3339; `None` where no rule reads it.
    pub at: Option<String>,
    /// How much of it the page said; `None` where `at` is.
    pub precision: Option<Precision>,
    /// As printed.
    pub raw: Cow<'a, str>,
}

/// One appended story or link, with its own words.
#[derive(Debug, Clone, PartialEq)]
pub struct RelatedText<'a> {
    /// A story or a link.
    pub kind: RelatedKind,
    /// Its headline.
    pub headline: Option<Cow<'a, str>>,
    /// The cut paragraph of a link.
    pub teaser: Option<Cow<'a, str>>,
    /// Its paragraphs; empty for a link.
    pub body: Vec<Cow<'a, str>>,
    /// A date line inside it.
    pub published_raw: Option<Cow<'a, str>>,
    /// A source line inside it.
    pub source: Option<Cow<'a, str>>,
    /// Keyword lines inside it, joined by a line feed.
    pub keywords_raw: Option<Cow<'a, str>>,
}
