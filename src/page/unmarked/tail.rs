//! The foot of a page: what stands behind the last sentence of its article and is no part of it, as no form says.

use std::ops::Range;

use super::article::{SHORT_CHARS, SHORT_WORDS};
use super::tags;
use crate::page::layout::{Field, Layouts};
use crate::page::marks::marking::Marking;
use crate::page::piece::{Part, Piece};
use crate::page::text::matching::Matching;
use crate::page::text::shape::{self, Stop};
use crate::page::text::stems::stems_of;

/// Takes short lines behind the last sentence of the article for furniture where the site has begun: beside a line of the
/// site or behind links; or where they are a list of tags. For its keywords where the line above them is the
/// words of their label. Behind the laying out of blocks.
pub(crate) fn take(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let (matching, layouts) = (page.matching, page.layouts);
    dates_again(pieces, page);
    below_comments(pieces, matching, layouts);
    below_comments_of_story(pieces, matching, layouts);
    number_behind_story(pieces);
    buttons_of_list(pieces, matching);
    tags::on_a_line(pieces, matching);
    let is_own = |piece: &Piece<'_>| piece.part == Part::Body && piece.entry.is_none();
    // A label of the site, with nothing of its own below it, announces nothing.
    let is_label = |at: usize| {
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        let mut beside = beside.filter_map(|at| pieces.get(at));
        beside.any(|piece| piece.part == Part::Furniture)
    };
    let is_text = |at: &usize| {
        pieces.get(*at).is_some_and(|piece| {
            let text = piece.text.as_ref();
            is_own(piece) && is_text(text) && !(is_short(text) && is_label(*at))
        })
    };
    let Some(last) = (0..pieces.len()).rev().find(is_text) else {
        return;
    };
    // What a paragraph announces is a list.
    if pieces.get(last).is_some_and(|last| shape::stop(&last.text) == Stop::Colon) {
        return;
    }
    let (mut runs, mut at) = (Vec::new(), last + 1);
    while at < pieces.len() {
        let rest = pieces.get(at..).unwrap_or_default().iter();
        let lines = rest.take_while(|piece| is_own(piece) && is_short(&piece.text)).count();
        runs.extend((lines > 0).then_some(at..at + lines));
        at += lines.max(1);
    }
    // The last of them can be a list of tags: whether it is, the whole article is asked.
    if let Some(run) = runs.pop_if(|run| tags::are_listed(pieces, last, run, (matching, layouts))) {
        tags::take(pieces.get_mut(run).unwrap_or_default(), layouts);
    }
    for run in runs {
        let is_call = |piece: &Piece<'_>| is_number_to_call(&piece.text);
        let has_call = pieces.get(run.clone()).unwrap_or_default().iter().any(is_call);
        if has_call || is_beside_site(pieces, last, &run) {
            for piece in pieces.get_mut(run).unwrap_or_default() {
                piece.take(Part::Furniture, None, "a few words behind the article");
            }
        }
    }
}

/// Whether a run of short lines stands beside a line of the site, or behind links or a list of tags; the last sentence
/// stands at `last`.
fn is_beside_site(pieces: &[Piece<'_>], last: usize, run: &Range<usize>) -> bool {
    let is_keyword = |piece: &Piece<'_>| piece.part == Part::Value(Field::Keywords);
    let is_behind = pieces.get(last + 1..run.start).is_some_and(|between| match between {
        [.., above, keyword] if is_keyword(above) && is_keyword(keyword) => true,
        [.., above] => above.part == Part::Furniture || above.entry.is_some(),
        [] => false,
    });
    // A line that is broken off goes on below it.
    let is_whole = pieces.get(last).is_some_and(|last| shape::ends_in_stop(&last.text));
    let is_before = pieces.get(run.end).is_some_and(|piece| match piece.part {
        Part::Furniture => true,
        // An agency's name can stand alone above a marker.
        Part::Marker => run.len() > 1,
        Part::Headline | Part::Body | Part::Teaser | Part::Label | Part::Value(_) => false,
    });
    is_behind || is_before && (is_whole || run.start > last + 1)
}

/// A short line that is a question or a label has no more words: more of them say something.
const ASKING_WORDS: usize = 2;
const LABEL_WORDS: usize = 3;

/// Whether a line is a few words that are no sentence, and no item of a list.
fn is_short(text: &str) -> bool {
    let words = match shape::stop(text) {
        Stop::None => SHORT_WORDS,
        Stop::Question => ASKING_WORDS,
        Stop::Colon => LABEL_WORDS,
        Stop::Full | Stop::Dots | Stop::Comma => return false,
    };
    shape::fits(text, words, SHORT_CHARS)
        && (text.starts_with(shape::is_letter) && !text.contains(char::is_numeric)
            || shape::is_web_address(text))
        || is_contact(text)
}

/// Whether a line is an address for mail or a number to call.
fn is_contact(text: &str) -> bool {
    text.contains('@') && text.contains('.') && !text.contains([' ', '/'])
        || is_number_to_call(text)
}

fn is_number_to_call(text: &str) -> bool {
    text.starts_with(['+', '0', '('])
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')'))
        && PHONE_DIGITS.contains(&text.chars().filter(char::is_ascii_digit).count())
}

