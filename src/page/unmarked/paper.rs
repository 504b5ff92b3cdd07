//! The paper that no label names: a line of the head that is nothing but the name of a paper or of an agency, with a place
//! beside it or none. And the source that is none, but a picture's.

use std::ops::Range;

use super::author;
use crate::page::layout::{Field, Layouts, Opening};
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};

/// Takes a source that sells pictures for furniture: it is that of a picture ("Source: Getty").
pub(super) fn of_pictures(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let small = page.layouts.words();
    for piece in pieces.iter_mut().filter(|piece| piece.part == Part::Value(Field::Source)) {
        let form = page.matching.form(piece.folded.clone());
        let mut words = form.split(|c| !shape::is_word_char(c));
        if words.any(|word| small.is_picture_house(word)) {
            piece.take(Part::Furniture, None, "the source of a picture");
        }
    }
}

/// Takes a line of the head that is nothing but the name of a paper, with a place or none, for the article's source, where
/// no label names one; for furniture where it is printed again.
pub(super) fn in_head(pieces: &mut [Piece<'_>], head: Range<usize>, page: &Marking<'_, '_>) {
    let mut is_named = pieces.iter().any(|piece| piece.part == Part::Value(Field::Source));
    let mut told = None;
    for at in head {
        let is_again = |piece: &Piece<'_>| told.as_ref() == Some(&piece.text);
        let is_paper = pieces.get(at).is_some_and(|piece| {
            piece.part == Part::Body
                && (is_again(piece) || is_line_of_paper(pieces, at, piece, page))
        });
        if let Some(piece) = pieces.get_mut(at).filter(|_| is_paper) {
            let part = if is_named { Part::Furniture } else { Part::Value(Field::Source) };
            piece.take(part, None, "nothing but the name of a paper");
            told = Some(piece.text.clone());
            is_named = true;
        }
    }
}

fn is_line_of_paper(
    pieces: &[Piece<'_>],
    at: usize,
    piece: &Piece<'_>,
    page: &Marking<'_, '_>,
) -> bool {
    let form = page.matching.form(piece.folded.clone());
    piece.text.len() <= PAPER_BYTES
        && shape::stop(&piece.text) == Stop::None
        && match paper(form, page.layouts) {
            Some(Paper::Alone) => author::is_beside_date(pieces, at),
            Some(Paper::BeforePlace) => true,
            Some(Paper::BehindPlace) => !is_dateline(pieces, at),
            None => !is_dateline(pieces, at) && is_place_and_site(form, pieces, page),
        }
}

/// Whether a place and a paper stand above a paragraph, with no more than lines of the site between: they are its dateline.
fn is_dateline(pieces: &[Piece<'_>], at: usize) -> bool {
    let mut below = pieces.iter().skip(at + 1);
    let next = below.find(|piece| !matches!(piece.part, Part::Furniture | Part::Label));
    // It may be printed twice.
    let is_again = |next: &Piece<'_>| pieces.get(at).is_some_and(|piece| piece.text == next.text);
    next.is_some_and(|next| next.part == Part::Body && !is_again(next))
}

/// "Harbour Town - The Post": a place, and behind it what a line of the site says too.
fn is_place_and_site(form: &str, pieces: &[Piece<'_>], page: &Marking<'_, '_>) -> bool {
    let Some((place, name)) = form.rsplit_once(PARTING) else {
        return false;
    };
    let (place, name) = (place.trim(), name.trim_matches([')', ' ']));
    let is_site = |piece: &Piece<'_>| {
        let said = page.matching.form(piece.folded.clone());
        // A section of the site by itself is no name.
        piece.part == Part::Furniture
            && (piece.why.rule.is_none() || said.len() > name.len())
            && shape::says(said, name)
    };
    shape::has_letters(name)
        && shape::fits_words(name, PAPER_WORDS)
        && is_place(place, page.layouts)
        && !name::begins_with_given_name(name, page.layouts)
        && pieces.iter().any(is_site)
}

/// A longer line, in bytes, is no paper's name.
const PAPER_BYTES: usize = 100;

/// A name of a paper, as it stands on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paper {
    /// By itself, or beside another one.
    Alone,
    /// With a place behind it.
    BeforePlace,
    /// With a place before it, as in a dateline.
    BehindPlace,
}

/// What parts a place from a paper, or two papers.
pub(super) const PARTING: [char; 8] = ['-', '–', '/', '|', ',', ':', '+', '('];

/// The name of a paper has no more words, nor a place beside it.
const PAPER_WORDS: usize = 5;
const PLACE_WORDS: usize = 2;

/// Whether a match form is the name of a paper or of an agency: a word or the quotes round it say so, or layouts know it.
pub(super) fn paper(form: &str, layouts: &Layouts) -> Option<Paper> {
    let parts = || form.split(PARTING).map(|part| part.trim_matches([')', ' ']));
    let parts = || parts().filter(|part| !part.is_empty());
    if !parts().any(|part| is_paper(part, layouts)) {
        return None;
    }
    let is_paper = |part: &str| is_paper(part, layouts);
    if !parts().all(|part| is_paper(part) || is_place(part, layouts)) {
        return None;
    }
    match parts().next().map(is_paper) {
        // Quotes alone can be of anything.
        Some(true) if parts().all(is_paper) => {
            parts().any(|part| !is_quoted(part)).then_some(Paper::Alone)
        }
        Some(true) => Some(Paper::BeforePlace),
        Some(false) | None => Some(Paper::BehindPlace),
    }
}

/// A word or two, and no name of a person.
fn is_place(part: &str, layouts: &Layouts) -> bool {
    shape::fits_words(part, PLACE_WORDS)
        && shape::has_letters(part)
        && !part.contains(|c: char| c.is_numeric() || c == '@')
        && !name::begins_with_given_name(part, layouts)
        && part.split(' ').all(|word| layouts.openings().of(word) == Opening::Neither)
}

fn is_paper(part: &str, layouts: &Layouts) -> bool {
    let small = layouts.words();
    let is_caseless = |word: &str| word.chars().all(|c| shape::is_word_char(c) && !c.is_ascii());
    let words = || part.split(' ');
    let is_outlet = || {
        words().any(|word| small.is_outlet(word))
            && words().all(|word| is_caseless(word) && !small.is_desk(word))
            && !name::begins_with_given_name(part, layouts)
    };
    shape::fits_words(part, PAPER_WORDS)
        && (small.is_agency(part) || is_quoted(part) || is_outlet())
}

/// A name in quotes has no more words.
const QUOTED_WORDS: usize = 3;

/// In a script with capitals quotes stand round titles of all kinds.
fn is_quoted(part: &str) -> bool {
    let inside =
        part.strip_prefix(['"', '«', '“']).and_then(|inside| inside.strip_suffix(['"', '»', '”']));
    inside.is_some_and(|inside| {
        shape::fits_words(inside, QUOTED_WORDS)
            && shape::has_letters(inside)
            && !inside.contains(|c: char| c.is_lowercase() || matches!(c, '"' | '«' | '“'))
    })
}
