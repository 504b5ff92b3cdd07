//! The author whom no label names: near the date, or behind the article: a byline, or a name where papers of the language print it there.

use std::ops::Range;

use super::article::Article;
use super::byline::{self, Byline};
use super::paper;
use crate::page::layout::Field;
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::marks::trailing::without_sign;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};
use crate::page::text::spelling::folded_len;

/// Takes a name near a date, in the head of the page, for the article's author.
pub(super) fn near_date<'a>(
    pieces: &mut Vec<Piece<'a>>,
    head: Range<usize>,
    article: &Article<'_>,
    page: &Marking<'_, 'a>,
) {
    if is_named(pieces) {
        return;
    }
    let find = |is_name: &dyn Fn(&Piece<'_>) -> bool, reach: Reach| {
        let is_here = |at: &usize| pieces.get(*at).is_some_and(is_name);
        head.clone().find(|at| is_here(at) && is_near_date(pieces, *at, reach))
    };
    let caseless = |piece: &Piece<'_>| is_caseless_name(piece, article, page);
    let given = |piece: &Piece<'_>| {
        let form = page.matching.form(piece.folded.clone());
        name::begins_with_given_name(form, page.layouts) && caseless(piece)
    };
    let sure = |piece: &Piece<'_>| given(piece) && is_bare_name(piece, article, page);
    let cased = |piece: &Piece<'_>| is_cased_name(piece, article, page);
    // The name of a section stands in capitals as often as not.
    let mixed = |piece: &Piece<'_>| piece.text.contains(char::is_lowercase) && cased(piece);
    let found = find(&cased, Reach { lines: false, labelled: true, ago: true })
        .or_else(|| find(&mixed, Reach { lines: true, labelled: true, ago: true }))
        .or_else(|| find(&given, Reach { lines: true, labelled: false, ago: false }))
        .or_else(|| find(&sure, Reach { lines: false, labelled: true, ago: false }))
        .or_else(|| find(&caseless, Reach { lines: false, labelled: false, ago: false }));
    let Some((at, piece)) = found.and_then(|at| Some((at, pieces.get(at)?.clone()))) else {
        return;
    };
    let (mut name, sign) = without_sign(piece);
    name.take(Part::Value(Field::Author), None, "a name near the date");
    let sign = sign.map(|mut sign| {
        sign.take(Part::Label, None, "the sign behind a name");
        sign
    });
    drop(pieces.splice(at..=at, std::iter::once(name).chain(sign)));
}

/// From where a date shows that a line is its author's name.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// Other lines of a head may stand between, not only those of the site: a standfirst, what the bearer is, the paper.
    lines: bool,
    /// A label may name a date above it. A script without capitals shows no name for certain, and a page that has a label for
    /// its date mostly has one for its author.
    labelled: bool,
    /// How long ago it was written, a line of the site with a number in it, is a date too.
    ago: bool,
}

/// Whether the page names its author: a byline below the headline of something appended is none of the article's.
pub(super) fn is_named(pieces: &[Piece<'_>]) -> bool {
    let is_author = |piece: &Piece<'_>| piece.part == Part::Value(Field::Author);
    let (mut in_block, mut below_headline) = (false, false);
    pieces.iter().any(|piece| {
        match piece.part {
            Part::Marker => (in_block, below_headline) = (true, true),
            Part::Body => below_headline = in_block && shape::stop(&piece.text) != Stop::Full,
            Part::Headline | Part::Teaser | Part::Furniture | Part::Label | Part::Value(_) => {}
        }
        is_author(piece) && !below_headline
    })
}

/// Whether a name has nothing beside it, as the dateline of a paragraph has its place, and the article does not say it.
fn is_bare_name(piece: &Piece<'_>, article: &Article<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.form(piece.folded.clone());
    let name = form.trim_end_matches(|c| BESIDE_NAME.contains(&c) || c == ' ');
    !name.contains(BESIDE_NAME) && !article.says(name)
}

/// Signs between a name and what stands beside it.
const BESIDE_NAME: [char; 5] = ['-', '|', ',', '/', '('];

/// So many pieces may stand between a name and the date.
const BETWEEN: usize = 5;

/// Whether a date stands near the piece at `at`: below it, or above it, over the headline too.
fn is_near_date(pieces: &[Piece<'_>], at: usize, reach: Reach) -> bool {
    let (above, below) = pieces.split_at_checked(at).unwrap_or_default();
    let is_date = |piece: &Piece<'_>| {
        let is_ago = || shape::has_digit(&piece.text);
        piece.part.is_date() || reach.ago && piece.part == Part::Furniture && is_ago()
    };
    let tells = |piece: &&Piece<'_>| match piece.part {
        Part::Furniture | Part::Label => is_date(piece),
        Part::Body => !reach.lines || shape::is_paragraph(&piece.text),
        Part::Headline | Part::Teaser | Part::Marker | Part::Value(_) => true,
    };
    let below = below.iter().skip(1).take(BETWEEN + 1).find(tells);
    let mut above = above.iter().rev().take(BETWEEN + 1).filter(tells);
    let last = above.next();
    let last = last.filter(|piece| piece.part != Part::Headline).or_else(|| above.next());
    let last = last.filter(|piece| reach.labelled || piece.why.rule.is_none());
    below.into_iter().chain(last).any(is_date)
}

