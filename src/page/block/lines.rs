//! The lines of a block as splitting sees them.

use xxhash_rust::xxh3::xxh3_64;

use super::asides::Aside;
use super::told::agency;
use crate::page::layout::{Field, Layouts};
use crate::page::piece::{Part, Piece};
use crate::page::split::line::{BlockLine, LineShape};
use crate::page::text::matching::Matching;
use crate::page::text::shape::{self, Stop};
use crate::page::text::stems::add_stems;

/// The text lines of a block, each with what splitting asks of it; its `asides` are none.
pub(super) fn of(
    (block, asides): (&[Piece<'_>], &[Option<Aside>]),
    matching: &Matching,
    layouts: &Layouts,
) -> Vec<BlockLine> {
    let mut lines: Vec<BlockLine> = Vec::new();
    let (mut behind_label, mut aside, mut last) = (false, None, None);
    // The number of the next item where the block is a list that counts from one on.
    let mut number = 1;
    for (piece, of_headline) in block.iter().zip(asides) {
        match piece.part {
            // It stands beside a headline, never between two paragraphs.
            Part::Body if of_headline.is_some() => behind_label = true,
            Part::Marker => aside = Some(piece.line),
            // The headline of a link, alone: what stands behind it on its line is the story's again.
            Part::Body if aside == Some(piece.line) => aside = None,
            Part::Body => {
                last = Some(piece.line);
                let mut behind_label = std::mem::take(&mut behind_label);
                let item = shape::item_number(&piece.text).filter(|item| item.0 == number);
                let item = item.filter(|_| number > 1 || lines.is_empty()).map(|item| item.1);
                number += u32::from(item.is_some());
                let line = line(piece, item.unwrap_or(0), (matching, layouts));
                // Where the first headline is an item of a list, the others are, and no paragraph is.
                let are_items = lines.first().is_some_and(|first| first.shape.item);
                behind_label |= number > 2 && item.is_some() || are_items && line.shape.item;
                lines.push(BlockLine { behind_label, ..line });
            }
            Part::Value(Field::Source | Field::Keywords) => behind_label = true,
            // A date within a line is a sentence's; one that no label names stands below a headline.
            Part::Value(Field::Published | Field::Updated) => {
                behind_label |= last != Some(piece.line) && piece.why.rule.is_some();
            }
            // Buttons and counts stand below headlines, and between paragraphs that stop.
            Part::Furniture => {
                let is_below = |above: &BlockLine| {
                    above.shape.stop == Stop::None && above.shape.chars <= HEADLINE_CHARS
                };
                behind_label |= last != Some(piece.line) && lines.last().is_some_and(is_below);
            }
            Part::Value(Field::Author) | Part::Headline | Part::Teaser | Part::Label => {}
        }
    }
    lines
}

/// A longer line is no headline.
const HEADLINE_CHARS: usize = 160;

/// A line, from so many bytes on.
fn line(piece: &Piece<'_>, from: usize, (matching, layouts): (&Matching, &Layouts)) -> BlockLine {
    let form = matching.form(piece.folded.clone());
    let words = matching.words_in(piece.folded.clone());
    let first = words.clone().next();
    let mut stems = Vec::new();
    add_stems(words, matching, &mut stems);
    let shape = LineShape::of(piece.text.get(from..).unwrap_or_default());
    BlockLine {
        stems,
        shape,
        key: xxh3_64(form.as_bytes()),
        opening: layouts.openings().of_word(first.map_or("", |first| matching.word(first))),
        behind_label: false,
        behind_title: false,
        agency: shape.dateline.then(|| agency(&piece.text)).flatten(),
    }
}
