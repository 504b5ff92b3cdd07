//! What stands behind a value on its line and is no part of it: a date, a bracket, a bar, a colon, a full stop.

use super::marking::Marking;
use crate::page::piece::Piece;
use crate::page::text::shape;
use crate::page::text::spelling::{folded_len, raw_offset};

/// A name, and the date behind it.
pub(crate) fn without_date<'a>(
    name: Piece<'a>,
    page: &Marking<'_, 'a>,
) -> (Piece<'a>, Option<Piece<'a>>) {
    let form = page.matching.text().get(name.folded.clone()).unwrap_or_default();
    let lead = form.len() - form.trim_start().len();
    let cut = trailing_date(page, form, NAMED_WORDS)
        .and_then(|at| name.split_at(raw_offset(&name.text, at - lead), at));
    match cut {
        Some((name, date)) => (name, Some(date)),
        None => (name, None),
    }
}

/// Where the date begins that ends a line behind no more than so many words: "Nora Field, 12 March 2024". A place in
/// `name`, its match form.
pub(crate) fn trailing_date(page: &Marking<'_, '_>, name: &str, words: usize) -> Option<usize> {
    let name = name.trim_end();
    if !shape::has_digit(name) {
        return None;
    }
    let is_date = |text: &str| page.date_in(text).is_some_and(|read| read.whole && read.has_day());
    let begins = name.match_indices(' ').map(|(at, _)| at + 1).take(words);
    let mut begins = begins.filter(|at| shape::has_letters(name.get(..*at).unwrap_or_default()));
    begins.find(|at| name.get(*at..).is_some_and(is_date))
}

/// A name before a date, and the office of its bearer, have no more words.
const NAMED_WORDS: usize = 10;

/// A value, and the bracket behind it that was opened before its label: "(Source: Reuters)".
pub(crate) fn without_bracket(value: Piece<'_>) -> (Piece<'_>, Option<Piece<'_>>) {
    let text = value.text.trim_end_matches(['.', ' ']);
    let count = |signs: [char; 3]| text.matches(signs).count();
    let is_closed = || count([')', ']', '】']) > count(['(', '[', '【']);
    let Some(inside) = text.strip_suffix([')', ']', '】']).filter(|_| is_closed()) else {
        return (value, None);
    };
    let (bytes, behind) = (inside.len(), value.text.get(inside.len()..).unwrap_or_default());
    match value.split_at(bytes, value.folded.len().saturating_sub(folded_len(behind))) {
        Some((inside, bracket)) if shape::has_words(&inside.text) => (inside, Some(bracket)),
        Some(_) | None => (value, None),
    }
}

/// Signs that part fields of one line, and stand behind the last of them as often as not: "12.03.2024 | 14:05 GMT |".
const BARS: [char; 7] = ['|', '•', '·', '-', '–', '/', ' '];

/// A value, and the bar behind it.
pub(super) fn without_bar(value: Piece<'_>) -> (Piece<'_>, Option<Piece<'_>>) {
    let bytes = value.text.trim_end_matches(BARS).len();
    cut_behind(value, bytes)
}

/// A name, and the sign behind it that ends its line: "كتب أحمد السيد:", "المصدر: وكالات.".
pub(crate) fn without_sign(value: Piece<'_>) -> (Piece<'_>, Option<Piece<'_>>) {
    let text = value.text.as_ref();
    let last_word = text.split(' ').next_back().unwrap_or_default().trim_end_matches('.');
    let is_word = !last_word.contains('.') && last_word.chars().count() >= WORD;
    let name = match text.chars().next_back() {
        Some('.') if is_word => text.trim_end_matches('.'),
        Some(':' | ',' | '،' | ';' | '؛') => {
            text.trim_end_matches([':', ',', '،', ';', '؛', ' '])
        }
        Some('|' | '•' | '·' | '-' | '–' | '/') => text.trim_end_matches(BARS),
        _ => return (value, None),
    };
    let bytes = name.len();
    cut_behind(value, bytes)
}

/// A full stop ends a line, and no abbreviation, behind a word of so many letters.
const WORD: usize = 5;

/// Cuts a value behind so many bytes, if words are left and signs are cut off.
fn cut_behind(value: Piece<'_>, bytes: usize) -> (Piece<'_>, Option<Piece<'_>>) {
    let behind = value.text.get(bytes..).unwrap_or_default();
    if behind.is_empty() {
        return (value, None);
    }
    match value.split_at(bytes, value.folded.len().saturating_sub(folded_len(behind))) {
        Some((value, sign)) if shape::has_words(&value.text) => (value, Some(sign)),
        Some(_) | None => (value, None),
    }
}