/// A number to call has so many digits.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

/// A longer line, in bytes, is more than a date.
const DATE_BYTES: usize = 64;

/// Takes lines that are nothing but the day of the article's date for furniture where they stand beside anything but its
/// paragraphs: it is printed again.
fn dates_again(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let form = |piece: &Piece<'_>| page.matching.form(piece.folded.clone());
    // Few pages have such a line: their dates need not be read.
    let is_short = |piece: &Piece<'_>| {
        let is_own = piece.part == Part::Body && piece.entry.is_none();
        is_own && form(piece).len() <= DATE_BYTES
    };
    let has_digit = |piece: &Piece<'_>| shape::has_digit(form(piece));
    if !pieces.iter().any(|piece| is_short(piece) && has_digit(piece)) {
        return;
    }
    let day = |piece: &Piece<'_>| {
        let read = page.date_in(form(piece))?;
        let at = (read.whole && read.has_day()).then(|| read.at())?;
        at.get(..DAY.len()).map(str::to_owned)
    };
    let is_date = |piece: &&Piece<'_>| piece.part.is_date() && piece.entry.is_none();
    let days: Vec<String> = pieces.iter().filter(is_date).take(DATES).filter_map(day).collect();
    let years: Vec<&str> = days.iter().filter_map(|day| day.split('-').next()).collect();
    let is_again = |piece: &Piece<'_>| {
        is_short(piece)
            && years.iter().any(|year| form(piece).contains(year))
            && day(piece).is_some_and(|day| days.contains(&day))
    };
    let is_other = |at: Option<usize>| {
        let piece = at.and_then(|at| pieces.get(at));
        piece.is_some_and(|piece| piece.part != Part::Body || piece.entry.is_some())
    };
    let beside = |at: usize| is_other(at.checked_sub(1)) || is_other(Some(at + 1));
    let is_here = |at: &usize| pieces.get(*at).is_some_and(is_again) && beside(*at);
    let again: Vec<usize> = (0..pieces.len()).filter(is_here).collect();
    for at in again {
        if let Some(piece) = pieces.get_mut(at) {
            piece.take(Part::Furniture, None, "the date again");
        }
    }
}

/// An article has so many dates: that of its publication and that of its last change.
const DATES: usize = 2;

/// A day as dates are written.
const DAY: &str = "2024-03-14";

/// Whether a line says something: it is a sentence, or longer than the site's lines are.
fn is_text(text: &str) -> bool {
    matches!(shape::stop(text), Stop::Full | Stop::Colon)
        || !shape::fits_chars(text, shape::PARAGRAPH_CHARS)
}

/// So many paragraphs stand above the comments at least, and what is below them has so many times fewer bytes at least.
const ABOVE_COMMENTS: usize = 2;
const BELOW_COMMENTS: usize = 5;

/// The line over it has no more words: "Welcome to the comments".
const HEADING_WORDS: usize = 6;

fn is_heading(text: &str) -> bool {
    matches!(shape::stop(text), Stop::None | Stop::Question)
        && shape::fits_words(text, HEADING_WORDS)
}

/// Where a longer line, in characters, stands below the box for comments, the article goes on there.
const COMMENT_CHARS: usize = 200;

/// Takes what stands below the box for comments for furniture: readers wrote it, or nobody.
fn below_comments(pieces: &mut [Piece<'_>], matching: &Matching, layouts: &Layouts) {
    let is_own = |piece: &Piece<'_>| piece.part == Part::Body && piece.entry.is_none();
    let small = layouts.words();
    let is_comments = |piece: &Piece<'_>| {
        let mut words = matching.form(piece.folded.clone()).split(' ');
        let is_site = piece.part == Part::Furniture && piece.why.rule.is_some();
        (is_site || is_own(piece) && is_heading(&piece.text))
            && words.any(|word| small.is_comment(word))
    };
    let all: usize =
        pieces.iter().filter(|piece| is_own(piece)).map(|piece| piece.text.len()).sum();
    let (mut above, mut paragraphs) = (0, 0);
    let comments = pieces.iter().position(|piece| {
        if is_own(piece) {
            above += piece.text.len();
            paragraphs += usize::from(shape::is_paragraph(&piece.text));
        }
        paragraphs >= ABOVE_COMMENTS
            && BELOW_COMMENTS * (all - above) <= above
            && is_comments(piece)
    });
    let below = comments.and_then(|at| pieces.get_mut(at..)).unwrap_or_default();
    let is_long =
        |piece: &Piece<'_>| is_own(piece) && !shape::fits_chars(&piece.text, COMMENT_CHARS);
    if below.iter().any(is_long) {
        return;
    }
    for piece in below.iter_mut().filter(|piece| is_own(piece)) {
        piece.take(Part::Furniture, None, "a line below the comments");
    }
}

