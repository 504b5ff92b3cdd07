//! A layout file as a user writes it. Every key is explained in config/layouts/en.toml.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// A layout file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLayout {
    pub language: Option<Spanned<String>>,
    pub title: Option<String>,
    #[serde(default)]
    pub common: Vec<Spanned<String>>,
    #[serde(default)]
    pub marker: Vec<RawMarker>,
    #[serde(default)]
    pub label: Vec<RawLabel>,
    #[serde(default)]
    pub furniture: Vec<RawFurniture>,
    #[serde(default)]
    pub plain: Vec<RawPlain>,
    pub dates: Option<RawDates>,
    pub openings: Option<RawOpenings>,
    pub words: Option<RawWords>,
    #[serde(default)]
    pub site: Vec<RawSite>,
}

/// What one site prints otherwise than the others of its language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSite {
    pub hosts: Vec<Spanned<String>>,
    pub language: Option<String>,
    #[serde(default)]
    pub headline_prefixes: Vec<Spanned<String>>,
    #[serde(default)]
    pub headline_suffixes: Vec<Spanned<String>>,
    pub order: Option<Order>,
    pub earliest_year: Option<i16>,
    #[serde(default)]
    pub marker: Vec<RawMarker>,
    #[serde(default)]
    pub label: Vec<RawLabel>,
    #[serde(default)]
    pub furniture: Vec<RawFurniture>,
    #[serde(default)]
    pub plain: Vec<RawPlain>,
}

/// Words that stand before appended stories or links.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMarker {
    pub name: Spanned<String>,
    pub forms: Vec<Spanned<String>>,
    #[serde(default = "yes")]
    pub alone: bool,
    #[serde(default)]
    pub start: Need,
    #[serde(default)]
    pub end: Need,
    #[serde(default)]
    pub inside: Need,
    #[serde(default)]
    pub glued: bool,
    #[serde(default)]
    pub topic: bool,
}

/// What must follow a marker that stands beside other text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Need {
    /// It does not stand there.
    #[default]
    Never,
    /// A colon, two dots or a dash.
    Colon,
    /// A colon, or the end of a sentence before it.
    Sentence,
    /// A colon, or a headline that ends the line: no sentence.
    Headline,
    /// Nothing.
    Always,
}

/// Words before a date, a source, keywords or an author.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLabel {
    pub field: Field,
    pub forms: Vec<Spanned<String>>,
    #[serde(default = "yes")]
    pub colon: bool,
    #[serde(default)]
    pub alone: bool,
    #[serde(default)]
    pub inside: bool,
    #[serde(default)]
    pub byline: bool,
    pub max_words: Option<Spanned<usize>>,
}

/// The field that a label names.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The date of publication.
    Published,
    /// The date of the last change.
    Updated,
    /// The source.
    Source,
    /// The keywords.
    Keywords,
    /// The author.
    Author,
}

impl Field {
    /// Whether its values are dates.
    pub(crate) fn is_date(self) -> bool {
        matches!(self, Self::Published | Self::Updated)
    }
}

/// Lines that a site puts there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFurniture {
    pub name: Spanned<String>,
    #[serde(default)]
    pub whole: Vec<Spanned<String>>,
    #[serde(default)]
    pub start: Vec<Spanned<String>>,
    #[serde(default)]
    pub end: Vec<Spanned<String>>,
    #[serde(default)]
    pub end_of_list: Vec<Spanned<String>>,
    #[serde(default)]
    pub head: Vec<Spanned<String>>,
    #[serde(default)]
    pub opener: Vec<Spanned<String>>,
    #[serde(default)]
    pub box_start: Vec<Spanned<String>>,
    #[serde(default)]
    pub box_end: Vec<Spanned<String>>,
}

/// Phrases that look like a marker or label and are not.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPlain {
    pub forms: Vec<Spanned<String>>,
}

/// First words of paragraphs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOpenings {
    #[serde(default)]
    pub continues: Vec<Spanned<String>>,
    #[serde(default)]
    pub continues_prefix: Vec<Spanned<String>>,
    #[serde(default)]
    pub neither: Vec<Spanned<String>>,
    #[serde(default)]
    pub leads: Vec<Spanned<String>>,
}

/// Small words that say what stands beside them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWords {
    #[serde(default)]
    pub particles: Vec<Spanned<String>>,
    #[serde(default)]
    pub conjunctions: Vec<Spanned<String>>,
    #[serde(default)]
    pub names_behind: bool,
    #[serde(default)]
    pub thousands: Vec<Spanned<String>>,
    #[serde(default)]
    pub given_names: Vec<Spanned<String>>,
    #[serde(default)]
    pub outlets: Vec<Spanned<String>>,
    #[serde(default)]
    pub desks: Vec<Spanned<String>>,
    #[serde(default)]
    pub agencies: Vec<Spanned<String>>,
    #[serde(default)]
    pub calls: Vec<Spanned<String>>,
    #[serde(default)]
    pub channels: Vec<Spanned<String>>,
    #[serde(default)]
    pub pictures: Vec<Spanned<String>>,
    #[serde(default)]
    pub picture_houses: Vec<Spanned<String>>,
    #[serde(default)]
    pub comments: Vec<Spanned<String>>,
}

/// The words of dates.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDates {
    #[serde(default)]
    pub order: Order,
    #[serde(default)]
    pub order_in: BTreeMap<String, Order>,
    pub earliest_year: Option<i16>,
    #[serde(default)]
    pub months: Vec<Vec<Spanned<String>>>,
    #[serde(default)]
    pub hijri_months: Vec<Vec<Spanned<String>>>,
    #[serde(default)]
    pub persian_months: Vec<Vec<Spanned<String>>>,
    #[serde(default)]
    pub weekdays: Vec<Spanned<String>>,
    #[serde(default)]
    pub days: BTreeMap<String, u8>,
    #[serde(default)]
    pub morning: Vec<Spanned<String>>,
    #[serde(default)]
    pub afternoon: Vec<Spanned<String>>,
    #[serde(default)]
    pub night: Vec<Spanned<String>>,
    #[serde(default)]
    pub hour: Vec<Spanned<String>>,
    #[serde(default)]
    pub hijri: Vec<Spanned<String>>,
    #[serde(default)]
    pub filler: Vec<Spanned<String>>,
    #[serde(default)]
    pub relative: Vec<Spanned<String>>,
    #[serde(default)]
    pub zones: BTreeMap<String, String>,
}

/// Which of two small numbers is the day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// The first: 05/06 is the fifth of June.
    DayFirst,
    /// The second: 05/06 is the sixth of May.
    MonthFirst,
    /// Papers of this language print both.
    #[default]
    Unknown,
}

fn yes() -> bool {
    true
}
