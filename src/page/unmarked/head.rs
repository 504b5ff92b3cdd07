//! Lines between the headline and the first paragraph that only their neighbours tell: a name beside a date, short lines of
//! the site between fields and buttons.

use std::ops::Range;

use super::article::{Article, is_short};
use super::author;
use super::paper;
use crate::page::marks::marking::Marking;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape;

/// So many pieces stand between a headline and the first paragraph at most.
const PIECES: usize = 16;

/// Takes a name near the date for the author, where no label names one, and short lines between fields and buttons that
/// say nothing of what the article says for furniture. Behind everything else that is told of a head.
pub(super) fn take<'a>(pieces: &mut Vec<Piece<'a>>, page: &Marking<'_, 'a>) {
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
    for piece in pieces.get_mut(head.clone()).into_iter().flatten().filter(|piece| is_text(piece)) {
        if shape::is_web_address(&piece.text) {
            piece.take(Part::Furniture, None, "an address of the web above the first paragraph");
        }
    }
    if pieces.get(head.clone()).unwrap_or_default().iter().any(is_text) {
        let article = Article::of(pieces, headline, head.end, page);
        author::near_date(pieces, head.clone(), &article, page);
        paper::in_head(pieces, head.clone(), page);
        between(pieces, head.clone(), &article, page);
    }
    author::again(pieces, head.end);
    among_paragraphs(pieces, headline, head.end, page);
}

/// A run of lines of the site between two others has no more lines.
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
    let is_strange = |piece: &Piece<'_>| {
        is_short(piece) && has_capitals(&piece.text) && !article.speaks_of(piece, page)
    };
    let mut at = head.start;
    while at < head.end {
        // What the bearer of a name is stands below it, and the paper below that.
        let above = at.checked_sub(1).and_then(|above| pieces.get(above));
        let below_field =
            above.is_some_and(|above| matches!(above.part, Part::Value(_) | Part::Furniture));
        let run = pieces.get(at..head.end).unwrap_or_default().iter();
        let lines = run.take_while(|piece| piece.part == Part::Body).count();
        let is_closed = at + lines < head.end || below_field && lines == 1;
        let lines_of = pieces.get_mut(at..at + lines).unwrap_or_default();
        if is_closed && lines <= SHORT_LINES && lines_of.iter().all(is_strange) {
            for piece in lines_of {
                piece.take(Part::Furniture, None, "a line between fields and buttons");
            }
        }
        at += lines + 1;
    }
}

/// Takes short lines among the paragraphs for furniture that say nothing of what the article says and stand between two lines
/// of the site, or beside one in capitals, as buttons are.
fn among_paragraphs(
    pieces: &mut [Piece<'_>],
    headline: usize,
    from: usize,
    page: &Marking<'_, '_>,
) {
    let is_site =
        |piece: Option<&Piece<'_>>| piece.is_some_and(|piece| piece.part == Part::Furniture);
    let own = pieces.iter().position(|piece| piece.part == Part::Marker).unwrap_or(pieces.len());
    let is_button = |at: &usize| {
        let beside = [is_site(pieces.get(at - 1)), is_site(pieces.get(at + 1))];
        let (either, both) = (beside.contains(&true), !beside.contains(&false));
        either
            && pieces
                .get(*at)
                .is_some_and(|piece| is_short(piece) && (both || is_loud(&piece.text)))
    };
    let buttons: Vec<usize> = (from.max(1)..own).filter(is_button).collect();
    if buttons.is_empty() {
        return;
    }
    let strange: Vec<usize> = {
        let article = Article::of(pieces, headline, from, page);
        let is_strange =
            |at: &usize| pieces.get(*at).is_some_and(|piece| !article.speaks_of(piece, page));
        buttons.into_iter().filter(is_strange).collect()
    };
    for at in strange {
        if let Some(piece) = pieces.get_mut(at) {
            piece.take(Part::Furniture, None, "a few words beside lines of the site");
        }
    }
}

/// "SIGN UP NOW": nothing but capitals, two words or more.
fn is_loud(text: &str) -> bool {
    text.contains(' ')
        && text.contains(char::is_uppercase)
        && text.chars().all(|c| c.is_uppercase() || !c.is_alphanumeric())
}