/// Takes what stands below the box for comments behind the last appended story for furniture: a name without a stop begins it,
/// and no line of it is long.
fn below_comments_of_story(pieces: &mut [Piece<'_>], matching: &Matching, layouts: &Layouts) {
    let small = layouts.words();
    let is_comments = |piece: &Piece<'_>| {
        let mut words = matching.form(piece.folded.clone()).split(' ');
        let is_site = piece.part == Part::Furniture && piece.why.rule.is_some();
        is_site && words.any(|word| small.is_comment(word.trim_matches(['(', ')', ':'])))
    };
    let is_story = |piece: &Piece<'_>| piece.part == Part::Body && piece.entry.is_some();
    let ends_story = |before: &Piece<'_>| is_story(before) && shape::ends_in_stop(&before.text);
    let is_end =
        |pair: &[Piece<'_>]| matches!(pair, [before, at] if is_comments(at) && ends_story(before));
    let Some(at) = pieces.windows(2).rposition(is_end) else {
        return;
    };
    let below = pieces.get_mut(at + 2..).unwrap_or_default();
    let is_of_readers = |piece: &Piece<'_>| match piece.part {
        Part::Body => shape::fits_chars(&piece.text, COMMENT_CHARS),
        Part::Furniture => true,
        Part::Headline | Part::Teaser | Part::Marker | Part::Label | Part::Value(_) => false,
    };
    let begins = below.iter().find(|piece| piece.part == Part::Body);
    if begins.is_some_and(|first| is_heading(&first.text)) && below.iter().all(is_of_readers) {
        for piece in below.iter_mut().filter(|piece| piece.part == Part::Body) {
            piece.take(Part::Furniture, None, "a line below the comments");
        }
    }
}

/// Takes a number that is the last line of what is appended last for furniture: the page's own.
fn number_behind_story(pieces: &mut [Piece<'_>]) {
    let last = pieces.iter_mut().rfind(|piece| piece.part != Part::Furniture);
    let is_number = |text: &str| text.chars().all(char::is_numeric);
    let is_appended = |piece: &Piece<'_>| piece.part == Part::Body && piece.entry.is_some();
    if let Some(last) = last.filter(|last| is_appended(last) && is_number(&last.text)) {
        last.take(Part::Furniture, None, "a number behind everything");
    }
}

/// A keyword that the article does not say has fewer words: a line of more is a button below the list.
const BUTTON_WORDS: usize = 3;

/// Takes the last keywords of a list with a line for each for furniture where they are buttons below it: a few words of which
/// the article has none.
fn buttons_of_list(pieces: &mut [Piece<'_>], matching: &Matching) {
    let is_keyword =
        |piece: &Piece<'_>| piece.part == Part::Value(Field::Keywords) && piece.entry.is_none();
    let says_more = |text: &str| {
        let mut words = text.split(' ').filter(|word| shape::has_words(word));
        words.nth(BUTTON_WORDS - 1).is_some()
    };
    let is_button = |piece: &Piece<'_>| is_keyword(piece) && says_more(&piece.text);
    let Some(last) = pieces.iter().rposition(is_keyword).filter(|at| *at > 0) else {
        return;
    };
    if !pieces.get(last).is_some_and(is_button) || !pieces.get(last - 1).is_some_and(is_keyword) {
        return;
    }
    let told = pieces.iter().filter(|piece| matches!(piece.part, Part::Body | Part::Headline));
    let told = stems_of(told.map(|piece| piece.folded.clone()), matching);
    for at in (1..=last).rev() {
        let Some([before, piece]) = pieces.get_mut(at - 1..=at) else { return };
        let says = || stems_of(std::iter::once(piece.folded.clone()), matching).share_in(&told) > 0;
        if !is_keyword(before) || !is_button(piece) || says() {
            return;
        }
        piece.take(Part::Furniture, None, "a button below the keywords");
    }
}
