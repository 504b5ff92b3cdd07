//! Lines that say what they are without a label and its colon: a date above or below the headline, a byline, hashtags.

use std::ops::Range;

use super::date;
use super::layout::{Field, RuleKind};
use super::mark::Marking;
use super::matching::raw_offset;
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

/// A byline names no more words: two authors, or one and a paper.
const NAME_WORDS: usize = 6;

/// Takes a line below the article's headline that is an author's label and a name, with no colon between, for the author.
pub(super) fn byline(pieces: &mut Vec<Piece<'_>>, page: &Marking<'_, '_>) {
    let is_author = |piece: &Piece<'_>| piece.part == Part::Value(Field::Author);
    let Some(headline) = pieces.iter().position(|piece| piece.part == Part::Headline) else {
        return;
    };
    if pieces.iter().any(is_author) {
        return;
    }
    let below = pieces.iter().enumerate().skip(headline + 1).take(LINES);
    let below = below.take_while(|(_, piece)| piece.part != Part::Marker);
    let found = below.filter(|(_, piece)| piece.part == Part::Body).find_map(|(at, piece)| {
        let (rule, bytes) = byline_label(piece, page)?;
        let (label, name) = piece.split_at(raw_offset(&piece.text, bytes), bytes)?;
        is_name(&name.text).then_some((at, rule, label, name))
    });
    if let Some((at, rule, label, name)) = found {
        let label = label.by_rule(Part::Label, rule);
        let name = name.by_rule(Part::Value(Field::Author), rule);
        drop(pieces.splice(at..=at, [label, name]));
    }
}

/// The rule of a label that may begin a byline and begins the piece, and the bytes of its form.
fn byline_label(piece: &Piece<'_>, page: &Marking<'_, '_>) -> Option<(u32, usize)> {
    // What marking has made nothing of is the runner-up of its line: few lines have one.
    piece.why.runner_up?.rule?;
    let hit = page.layouts.hits(page.matching).find(|hit| hit.start >= piece.folded.start)?;
    let is_byline = |kind: &RuleKind| matches!(kind, RuleKind::Label(label) if label.byline);
    let mut rules = page.layouts.rules_of(hit);
    let (id, _) =
        rules.find(|(_, rule)| *rule.language == *page.language && is_byline(&rule.kind))?;
    (hit.start == piece.folded.start).then_some((id, hit.end - hit.start))
}

/// Whether a text is one name or a few: in scripts with capitals each word has one, but for the small words of names.
fn is_name(text: &str) -> bool {
    let is_capital = |word: &str| {
        let first = word.chars().find(|c| c.is_alphabetic());
        first.is_none_or(|c| !c.is_lowercase()) || word.chars().nth(3).is_none()
    };
    text.split(' ').nth(NAME_WORDS).is_none()
        && text.split(' ').next().is_some_and(|word| !word.starts_with(char::is_lowercase))
        && text.split(' ').all(is_capital)
        && shape::stop(text) == Stop::None
        && !text.contains(char::is_numeric)
}

/// Takes lines of nothing but hashtags, two or more, for furniture: keywords that nobody has called so.
pub(super) fn tags(pieces: &mut [Piece<'_>]) {
    let is_tag = |word: &str| word.starts_with('#') && shape::has_words(word);
    let is_list = |text: &str| text.contains(' ') && text.split(' ').all(is_tag);
    for piece in pieces.iter_mut().filter(|piece| piece.part == Part::Body) {
        if piece.text.starts_with('#') && is_list(&piece.text) {
            piece.take(Part::Furniture, None, "hashtags without a label");
        }
    }
}

/// Whether a piece is a date of the page by a label.
fn is_named(piece: &Piece<'_>) -> bool {
    matches!(piece.part, Part::Value(Field::Published | Field::Updated))
}

/// Whether a piece is nothing but a date, to the day: a year alone can be the rest of a sentence.
fn is_date(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.text().get(piece.folded.clone()).unwrap_or_default();
    // "On 20 November 2022," goes on with a sentence.
    let goes_on = matches!(shape::stop(&piece.text), Stop::Comma | Stop::Colon);
    !goes_on
        && form.contains(|c: char| c.is_ascii_digit())
        && date::read(form, &page.dates).is_some_and(|read| read.whole && read.has_day())
}

/// Takes a line below the first one that is nothing but a date for the article's date (page-shapes §9: header dates of
/// whole pages), where no label names one.
pub(super) fn dates(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let own = pieces.iter().position(|piece| piece.part == Part::Marker).unwrap_or(pieces.len());
    let Some(own) = pieces.get_mut(..own) else { return };
    let Some(first) = own.iter().position(|piece| piece.part == Part::Body) else { return };
    if own.iter().any(is_named) {
        return;
    }
    let below = own.iter_mut().skip(first + 1).take(LINES);
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
