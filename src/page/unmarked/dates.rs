//! The article's date on a line that no label names: above or below the headline, or behind links that stand there.

use std::ops::Range;

use super::byline::{self, Byline, Head, LINES};
use super::clock;
use crate::page::date;
use crate::page::layout::{Field, RuleKind};
use crate::page::marks::marking::Marking;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};

/// A longer line, in bytes, is a sentence.
pub(crate) const MAX_BYTES: usize = 120;

/// Takes the first line for the date where it is nothing else and no label names one: the headline stands below it.
pub(crate) fn above(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let is_text = |piece: &Piece<'_>| {
        piece.part == Part::Body && !clock::is_clock(piece, page.matching, &page.dates)
    };
    let mut texts = pieces.iter().enumerate().filter(|(_, piece)| is_text(piece));
    let (Some((at, first)), Some(_)) = (texts.next(), texts.next()) else {
        return;
    };
    if first.text.len() > MAX_BYTES
        || !is_full_date(first, page)
        || pieces.iter().any(|piece| piece.part.is_date())
        || is_todays(pieces.get(at + 1..).unwrap_or_default(), page)
    {
        return;
    }
    if let Some(first) = pieces.get_mut(at) {
        first.take(Part::Value(Field::Published), None, "a line that is nothing but a date");
    }
}

/// Whether a date is that of the day on which the page was asked for, by the pieces below it: lines of the site stand between
/// it and the headline, and below that one stands another.
fn is_todays(below: &[Piece<'_>], page: &Marking<'_, '_>) -> bool {
    let is_text = |piece: &&Piece<'_>| piece.part == Part::Body;
    below.first().is_some_and(|first| first.part == Part::Furniture)
        && below
            .iter()
            .filter(is_text)
            .skip(1)
            .take(LINES)
            .any(|piece| piece.text.len() <= MAX_BYTES && is_full_date(piece, page))
}

/// Takes a line below the first one that is nothing but a date for the article's date (page-shapes §9: header dates of
/// whole pages), where no label names one.
pub(crate) fn below<'a>(pieces: &mut [Piece<'a>], page: &Marking<'_, 'a>) {
    let own = pieces.iter().position(|piece| piece.part == Part::Marker).unwrap_or(pieces.len());
    let (own, block) = pieces.split_at_mut(own);
    below_links(own, block, page);
    let Some(first) = own.iter().position(|piece| piece.part == Part::Body) else {
        return;
    };
    let is = |piece: &Piece<'_>, field| piece.part == Part::Value(field);
    if own.iter().any(|piece| is(piece, Field::Published)) {
        return;
    }
    // Where the last change has a label, the date before it, on its line or on one above, needs none.
    let updated = own.iter().find(|piece| is(piece, Field::Updated)).map(|piece| piece.line);
    let mut head = Head::default();
    let below = own.iter_mut().skip(first + 1).filter(|piece| piece.part == Part::Body);
    let below = below.take_while(|piece| head.goes_on(piece));
    let below = below
        .filter(|piece| updated.is_none_or(|line| (piece.line..=piece.line + 2).contains(&line)));
    let mut announces = false;
    for piece in below {
        let is_announced = std::mem::replace(&mut announces, shape::announces(&piece.text));
        if is_announced || piece.text.len() > MAX_BYTES {
            continue;
        }
        let byline = byline::label(piece, page).and_then(|label| Byline::of(piece, label, page));
        if byline.is_some_and(|byline| byline.date.is_some()) {
            return;
        }
        let beside = updated == Some(piece.line) && is_day_beside_place(piece, page);
        if beside || is_full_date(piece, page) {
            let field = if updated.is_none() && speaks_of_change(&piece.folded, page) {
                Field::Updated
            } else {
                Field::Published
            };
            piece.take(Part::Value(field), None, "a line that is nothing but a date");
            return;
        }
    }
}

/// Links above the first paragraph take no more lines.
const LINK_LINES: usize = 8;