/// Whether nothing but lines of the site stands between the piece at `at` and a date.
pub(super) fn is_beside_date(pieces: &[Piece<'_>], at: usize) -> bool {
    is_near_date(pieces, at, Reach { lines: false, labelled: true, ago: false })
}

/// Whether a piece is a name in a script with capitals, and the article says no such name.
fn is_cased_name(piece: &Piece<'_>, article: &Article<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.form(piece.folded.clone());
    // What its bearer is, or where, the article may say.
    let name = form.split(',').next().unwrap_or_default();
    let name = name.split(" - ").next().unwrap_or_default();
    piece.part == Part::Body
        && !is_nearly_label(piece)
        && name::stands_alone(piece.text.trim_end_matches([',', ' ']), page.layouts)
        && !article.says(name)
}

/// Whether a piece is a name in a script without capitals, and the article does not speak of its bearer.
fn is_caseless_name(piece: &Piece<'_>, article: &Article<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.form(piece.folded.clone());
    let name = form.split(BESIDE_NAME).next().unwrap_or_default().trim();
    let last = name.rsplit(' ').next().unwrap_or_default();
    piece.part == Part::Body
        && piece.text.len() <= NAME_BYTES
        && shape::stop(&piece.text) == Stop::None
        && !is_nearly_label(piece)
        && name::is_name_without_capitals(form, page.layouts)
        && paper::paper(form, page.layouts).is_none()
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

/// Takes the last line of the article for its author where papers of the language print the name there, or a given name
/// begins it, no other line names one and the article says no such name.
pub(crate) fn behind_body<'a>(pieces: &mut Vec<Piece<'a>>, page: &Marking<'_, 'a>) {
    let is_author =
        |piece: &Piece<'_>| piece.part == Part::Value(Field::Author) && piece.entry.is_none();
    if pieces.iter().any(is_author) {
        return;
    }
    byline_behind(pieces, page);
    if pieces.iter().any(is_author) {
        return;
    }
    let mut texts = pieces.iter().enumerate().filter(|(_, piece)| is_own(piece)).rev();
    let (Some((at, name)), Some((_, above))) = (texts.next(), texts.next()) else {
        return;
    };
    let form = |piece: &Piece<'_>| page.matching.form(piece.folded.clone());
    // Behind a picture's caption it is the same name.
    let says = |piece: &Piece<'_>| {
        let (text, name) = (form(piece), form(name));
        text.contains(name) && !text.ends_with(name)
    };
    // Few pages end with a name, and what is said above is the longest to ask.
    if shape::is_paragraph(&above.text)
        && is_name_behind((pieces, at), form(name), page)
        && !says(above)
        && !texts.any(|(_, piece)| says(piece))
        && let Some(name) = pieces.get_mut(at)
    {
        name.take(Part::Value(Field::Author), None, "a name behind the article");
    }
}

/// Whether a line behind an article is a name where papers of the language print it there, or, in a script without
/// capitals, a given name begins it and a line of the site stands beside it.
fn is_name_behind((pieces, at): (&[Piece<'_>], usize), form: &str, page: &Marking<'_, '_>) -> bool {
    let layouts = page.layouts;
    let Some(piece) = pieces.get(at) else {
        return false;
    };
    if layouts.words().has_names_behind(page.language) {
        return name::is_full_name(&piece.text, layouts);
    }
    let mut beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
    let is_site = |at: usize| pieces.get(at).is_some_and(|piece| piece.part == Part::Furniture);
    piece.text.len() <= NAME_BYTES
        && beside.any(is_site)
        && !is_nearly_label(piece)
        && shape::stop(&piece.text) == Stop::None
        && shape::fits_words(form, BARE_WORDS)
        && name::begins_with_given_name(form, layouts)
        && name::is_name_without_capitals(form, layouts)
}

/// A name that stands behind an article by itself has no more words.
const BARE_WORDS: usize = 3;

/// Whether a piece is text of the article itself. Behind the laying out of blocks.
fn is_own(piece: &Piece<'_>) -> bool {
    piece.part == Part::Body && piece.entry.is_none()
}

/// Takes a byline on the line behind the last paragraph of the article for its author: "By Nora Field".
fn byline_behind<'a>(pieces: &mut Vec<Piece<'a>>, page: &Marking<'_, 'a>) {
    let mut texts = pieces.iter().enumerate().filter(|(_, piece)| is_own(piece)).rev();
    let (Some((at, last)), Some((_, above))) = (texts.next(), texts.next()) else {
        return;
    };
    let byline =
        byline::label(last, page).and_then(|label| Some((label.0, Byline::of(last, label, page)?)));
    let Some((rule, Byline { label, name, sign: None, date: None })) = byline else {
        return;
    };
    if shape::is_paragraph(&above.text) && shape::fits_words(&name.text, NAME_WORDS) {
        let name = name.by_rule(Part::Value(Field::Author), rule);
        drop(pieces.splice(at..=at, [label.by_rule(Part::Label, rule), name]));
    }
}

/// A name behind an article has no more words.
const NAME_WORDS: usize = 4;

/// Takes the site that stands behind the author's name for the source: "Nora Field - paper.example".
pub(crate) fn without_paper(pieces: &mut Vec<Piece<'_>>) {
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
        !shape::fits_chars(part, 1) && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.contains('.')
        && text.split('.').all(is_part)
        && last.chars().all(|c| c.is_ascii_lowercase())
}
