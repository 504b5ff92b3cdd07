//! Which line is the article's headline.

use super::layout::Field;
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
