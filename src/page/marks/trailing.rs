//! What stands behind a value on its line and is no part of it: a date, a bracket, a bar, a colon, a full stop.

use super::marking::Marking;
use super::value;
use crate::page::date;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape;
use crate::page::text::spelling::{folded_len, raw_offset};

/// A name, and the date behind it.
pub(crate) fn without_date<'a>(
    name: Piece<'a>,
    page: &Marking<'_, 'a>,
) -> (Piece<'a>, Option<Piece<'a>>) {
    let form = page.matching.text().get(name.folded.clone()).unwrap_or_default();
    let lead = form.len() - form.trim_start().len();
    let cut = value::trailing_date(page, form, value::NAMED_WORDS)
        .and_then(|at| name.split_at(raw_offset(&name.text, at - lead), at));
    match cut {
        Some((name, date)) => (name, Some(date)),
        None => (name, None),
    }
}

/// The headline of something appended, and the day and time of day behind it. A day alone can be the headline's.
pub(crate) fn without_time<'a>(
    piece: &Piece<'a>,
    page: &Marking<'_, '_>,
) -> Option<(Piece<'a>, Piece<'a>)> {
    let is_headline = piece.part == Part::Headline && piece.entry.is_some();
    if !is_headline || !piece.text.contains(':') || piece.text.len() > DATED_BYTES {
        return None;
    }
    let form = page.matching.text().get(piece.folded.clone())?;
    let lead = form.len() - form.trim_start().len();
    let cut = value::trailing_date(page, form, HEADLINE_WORDS)?;
    let has_clock = date::read(form.get(cut..)?, &page.dates)?.has_clock();
    let (mut headline, date) = piece.split_at(raw_offset(&piece.text, cut - lead), cut)?;
    headline.why = piece.why.clone();
    has_clock.then_some((headline, date))
}

/// A headline has no more words before its date, nor bytes with it.
const HEADLINE_WORDS: usize = 30;
const DATED_BYTES: usize = 400;

/// A value, and the bracket behind it that was opened before its label: "(Source: Reuters)".
pub(crate) fn without_bracket(value: Piece<'_>) -> (Piece<'_>, Option<Piece<'_>>) {
    let text = value.text.trim_end_matches(['.', ' ']);
    let open = text.matches(['(', '[', '【']).count();
    let closed = text.matches([')', ']', '】']).count();
    let Some(inside) = text.strip_suffix([')', ']', '】']).filter(|_| closed > open) else {
        return (value, None);
    };
    let (bytes, behind) = (inside.len(), value.text.get(inside.len()..).unwrap_or_default());
    match value.split_at(bytes, value.folded.len().saturating_sub(folded_len(behind))) {
        Some((inside, bracket)) if shape::has_words(&inside.text) => (inside, Some(bracket)),
        Some(_) | None => (value, None),
    }
}

/// Signs that part fields of one line, and stand behind the last of them as often as not: "12.03.2024 | 14:05 GMT |".
const BARS: [char; 6] = ['|', '•', '·', '-', '–', ' '];

/// A value, and the bar behind it.
pub(crate) fn without_bar(value: Piece<'_>) -> (Piece<'_>, Option<Piece<'_>>) {
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
        Some('|' | '•' | '·' | '-' | '–') => text.trim_end_matches(BARS),
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
