//! Which line is the article's headline.

use super::layout::Field;
use super::mark::Marking;
use super::matching::raw_offset;
use super::piece::{Part, Piece};
use super::shape;
use crate::record::Warning;

/// A longer first line is a paragraph.
const MAX_CHARS: usize = 300;

/// A first line that ends as a sentence and is longer than this is a paragraph, but where a date stands below it.
const MAX_SENTENCE: usize = 120;

/// Takes the first text of a page for its headline, if it has the shape of one.
pub(super) fn choose(pieces: &mut [Piece<'_>]) -> Vec<Warning> {
    let Some(at) = pieces.iter().position(|piece| piece.part == Part::Body) else {
        return vec![Warning::HeadlineMissing];
    };
    let dated = pieces
        .iter()
        .skip(at + 1)
        .take_while(|piece| piece.part != Part::Body)
        .any(|piece| matches!(piece.part, Part::Value(Field::Published | Field::Updated)));
    let marker_before = pieces.iter().take(at).any(|piece| piece.part == Part::Marker);
    let Some(first) = pieces.get_mut(at) else { return vec![Warning::HeadlineMissing] };
    let chars = first.text.chars().take(MAX_CHARS + 1).count();
    let sentence = shape::ends_in_stop(&first.text) && chars > MAX_SENTENCE;
    if marker_before || chars > MAX_CHARS || sentence && !dated {
        return vec![Warning::HeadlineMissing];
    }
    first.take(Part::Headline, None, "the first line");
    Vec::new()
}

/// The article's headline, where a paragraph of the article stands below it. Before blocks are laid out.
pub(super) fn over_a_body<'p, 'a>(pieces: &'p [Piece<'a>]) -> Option<&'p Piece<'a>> {
    let at = pieces.iter().position(|piece| piece.part == Part::Headline)?;
    let (headline, below) = pieces.get(at..)?.split_first()?;
    let mut own = below.iter().take_while(|piece| piece.part != Part::Marker);
    own.any(|piece| piece.part == Part::Body).then_some(headline)
}

/// Takes the site's name off the headline, where the layout of the site says what it prints there.
pub(super) fn without_site_name(pieces: &mut Vec<Piece<'_>>, page: &Marking<'_, '_>) {
    let Some(site) = page.layouts.site(page.site) else { return };
    let Some(at) = pieces.iter().position(|piece| piece.part == Part::Headline) else { return };
    let Some(headline) = pieces.get(at) else { return };
    let form = page.matching.text().get(headline.folded.clone()).unwrap_or_default();
    let prefix = site.headline_prefixes.iter().filter(|prefix| form.starts_with(&***prefix));
    let suffix = site.headline_suffixes.iter().filter(|suffix| form.ends_with(&***suffix));
    let (longest_prefix, longest_suffix) =
        (prefix.map(|form| form.len()).max(), suffix.map(|form| form.len()).max());
    let cut = longest_prefix.or(longest_suffix.map(|bytes| form.len() - bytes));
    let Some(cut) = cut.filter(|&cut| cut > 0 && cut < form.len()) else { return };
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