/// Takes a date behind links that stand above the article's first paragraph for the article's, where it has none above
/// them: a paragraph stands below it.
fn below_links(own: &[Piece<'_>], block: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let mut texts = own.iter().filter(|piece| piece.part == Part::Body);
    if texts.nth(1).is_some() || own.iter().any(|piece| piece.part.is_date()) {
        return;
    }
    let is_body = |piece: &Piece<'_>| piece.part == Part::Body;
    let at = block.iter().take(LINK_LINES).position(|piece| {
        is_body(piece) && piece.text.len() <= MAX_BYTES && is_full_date(piece, page)
    });
    let Some((date, below)) = at.and_then(|at| block.get_mut(at..)?.split_first_mut()) else {
        return;
    };
    let mut below = below.iter().filter(|piece| is_body(piece)).take(LINES);
    if below.any(|piece| shape::is_paragraph(&piece.text)) {
        date.take(Part::Value(Field::Published), None, "a line that is nothing but a date");
    }
}

/// So many words that say something else may stand beside a date on its line.
const BESIDE: usize = 3;

/// Whether a piece is nothing but a date, to the day: a year alone can be the rest of a sentence.
fn is_full_date(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.text().get(piece.folded.clone()).unwrap_or_default();
    // "On 20 November 2022," goes on with a sentence.
    let goes_on = matches!(shape::stop(&piece.text), Stop::Comma | Stop::Colon);
    // A place or an agency stands beside a time of day, beside a day in two calendars, or in one that few sentences use,
    // or behind a bar; or its first word is an outlet's.
    let is_whole = |read: &date::Reading| {
        let is_plain = read.has_clock() || read.is_told_twice || read.is_converted();
        let is_plain = is_plain || piece.text.contains(['|', '•']);
        let is_plain = is_plain || begins_with_outlet(form, page);
        read.whole || is_plain && read.others <= BESIDE
    };
    !goes_on && page.date_in(form).is_some_and(|read| read.has_day() && is_whole(&read))
}

/// "Web desk, 14 March 2024", in a script without capitals.
fn begins_with_outlet(form: &str, page: &Marking<'_, '_>) -> bool {
    form.split(' ').next().is_some_and(|word| page.layouts.words().is_outlet(word))
}

/// Whether a piece is a day with no more than a place before it: "New Delhi, 12 March 2024 (Updated …)".
fn is_day_beside_place(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.text().get(piece.folded.clone()).unwrap_or_default();
    page.date_in(form).is_some_and(|read| read.has_day() && read.others <= BESIDE)
}

/// Whether a piece is a day and nothing else, no place or agency either: that is a dateline.
pub(crate) fn is_day_alone(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.form(piece.folded.clone());
    form.len() <= DAY_BYTES && page.date_in(form).is_some_and(|read| read.whole && read.has_day())
}

/// A longer line, in bytes, is more than a day.
const DAY_BYTES: usize = 64;

/// The same, of a year that it need not say.
pub(crate) fn is_day_alone_of_any_year(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.form(piece.folded.clone());
    shape::has_digit(form)
        && (is_day_alone(piece, page) || date::is_day_of_a_year(form, &page.dates))
}

/// Whether the line has the words of a label of the last change in it: "Tuesday, 12 January 2010, last update 11:00". Where
/// they say how long ago that was, the date before them is another one: "12 January 2010 11:00 Updated 2 months ago".
fn speaks_of_change(line: &Range<usize>, page: &Marking<'_, '_>) -> bool {
    let mut hits = page.layouts.hits(page.matching, line.clone());
    hits.any(|hit| {
        // Short words of another language are months and names here: "maj".
        let mut own =
            page.layouts.rules_of(hit).filter(|(_, rule)| *rule.language == *page.language);
        let is_change = |kind: &RuleKind| {
            matches!(kind, RuleKind::Label(label) if label.field == Field::Updated)
        };
        let form = |range| page.matching.text().get(range).unwrap_or_default();
        let is_date =
            |form| page.date_in(form).is_some_and(|read| read.whole && read.has_day());
        let is_ago =
            |form| !date::has_clock_alone(form, &page.dates) && page.date_in(form).is_none();
        own.any(|(_, rule)| is_change(&rule.kind))
            && !(is_ago(form(hit.end..line.end)) && is_date(form(line.start..hit.start)))
    })
}
