//! Lines between the headline and the first paragraph that only their neighbours tell: a name beside a date, short lines of
//! the site between fields and buttons.

use std::ops::Range;

use crate::page::layout::Field;
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};
use crate::page::text::stems::{Stems, stems_of};

/// So many pieces stand between a headline and the first paragraph at most.
const PIECES: usize = 16;

/// Takes a name beside the date for the author, where no label names one, and short lines between fields and buttons that
/// say nothing of what the article says for furniture. Behind everything else that is told of a head.
pub(crate) fn take(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
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
        author(pieces, head.clone(), &article, page);
        between(pieces, head.clone(), &article, page);
    }
    again(pieces, head.end);
}

/// So many paragraphs say what the article is about.
const PARAGRAPHS: usize = 8;

/// What the article says.
struct Article<'p> {
    headline: &'p str,
    /// The match forms of its first paragraphs.
    paragraphs: Vec<&'p str>,
    stems: Stems,
}

impl<'p> Article<'p> {
    fn of(pieces: &[Piece<'_>], headline: usize, end: usize, page: &'p Marking<'_, '_>) -> Self {
        let places = |from: usize, count: usize| {
            let text = pieces.iter().skip(from);
            let text = text.filter(|piece| matches!(piece.part, Part::Body | Part::Headline));
            text.take(count).map(|piece| piece.folded.clone())
        };
        let forms = |from: usize, count: usize| {
            places(from, count).map(|place| page.matching.form(place)).collect::<Vec<_>>()
        };
        let stems = stems_of(places(headline, 1).chain(places(end, PARAGRAPHS)), page.matching);
        let top = forms(headline, 1).first().copied().unwrap_or_default();
        Self { headline: top, paragraphs: forms(end, PARAGRAPHS), stems }
    }

    /// Whether the headline has a word of a name, or a paragraph that says more has all of it.
    fn says(&self, name: &str) -> bool {
        let mut words = name.split(' ').filter(|word| word.chars().nth(SHORT_WORD).is_some());
        let mut others = self.paragraphs.iter().filter(|text| **text != name);
        words.any(|word| self.headline.contains(word)) || others.any(|text| text.contains(name))
    }
}

/// A shorter word is no sign of a name.
const SHORT_WORD: usize = 3;

/// A name beside a date for the article's author.
fn author(
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
fn again(pieces: &mut [Piece<'_>], end: usize) {
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
