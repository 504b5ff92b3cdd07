//! Which line is the article's headline.

use super::byline;
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};
use crate::page::text::spelling::raw_offset;
use crate::record::Warning;

/// A longer first line is a paragraph.
const MAX_CHARS: usize = 300;

/// A first line that stops short within a sentence and is longer than this is a paragraph, but where a date stands below it.
pub(super) const MAX_SENTENCE: usize = 120;

/// The same of a first line that asks or exclaims: of 5,900 headlines of papers in four languages 322 do, the longest of
/// them in 181 characters.
const MAX_QUESTION: usize = 200;

/// Takes the first text of a page for its headline, if it has the shape of one. Behind what is told of the lines above it.
pub(super) fn choose(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) -> Vec<Warning> {
    let Some(at) = pieces.iter().position(|piece| piece.part == Part::Body) else {
        return vec![Warning::HeadlineMissing];
    };
    let dated = pieces
        .iter()
        .skip(at + 1)
        .take_while(|piece| piece.part != Part::Body)
        .any(|piece| piece.part.is_date());
    let marker_before = pieces.iter().take(at).any(|piece| piece.part == Part::Marker);
    let more = pieces.iter().skip(at + 1).any(|piece| piece.part == Part::Body);
    let Some(first) = pieces.get_mut(at) else {
        return vec![Warning::HeadlineMissing];
    };
    if name::is_agency(&first.text) || byline::is_byline(first, page) {
        return vec![Warning::HeadlineMissing];
    }
    let is_long = |most| !shape::fits_chars(&first.text, most);
    let is_all = !more && is_long(MAX_SENTENCE) && shape::holds_sentence(&first.text);
    if marker_before || is_long(MAX_CHARS) || is_first_paragraph(&first.text) && !dated || is_all {
        return vec![Warning::HeadlineMissing];
    }
    first.take(Part::Headline, None, "the first line");
    Vec::new()
}

/// Whether a first line is the first paragraph of a page without a headline: one of those headlines ends in a full
/// stop.
fn is_first_paragraph(text: &str) -> bool {
    let most = match shape::stop(text) {
        Stop::None => return false,
        Stop::Full => return shape::is_paragraph(text),
        Stop::Question if !holds_more(text) => MAX_QUESTION,
        Stop::Question | Stop::Dots | Stop::Comma | Stop::Colon => MAX_SENTENCE,
    };
    !shape::fits_chars(text, most)
}

/// Whether a sentence or a dateline stands before the last sentence of a text.
fn holds_more(text: &str) -> bool {
    shape::holds_sentence(text) || ["--", " — "].iter().any(|sign| text.contains(sign))
}

/// A shorter headline, in bytes, can be a word of the text too.
const REPEATED_BYTES: usize = 30;

/// Takes a line of the article that says the headline again beside furniture, as above the comments, for furniture. Elsewhere
/// it is the paper's: many print their headline as the first line of the article, below the date. Behind the laying out of
/// blocks, where a story may be the article's again.
pub(crate) fn repeated(pieces: &mut [Piece<'_>]) {
    let is_own = |piece: &&Piece<'_>| piece.part == Part::Headline && piece.entry.is_none();
    let Some(headline) = pieces.iter().find(is_own).map(|headline| headline.text.clone()) else {
        return;
    };
    let is_furniture =
        |at: usize| pieces.get(at).is_some_and(|piece: &Piece<'_>| piece.part == Part::Furniture);
    let is_again = |at: &usize| {
        pieces.get(*at).is_some_and(|piece| {
            piece.part == Part::Body
                && piece.entry.is_none()
                && headline.len() >= REPEATED_BYTES
                && piece.text == headline
                && (*at > 0 && is_furniture(*at - 1) || is_furniture(*at + 1))
        })
    };
    let again: Vec<usize> = (0..pieces.len()).filter(is_again).collect();
    for at in again {
        if let Some(piece) = pieces.get_mut(at) {
            piece.take(Part::Furniture, None, "the headline again, beside furniture");
        }
    }
}

/// The article's headline, where a paragraph of the article stands below it. Before blocks are laid out.
pub(crate) fn over_a_body<'p, 'a>(pieces: &'p [Piece<'a>]) -> Option<&'p Piece<'a>> {
    let at = pieces.iter().position(|piece| piece.part == Part::Headline)?;
    let (headline, below) = pieces.get(at..)?.split_first()?;
    let mut own = below.iter().take_while(|piece| piece.part != Part::Marker);
    own.any(|piece| piece.part == Part::Body).then_some(headline)
}

/// Takes the site's name off the headline, where the layout of the site says what it prints there.
pub(super) fn without_site_name(pieces: &mut Vec<Piece<'_>>, page: &Marking<'_, '_>) {
    let Some(site) = page.layouts.site(page.site) else {
        return;
    };
    let Some(at) = pieces.iter().position(|piece| piece.part == Part::Headline) else {
        return;
    };
    let Some(headline) = pieces.get(at) else {
        return;
    };
    let form = page.matching.text().get(headline.folded.clone()).unwrap_or_default();
    let prefix = site.headline_prefixes.iter().filter(|prefix| form.starts_with(&***prefix));
    let suffix = site.headline_suffixes.iter().filter(|suffix| form.ends_with(&***suffix));
    let (longest_prefix, longest_suffix) =
        (prefix.map(|form| form.len()).max(), suffix.map(|form| form.len()).max());
    let cut = longest_prefix.or(longest_suffix.map(|bytes| form.len() - bytes));
    let Some(cut) = cut.filter(|&cut| cut > 0 && cut < form.len()) else {
        return;
    };
    let Some((mut first, mut second)) = headline.split_at(raw_offset(&headline.text, cut), cut)
    else {
        return;
    };
    let (name, headline) = match longest_prefix {
        Some(_) => (&mut first, &mut second),
        None => (&mut second, &mut first),
    };
    name.take(Part::Furniture, None, "the name of the site");
    headline.take(Part::Headline, None, "the first line, without the name of the site");
    drop(pieces.splice(at..=at, [first, second]));
}
