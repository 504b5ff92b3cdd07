//! What an article says before a marker: what it is about, and whether it has begun.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use crate::page::piece::{Part, Piece};
use crate::page::text::matching::Matching;
use crate::page::text::shape::{self, Stop};
use crate::page::text::stems::{Stems, stems_of};

/// What the article says before the marker.
#[derive(Default)]
pub(super) struct ArticleWords {
    /// Where in the match form stands what it is about.
    told: Vec<Range<usize>>,
    /// The keys of its lines.
    pub keys: Vec<u64>,
    /// It has lines of its own that are questions.
    pub asks: bool,
    /// It has paragraphs.
    pub begun: bool,
    /// It has a date.
    pub dated: bool,
    /// The hashes of the agencies that sign the datelines of its first paragraphs.
    pub agencies: Vec<u64>,
}

impl ArticleWords {
    /// The headline and the last paragraphs before a marker say enough of what the article is about.
    pub(super) fn add(&mut self, pieces: &[Piece<'_>], matching: &Matching) {
        let told = |piece: &&Piece<'_>| {
            matches!(piece.part, Part::Headline | Part::Body) && piece.entry.is_none()
        };
        let mut texts = Vec::with_capacity(pieces.len());
        texts.extend(pieces.iter().filter(told));
        self.keys.extend(
            texts.iter().map(|piece| xxh3_64(matching.form(piece.folded.clone()).as_bytes())),
        );
        self.asks |= texts
            .iter()
            .any(|piece| piece.part == Part::Body && shape::stop(&piece.text) == Stop::Question);
        self.begun |= texts.iter().any(|piece| piece.part == Part::Body);
        self.dated |= pieces.iter().any(is_own_date);
        let room = FIRST_PARAGRAPHS.saturating_sub(self.keys.len() - texts.len());
        let first = texts.iter().take(room).filter(|piece| piece.part == Part::Body);
        self.agencies.extend(first.filter_map(|piece| agency(&piece.text)));
        let telling = texts.iter().take(2).chain(texts.iter().rev().take(4));
        self.told.extend(telling.map(|piece| piece.folded.clone()));
    }

    /// The words of its headline and its first paragraph.
    pub(super) fn beginning(&self, matching: &Matching) -> Stems {
        stems_of(self.told.iter().take(2).cloned(), matching)
    }

    /// The words of its last paragraphs.
    pub(super) fn ending(&self, matching: &Matching) -> Stems {
        stems_of(self.told.iter().rev().take(LAST_PARAGRAPHS).cloned(), matching)
    }

    /// Its words. Only a block that may go on with the article asks.
    pub(super) fn stems(&self, matching: &Matching) -> Stems {
        stems_of(self.told.iter().cloned(), matching)
    }
}

/// So many paragraphs are an article's last ones.
const LAST_PARAGRAPHS: usize = 3;

/// An article's dateline stands in one of so many first lines, the headline included.
const FIRST_PARAGRAPHS: usize = 5;

/// The hash of the agency that signs the dateline of a paragraph.
pub(super) fn agency(text: &str) -> Option<u64> {
    shape::agency(text).map(|agency| xxh3_64(agency.as_bytes()))
}

/// Whether a piece is a date of the article, and of nothing appended.
pub(super) fn is_own_date(piece: &Piece<'_>) -> bool {
    piece.part.is_date() && piece.entry.is_none()
}
