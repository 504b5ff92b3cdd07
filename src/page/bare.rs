//! Lines that say what they are without a label: a date below a headline.

use std::ops::Range;

use super::date;
use super::layout::{Field, RuleKind};
use super::mark::Marking;
use super::piece::{Part, Piece};

/// A date stands on one of so many lines below the headline.
const LINES: usize = 3;

/// A longer line, in bytes, is a sentence.
const MAX_BYTES: usize = 120;

/// Takes a line below the article's headline that is nothing but a date for its date (page-shapes §9: header dates of
/// whole pages), where no label names one.
pub(super) fn dates(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let own = pieces.iter().position(|piece| piece.part == Part::Marker).unwrap_or(pieces.len());
    let Some(own) = pieces.get_mut(..own) else { return };
    let named =
        |piece: &Piece<'_>| matches!(piece.part, Part::Value(Field::Published | Field::Updated));
    let Some(headline) = own.iter().position(|piece| piece.part == Part::Headline) else { return };
    if own.iter().any(named) {
        return;
    }
    let below = own.iter_mut().skip(headline + 1).take(LINES);
    for piece in below.filter(|piece| piece.part == Part::Body && piece.text.len() <= MAX_BYTES) {
        let form = page.matching.text().get(piece.folded.clone()).unwrap_or_default();
        if !form.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let read = date::read(form, &page.dates);
        if read.is_some_and(|read| read.whole) {
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
