//! The author whom no label names: beside the date, or behind the article where papers of the language print the name there.

use std::ops::Range;

use super::article::Article;
use crate::page::layout::Field;
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};
use crate::page::text::spelling::folded_len;

/// Takes a name beside a date, in the head of the page, for the article's author.
pub(super) fn beside_date(
    pieces: &mut [Piece<'_>],
    head: Range<usize>,
    article: &Article<'_>,
    page: &Marking<'_, '_>,
) {
    let is_author = |piece: &Piece<'_>| piece.part == Part::Value(Field::Author);
    if pieces.iter().any(is_author) {
        return;
    }
    let is_text = |at: &usize| {
        let piece = pieces.get(*at);
        piece.is_some_and(|piece| !matches!(piece.part, Part::Furniture | Part::Label))
    };
    // Of a date above the headline its author stands below the headline.
    let is_near = |at: Option<usize>| {
        let piece = at.and_then(|at| pieces.get(at));
        piece.is_some_and(|piece| piece.part.is_date())
    };
    let beside = |at: usize| {
        let above = (0..at).rev().find(is_text);
        let over_headline = above.filter(|above| *above + 1 == head.start);
        let over_headline = over_headline.and_then(|above| (0..above).rev().find(is_text));
        is_near(above) || is_near((at + 1..pieces.len()).find(is_text)) || is_near(over_headline)
    };
    let is_name = |piece: &Piece<'_>| {
        let form = page.matching.form(piece.folded.clone());
        let name = form.split(',').next().unwrap_or_default();
        piece.part == Part::Body
            && !is_nearly_label(piece)
            && name::stands_alone(&piece.text, page.layouts)
            && !article.says(name)
    };
    let mut places = head.clone();
    let found = places.find(|at| pieces.get(*at).is_some_and(is_name) && beside(*at));
    let found = found.or_else(|| {
        let is_name =
            |piece: &Piece<'_>| piece.part == Part::Body && is_caseless_name(piece, article, page);
        let mut places = head.clone();
        places.find(|at| pieces.get(*at).is_some_and(is_name) && is_near_date(pieces, *at))
    });
    if let Some(name) = found.and_then(|at| pieces.get_mut(at)) {
        name.take(Part::Value(Field::Author), None, "a name beside the date");
    }
}

/// So many lines of the site may stand between a name and the date: what its bearer is, a button.
const BETWEEN: usize = 3;

