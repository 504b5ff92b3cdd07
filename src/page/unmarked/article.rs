//! What the article says: its headline and its first paragraphs.

use crate::page::marks::marking::Marking;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};
use crate::page::text::stems::{Stems, stems_of};

/// So many paragraphs say what the article is about.
const PARAGRAPHS: usize = 8;

/// What the article says.
pub(super) struct Article<'p> {
    pub headline: &'p str,
    /// The match forms of its first paragraphs.
    paragraphs: Vec<&'p str>,
    stems: Stems,
}

impl<'p> Article<'p> {
    pub(super) fn of(
        pieces: &[Piece<'_>],
        headline: usize,
        end: usize,
        page: &'p Marking<'_, '_>,
    ) -> Self {
        let places = |from: usize, count: usize| {
            let text = pieces.iter().skip(from);
            let text = text.filter(|piece| {
                piece.part == Part::Headline || piece.part == Part::Body && !is_short(piece)
            });
            text.take(count).map(|piece| piece.folded.clone())
        };
        let forms = |from: usize, count: usize| {
            places(from, count).map(|place| page.matching.form(place)).collect::<Vec<_>>()
        };
        let stems = stems_of(places(headline, 1).chain(places(end, PARAGRAPHS)), page.matching);
        let top = forms(headline, 1).first().copied().unwrap_or_default();
        Self { headline: top, paragraphs: forms(end, PARAGRAPHS), stems }
    }

    /// Whether the article has a word of what a piece says.
    pub(super) fn speaks_of(&self, piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
        let stems = stems_of(std::iter::once(piece.folded.clone()), page.matching);
        stems.share_in(&self.stems) > 0
    }

    /// Whether the headline has a word of a name, or a paragraph that says more has all of it.
    pub(super) fn says(&self, name: &str) -> bool {
        let mut words = name.split(' ').filter(|word| !shape::fits_chars(word, SHORT_WORD));
        let mut others = self.paragraphs.iter().filter(|text| **text != name);
        words.any(|word| self.headline.contains(word)) || others.any(|text| text.contains(name))
    }
}

/// A shorter word is no sign of a name.
const SHORT_WORD: usize = 3;

/// A short line has no more words and characters.
pub(super) const SHORT_WORDS: usize = 4;
pub(super) const SHORT_CHARS: usize = 32;

/// Whether a piece is a few words that are no sentence.
pub(super) fn is_short(piece: &Piece<'_>) -> bool {
    piece.part == Part::Body
        && shape::fits(&piece.text, SHORT_WORDS, SHORT_CHARS)
        && shape::stop(&piece.text) == Stop::None
}
