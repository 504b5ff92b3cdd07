//! Lines that say what they are without a label: a date above or below the headline, hashtags.

use std::ops::Range;

use super::date;
use super::layout::{Field, RuleKind};
use super::mark::Marking;
use super::piece::{Part, Piece};
use super::shape::{self, Stop};

/// A date stands on one of so many lines below the headline.
const LINES: usize = 3;

/// A longer line, in bytes, is a sentence.
const MAX_BYTES: usize = 120;

/// Takes the first line for the date where it is nothing else and no label names one: the headline stands below it.
pub(super) fn date_above(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let mut texts = pieces.iter_mut().filter(|piece| piece.part == Part::Body);
    let (Some(first), Some(_)) = (texts.next(), texts.next()) else { return };
    if first.text.len() > MAX_BYTES || !is_date(first, page) || pieces.iter().any(is_named) {
        return;
    }
    if let Some(first) = pieces.iter_mut().find(|piece| piece.part == Part::Body) {
        first.take(Part::Value(Field::Published), None, "a line that is nothing but a date");
    }
}

/// Takes lines of nothing but hashtags for furniture: keywords that nobody has called so.
pub(super) fn tags(pieces: &mut [Piece<'_>]) {
    let is_tag = |word: &str| word.starts_with('#') && shape::has_words(word);
    for piece in pieces.iter_mut().filter(|piece| piece.part == Part::Body) {
        if piece.text.starts_with('#') && piece.text.split(' ').all(is_tag) {
            piece.take(Part::Furniture, None, "hashtags without a label");
        }
    }
}

/// Whether a piece is a date of the page by a label.
fn is_named(piece: &Piece<'_>) -> bool {
    matches!(piece.part, Part::Value(Field::Published | Field::Updated))
}

/// Whether a piece is nothing but a date.
fn is_date(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.text().get(piece.folded.clone()).unwrap_or_default();
    // "On 20 November 2022," goes on with a sentence.
    let goes_on = matches!(shape::stop(&piece.text), Stop::Comma | Stop::Colon);
    !goes_on
        && form.contains(|c: char| c.is_ascii_digit())
        && date::read(form, &page.dates).is_some_and(|read| read.whole)
}

/// Takes a line below the article's headline that is nothing but a date for its date (page-shapes §9: header dates of
/// whole pages), where no label names one.
pub(super) fn dates(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let own = pieces.iter().position(|piece| piece.part == Part::Marker).unwrap_or(pieces.len());
    let Some(own) = pieces.get_mut(..own) else { return };
    let Some(headline) = own.iter().position(|piece| piece.part == Part::Headline) else { return };
    if own.iter().any(is_named) {
        return;
    }
    let below = own.iter_mut().skip(headline + 1).take(LINES);
    for piece in below.filter(|piece| piece.part == Part::Body && piece.text.len() <= MAX_BYTES) {
        if is_date(piece, page) {
            let field = if speaks_of_change(&piece.folded, page) {
                Field::Updated
            } else {
                Field::Published
            };
            piece.take(Part::Value(field), None, "a line that is nothing but a date");
            return;
        }
    }
}

/// Whether the line has the words of a label of the last change in it: "Tuesday, 12 January 2010, last update 11:00".
fn speaks_of_change(line: &Range<usize>, page: &Marking<'_, '_>) -> bool {
    let hits = page.layouts.hits(page.matching).filter(|hit| line.contains(&hit.start));
    hits.flat_map(|hit| page.layouts.rules_of(hit))
        .map(|(_, rule)| &rule.kind)
        .any(|kind| matches!(kind, RuleKind::Label(label) if label.field == Field::Updated))
}
