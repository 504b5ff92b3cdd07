//! Headlines within paragraphs that other pages have shown.

use xxhash_rust::xxh3::xxh3_64;

use super::attached::Unseen;
use super::evidence::{CHARS, LEAST_CHARS};
use crate::page::piece::{Part, Piece};
use crate::page::split::learning::Lesson;
use crate::page::text::matching::Matching;
use crate::page::text::spelling::raw_offset;

/// Of so many markers of a page it is asked whether other pages have shown the headline behind them: no honest page has
/// more, and each is asked about every place where a headline can end.
const ASKED: usize = 128;

/// Cuts the paragraphs that markers were left in where other pages have shown the headline behind the marker: a link more.
/// Behind the laying out of blocks, for what a page shows other pages is never a matter of what they have shown. Whether
/// a marker is left all the same.
pub(super) fn cut(
    pieces: &mut Vec<Piece<'_>>,
    unseen: &[Unseen],
    matching: &Matching,
    lesson: &Lesson<'_>,
) -> bool {
    if unseen.is_empty() || !lesson.has_learned() {
        return !unseen.is_empty();
    }
    let mut left = unseen.len() > ASKED;
    let mut unseen = unseen.iter().take(ASKED).peekable();
    // The last entry before each link that is put in between.
    let mut put_in: Vec<u32> = Vec::new();
    let mut entries = 0;
    let mut cut = Vec::with_capacity(pieces.len() + 4);
    for mut piece in std::mem::take(pieces) {
        let shift = put_in.partition_point(|last| piece.entry.is_some_and(|entry| entry >= *last));
        entries = entries.max(piece.entry.map_or(0, |entry| entry + 1));
        piece.entry = piece.entry.map(|entry| entry + count(shift));
        while let Some(marker) = unseen.next_if(|marker| piece.folded.contains(&marker.marker.1)) {
            let parts = known_parts(&piece, marker, matching, lesson);
            let Some([before, mut words, mut title, behind]) = parts else {
                left = true;
                continue;
            };
            if let Some(rule) = marker.rule {
                words = words.by_rule(Part::Marker, rule);
            }
            let link = entries + count(put_in.len());
            title.take(Part::Headline, Some(link), "a headline, as other pages show");
            put_in.push(entries);
            let before = Some(before).filter(|before| !before.text.is_empty());
            cut.extend(before.into_iter().chain([words, title]));
            piece = behind;
        }
        if !piece.text.is_empty() {
            cut.push(piece);
        }
    }
    *pieces = cut;
    left
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

/// What stands before a marker in a paragraph, the marker, the headline behind it that other pages have shown, and the
/// rest of the paragraph.
fn known_parts<'a>(
    piece: &Piece<'a>,
    marker: &Unseen,
    matching: &Matching,
    lesson: &Lesson<'_>,
) -> Option<[Piece<'a>; 4]> {
    if piece.part != Part::Body || piece.line != marker.line {
        return None;
    }
    let behind = |piece: &Piece<'a>, (raw, folded): (usize, usize)| {
        piece.split_at(raw.checked_sub(piece.raw)?, folded.checked_sub(piece.folded.start)?)
    };
    let (before, rest) = behind(piece, marker.marker)?;
    let (words, text) = behind(&rest, marker.text)?;
    let form = matching.text().get(text.folded.clone())?;
    let lead = form.len() - form.trim_start().len();
    let ends = form.char_indices().map(|(at, _)| at).chain([form.len()]);
    let ends: Vec<usize> = ends.skip_while(|at| *at < lead).skip(LEAST_CHARS).take(CHARS).collect();
    let end = ends.into_iter().rev().find(|end| {
        let beginning = form.get(lead..*end).unwrap_or_default();
        // One that ends in a space is asked about without it.
        !beginning.ends_with(' ') && lesson.is_headline(xxh3_64(beginning.as_bytes()))
    })?;
    let (title, behind) = text.split_at(raw_offset(&text.text, end - lead), end)?;
    Some([before, words, title, behind])
}
