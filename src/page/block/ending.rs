//! Whether an article has ended: behind its paragraphs stand its source or its keywords.

use crate::page::layout::Field;
use crate::page::piece::{Part, Piece};

/// Where a page stands, seen from its article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The article has not printed a source or keywords.
    Open,
    /// It has printed them above its paragraphs, or among the first of them: where it ends they do not say.
    Unsure,
    /// It has printed them behind its paragraphs.
    Ended,
}

/// An article, piece by piece in their order.
#[derive(Debug, Default)]
pub(super) struct Ending {
    /// The bytes of its paragraphs before its last source or keywords.
    before: usize,
    /// Those behind them, where it has any.
    behind: Option<usize>,
    ended: bool,
}

impl Ending {
    /// Takes in the next pieces; those of appended stories do not count.
    pub(super) fn add(&mut self, pieces: &[Piece<'_>]) {
        for piece in pieces.iter().filter(|piece| piece.entry.is_none()) {
            match piece.part {
                Part::Body => *self.behind.as_mut().unwrap_or(&mut self.before) += piece.text.len(),
                Part::Value(Field::Source | Field::Keywords) => {
                    self.before += self.behind.replace(0).unwrap_or(0);
                }
                Part::Value(Field::Published | Field::Updated | Field::Author)
                | Part::Headline
                | Part::Teaser
                | Part::Marker
                | Part::Label
                | Part::Furniture => {}
            }
        }
    }

    /// What follows the next marker is appended.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    /// Whether the article has ended at a marker that stands here. A stray line behind the labels does not open it again,
    /// as more of the article than stands before them does.
    pub(super) fn at_marker(&mut self) -> End {
        self.ended |= self.behind.is_some_and(|behind| behind <= self.before);
        match (self.ended, self.behind) {
            (true, _) => End::Ended,
            (false, Some(_)) => End::Unsure,
            (false, None) => End::Open,
        }
    }
}
