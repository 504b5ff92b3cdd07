//! Keywords that have a line each, or go on over several.

use super::keywords::{is_item, is_separator};
use super::marking::Marking;
use crate::page::layout::{Field, Label, RuleKind};
use crate::page::piece::{Part, Piece};
use crate::page::text::lines::Line;
use crate::page::text::shape::{self, Stop};

/// A list of keywords that may have a line for each of them.
#[derive(Default)]
pub(super) struct List {
    /// Its label, where the last line is a value of one.
    label: Option<u32>,
    /// Its label stands alone on a line.
    alone: bool,
    /// A marker stands before it on the page.
    in_block: bool,
}

impl List {
    /// Takes the pieces of the next line; `open`: they end with a label.
    pub(super) fn add(&mut self, line: &[Piece<'_>], open: bool) {
        self.in_block |= line.iter().any(|piece| piece.part == Part::Marker);
        let last = line.last().filter(|last| last.part == Part::Value(Field::Keywords));
        self.label = last.and_then(|last| last.why.rule);
        self.alone = open || self.alone && self.label.is_some();
    }

    /// The label again, where the next line has more keywords.
    pub(super) fn goes_on(&self, page: &Marking<'_, '_>, index: usize) -> Option<(u32, Label)> {
        let id = self.label?;
        let RuleKind::Label(label) = page.layouts.rule(id)?.kind else {
            return None;
        };
        let more =
            ends_open(page.lines, index) || self.alone && go_on(page.lines, index, self.in_block);
        more.then_some((id, label))
    }
}

/// Whether the keywords of line `at` end within a list.
fn ends_open(lines: &[Line<'_>], at: usize) -> bool {
    lines.get(at).is_some_and(|line| line.text.ends_with([',', '،', ';', '؛', '|']))
}

/// Whether keywords that have a line each go on behind line `at`. `in_block`: behind a marker, where a short line over a
/// paragraph is a headline.
fn go_on(lines: &[Line<'_>], at: usize, in_block: bool) -> bool {
    let text = |at: usize| lines.get(at).map_or("", |line| line.text.as_ref());
    // A sign alone parts two keywords.
    let next_at = if is_parting(text(at + 1)) { at + 2 } else { at + 1 };
    let (last, next) = (text(at), text(next_at));
    // A blank line stands before every keyword, or behind the last one.
    let is_apart = |at: usize| lines.get(at).is_some_and(|line| line.after_blank);
    let is_headline = in_block && shape::stop(text(next_at + 1)) == Stop::Full;
    // Behind hashtags a word without a sign is none.
    let is_tag = !last.starts_with('#') || next.starts_with('#');
    is_item(last) && is_item(next) && is_tag && (is_apart(at) || !is_apart(at + 1)) && !is_headline
}

/// Whether a line is a sign that parts two keywords: "/", "|".
pub(super) fn is_parting(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| is_separator(c) || matches!(c, '/' | '-'))
        && chars.next().is_none()
}

/// One button may stand between a label of keywords and the first of them: whether the pieces of line `index` are one, and
/// the next line has a few words and no stop.
pub(crate) fn is_button(page: &Marking<'_, '_>, index: usize, pieces: &[Piece<'_>]) -> bool {
    let next = page.matching.line(index + 1);
    !pieces.is_empty()
        && pieces.iter().all(|piece| piece.part == Part::Furniture)
        && shape::has_words(next)
        && shape::fits_words(next, BUTTON_WORDS)
        && shape::stop(next) == Stop::None
}

/// A keyword below a button has no more words.
const BUTTON_WORDS: usize = 4;
