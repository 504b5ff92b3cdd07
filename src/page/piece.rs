//! A page in pieces: every line, or part of one, with what it was taken for.
//!
//! This is the trace that `explain` shows and the only thing that an article is assembled from: no text is copied out of
//! a line but by giving a piece its part, so each word of a page ends in exactly one place.

use std::borrow::Cow;
use std::ops::Range;

use crate::page::layout::Field;
use crate::page::split::starts::Start;
use crate::page::text::lines::Line;

/// What a piece is to its story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The headline of the article or of something appended.
    Headline,
    /// A paragraph.
    Body,
    /// The cut paragraph of a link.
    Teaser,
    /// The words before appended stories.
    Marker,
    /// The words before a value.
    Label,
    /// What the site put there.
    Furniture,
    /// The value of a field.
    #[serde(untagged)]
    Value(Field),
}

impl Part {
    /// Whether it is the value of a date.
    pub(crate) fn is_date(self) -> bool {
        matches!(self, Self::Value(field) if field.is_date())
    }
}

/// Why a piece was taken for what it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Why {
    /// The layout rule that matched.
    pub rule: Option<u32>,
    /// How sure the judgement is; above nought is for, below is against.
    pub score: Option<i32>,
    /// What the score is made of, where a trace is kept: signals by name, those that are nought left out.
    pub signals: Option<Box<[(&'static str, i16)]>>,
    /// What other pages have shown of it, where a trace is kept.
    pub known: Option<Box<Start>>,
    /// What was decided where no layout rule says it.
    pub reason: &'static str,
    /// What came second.
    pub runner_up: Option<RunnerUp>,
}

/// What a piece was nearly taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RunnerUp {
    /// What it would have been.
    pub part: Part,
    /// The layout rule that says so, where one does.
    pub rule: Option<u32>,
    /// Why it came second.
    pub reason: &'static str,
}

/// A line or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// The index of its line.
    pub line: usize,
    /// Its words.
    pub text: Cow<'a, str>,
    /// At which byte of the cleaned line they begin.
    pub raw: usize,
    /// Where its match form stands in that of the page.
    pub folded: Range<usize>,
    /// What it is.
    pub part: Part,
    /// The appended story or link that it belongs to, by position; `None` for the article.
    pub entry: Option<u32>,
    /// Why.
    pub why: Why,
}

impl<'a> Piece<'a> {
    /// The part `range` (bytes of the cleaned text) of a line.
    pub(super) fn of(
        line: &Line<'a>,
        index: usize,
        range: Range<usize>,
        folded: Range<usize>,
    ) -> Self {
        let spaces = leading_spaces(line.text.get(range.clone()).unwrap_or_default());
        let raw = range.start + spaces;
        let text = match &line.text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(range).unwrap_or_default().trim()),
            Cow::Owned(text) => Cow::Owned(text.get(range).unwrap_or_default().trim().to_owned()),
        };
        Self { line: index, text, raw, folded, part: Part::Body, entry: None, why: Why::default() }
    }

    /// All of a line.
    pub(super) fn whole(line: &Line<'a>, index: usize, folded: Range<usize>) -> Self {
        let (text, part, why) = (line.text.clone(), Part::Body, Why::default());
        Self { line: index, text, raw: 0, folded, part, entry: None, why }
    }

    /// Takes the piece for `part`, by a layout rule.
    pub(super) fn by_rule(mut self, part: Part, rule: u32) -> Self {
        self.part = part;
        self.why.rule = Some(rule);
        self
    }

    /// Cuts the piece in two, `bytes` of its text and `folded` bytes of its match form behind its beginning.
    pub(super) fn split_at(&self, bytes: usize, folded: usize) -> Option<(Self, Self)> {
        let cut = |range: Range<usize>, form: Range<usize>| {
            let raw = self.raw + range.start + leading_spaces(self.text.get(range.clone())?);
            let text = match &self.text {
                Cow::Borrowed(text) => Cow::Borrowed(text.get(range)?.trim()),
                Cow::Owned(text) => Cow::Owned(text.get(range)?.trim().to_owned()),
            };
            Some(Self { text, raw, folded: form, why: Why::default(), ..*self })
        };
        let middle = (self.folded.start + folded).min(self.folded.end);
        let head = cut(0..bytes, self.folded.start..middle)?;
        Some((head, cut(bytes..self.text.len(), middle..self.folded.end)?))
    }

    /// Takes the piece for `part` of `entry`.
    pub(super) fn take(&mut self, part: Part, entry: Option<u32>, reason: &'static str) {
        self.part = part;
        self.entry = entry;
        self.why.reason = reason;
    }
}

fn leading_spaces(text: &str) -> usize {
    text.len() - text.trim_start().len()
}
