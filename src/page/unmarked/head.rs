//! Lines between the headline and the first paragraph that only their neighbours tell: a name beside a date, short lines of
//! the site between fields and buttons.

use std::ops::Range;

use super::article::Article;
use super::author;
use crate::page::layout::Field;
use crate::page::marks::marking::Marking;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};
use crate::page::text::stems::stems_of;

/// So many pieces stand between a headline and the first paragraph at most.
const PIECES: usize = 16;

/// Takes a name beside the date for the author, where no label names one, and short lines between fields and buttons that
/// say nothing of what the article says for furniture. Behind everything else that is told of a head.
pub(super) fn take(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let Some(headline) = pieces.iter().position(|piece| piece.part == Part::Headline) else {
        return;
    };
    let is_text = |piece: &Piece<'_>| piece.part == Part::Body;
    let below = pieces.get(headline + 1..).unwrap_or_default().iter().take(PIECES);
    let below = below.take_while(|piece| piece.part != Part::Marker).enumerate();
    let is_paragraph = |piece: &Piece<'_>| is_text(piece) && shape::is_paragraph(&piece.text);
    let mut paragraphs = below.clone().filter(|(_, piece)| is_paragraph(piece)).map(|(at, _)| at);
    let Some(first) = paragraphs.next() else {
        return;
    };
    // A standfirst stands above the date.
    let second = paragraphs.next().unwrap_or(first);
    let is_below = below.take(second).skip(first).any(|(_, piece)| piece.part.is_date());
    let lines = if is_below { second } else { first };
    let head = headline + 1..headline + 1 + lines;
    if pieces.get(head.clone()).unwrap_or_default().iter().any(is_text) {
        let article = Article::of(pieces, headline, head.end, page);
        author::beside_date(pieces, head.clone(), &article, page);
        between(pieces, head.clone(), &article, page);
    }
    author::again(pieces, head.end);
}

/// A line of the site between two others has no more words and characters, and a run of them no more lines.
const SHORT_WORDS: usize = 4;
const SHORT_CHARS: usize = 32;
const SHORT_LINES: usize = 3;

/// Whether a text is of a script with capitals: elsewhere a line of two words can be the dateline of the paragraph below it.
fn has_capitals(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| shape::is_letter(*c));
    letters.all(|c| c.is_lowercase() || c.is_uppercase())
}

/// Short lines that stand between fields and buttons and say nothing of what the article says.
fn between(
    pieces: &mut [Piece<'_>],
    head: Range<usize>,
    article: &Article<'_>,
    page: &Marking<'_, '_>,
) {
    let is_short = |piece: &Piece<'_>| {
        let stems = || stems_of(std::iter::once(piece.folded.clone()), page.matching);
        piece.text.split(' ').nth(SHORT_WORDS).is_none()
            && piece.text.chars().nth(SHORT_CHARS).is_none()
            && shape::stop(&piece.text) == Stop::None
            && has_capitals(&piece.text)
            && stems().share_in(&article.stems) == 0
    };
    let mut at = head.start;
    while at < head.end {
        // What the bearer of a name is stands below it.
        let below_name = at.checked_sub(1).and_then(|above| pieces.get(above));
        let below_name = below_name.is_some_and(|name| name.part == Part::Value(Field::Author));
        let run = pieces.get(at..head.end).unwrap_or_default().iter();
        let lines = run.take_while(|piece| piece.part == Part::Body).count();
        let is_closed = at + lines < head.end || below_name && lines == 1;
        let lines_of = pieces.get_mut(at..at + lines).unwrap_or_default();
        if is_closed && lines <= SHORT_LINES && lines_of.iter().all(is_short) {
            for piece in lines_of {
                piece.take(Part::Furniture, None, "a line between fields and buttons");
            }
        }
        at += lines + 1;
    }
}