/// Whether a date stands near the piece at `at`, with nothing but lines of the site between: below it, or above it where no
/// label names the date (a page that has a label for its date has one for its author too), or above the headline.
fn is_near_date(pieces: &[Piece<'_>], at: usize) -> bool {
    let (above, below) = pieces.split_at_checked(at).unwrap_or_default();
    let is_text = |piece: &&Piece<'_>| !matches!(piece.part, Part::Furniture | Part::Label);
    let next = below.iter().skip(1).take(BETWEEN + 1).find(is_text);
    let mut above = above.iter().rev().take(BETWEEN + 1).filter(is_text);
    let last = above.next();
    let last = last.filter(|piece| piece.part != Part::Headline).or_else(|| above.next());
    next.is_some_and(|date| date.part.is_date())
        || last.is_some_and(|date| date.part.is_date() && date.why.rule.is_none())
}

/// Whether a piece is a name in a script without capitals, and the headline does not speak of its bearer.
fn is_caseless_name(piece: &Piece<'_>, article: &Article<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.form(piece.folded.clone());
    let last = form.rsplit(' ').next().unwrap_or_default();
    piece.text.len() <= NAME_BYTES
        && shape::stop(&piece.text) == Stop::None
        && !is_nearly_label(piece)
        && name::is_name_without_capitals(form, page.layouts)
        && !article.headline.split(' ').any(|word| word == last)
}

/// A longer line, in bytes, is no name.
const NAME_BYTES: usize = 100;

/// Takes lines that say no more than the author's name and stand below the first paragraph for furniture: it is named again.
pub(super) fn again(pieces: &mut [Piece<'_>], end: usize) {
    let is_author = |piece: &Piece<'_>| piece.part == Part::Value(Field::Author);
    let Some((head, below)) = pieces.split_at_mut_checked(end) else {
        return;
    };
    let Some(author) = head.iter().find(|piece| is_author(piece)) else {
        return;
    };
    for piece in below.iter_mut().filter(|piece| piece.part == Part::Body) {
        if piece.text == author.text {
            piece.take(Part::Furniture, None, "the author, named again");
        }
    }
}

/// A label of another language, or one that no name followed, begins it.
fn is_nearly_label(piece: &Piece<'_>) -> bool {
    piece.why.runner_up.is_some_and(|second| second.part == Part::Label)
}

/// Takes the last line of the article for its author where papers of the language print the name there, no other line names
/// one and the article says no such name.
pub(super) fn behind_body(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let is_author = |piece: &Piece<'_>| piece.part == Part::Value(Field::Author);
    if !page.layouts.words().has_names_behind(page.language) || pieces.iter().any(is_author) {
        return;
    }
    let own = pieces.iter().position(|piece| piece.part == Part::Marker).unwrap_or(pieces.len());
    let own = pieces.get(..own).unwrap_or_default().iter().enumerate();
    let mut texts = own.filter(|(_, piece)| piece.part == Part::Body).rev();
    let (Some((at, name)), Some((_, above))) = (texts.next(), texts.next()) else {
        return;
    };
    let mut is_said = || texts.any(|(_, piece)| piece.text.contains(name.text.as_ref()));
    if shape::is_paragraph(&above.text)
        && !above.text.contains(name.text.as_ref())
        && name::is_full_name(&name.text, page.layouts)
        && !is_said()
        && let Some(name) = pieces.get_mut(at)
    {
        name.take(Part::Value(Field::Author), None, "a name behind the article");
    }
}

/// Takes the site that stands behind the author's name for the source: "Nora Field - paper.example".
pub(super) fn without_paper(pieces: &mut Vec<Piece<'_>>) {
    let is_value = |piece: &Piece<'_>, field| piece.part == Part::Value(field);
    let Some(at) = pieces.iter().position(|piece| is_value(piece, Field::Author)) else {
        return;
    };
    let cut = pieces.get(at).and_then(|author| {
        let (name, paper) = author.text.rsplit_once([' ', '-', '|', '/'])?;
        let bytes = name.trim_end_matches([' ', '-', '–', '|', '/', ',']).len();
        let is_paper = is_host(paper) && bytes + 1 < name.len();
        let name = author.text.get(..bytes).filter(|name| is_paper && !name.is_empty())?;
        let (author_of, rest) = author.split_at(name.len(), folded_len(name))?;
        let sign = rest.text.len() - paper.len();
        let (sign, paper) = rest.split_at(sign, folded_len(rest.text.get(..sign)?))?;
        Some([author_of, sign, paper])
    });
    let Some([mut name, mut sign, mut paper]) = cut else {
        return;
    };
    let named = pieces.iter().any(|piece| is_value(piece, Field::Source));
    let rule = pieces.get(at).and_then(|author| author.why.rule);
    name.why.rule = rule;
    name.take(Part::Value(Field::Author), None, "a name before its paper");
    sign.take(Part::Label, None, "a sign between a name and its paper");
    let part = if named { Part::Furniture } else { Part::Value(Field::Source) };
    paper.take(part, None, "the paper behind its author's name");
    drop(pieces.splice(at..=at, [name, sign, paper]));
}

/// "paper.example": a name, a point and letters.
fn is_host(text: &str) -> bool {
    let is_part = |part: &str| {
        part.chars().nth(1).is_some() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.contains('.')
        && text.split('.').all(is_part)
        && last.chars().all(|c| c.is_ascii_lowercase())
}
