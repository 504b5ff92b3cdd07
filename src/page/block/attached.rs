//! Where a headline ends that stands behind a marker on its own line.
//!
//! Flattened text prints a marker, a headline and the article again with nothing between them (page-shapes §6, 7 and 8).
//! Where the page or other pages show where the headline ends, the line is cut there; where nothing does, its words stay
//! in the paragraph that they stand in, the marker's too: a wrong cut would make a link of a sentence.

use super::ending::{End as ArticleEnd, Ending};
use super::evidence::{End, Evidence};
use crate::page::marks::marking::Marking;
use crate::page::piece::{Part, Piece, RunnerUp};
use crate::page::text::lines::Line;

/// A marker that was left in its paragraph, for nothing on the page shows where the headline behind it ends.
#[derive(Debug)]
pub(super) struct Unseen {
    pub(super) line: usize,
    pub(super) rule: Option<u32>,
    /// Where the marker begins, and the text behind it: in its line, and in the match form.
    pub(super) marker: (usize, usize),
    pub(super) text: (usize, usize),
}

impl Unseen {
    fn of(marker: &Piece<'_>, text: &Piece<'_>) -> Self {
        Self {
            line: marker.line,
            rule: marker.why.rule,
            marker: (marker.raw, marker.folded.start),
            text: (text.raw, text.folded.start),
        }
    }
}

/// What [`settle`] could not cut.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// The markers that stay in their paragraphs.
    pub unseen: Vec<Unseen>,
    /// A block begins with a headline and a story in one line.
    pub whole: bool,
}

/// Cuts what stands behind markers on their lines where the page shows that its headline ends. Returns what was left.
pub(super) fn settle<'a>(pieces: &mut Vec<Piece<'a>>, page: &Marking<'_, 'a>) -> Left {
    let mut left = Left::default();
    let attached =
        |pair: &[Piece<'_>]| matches!(pair, [marker, behind] if is_behind(marker, behind));
    if !pieces.windows(2).any(attached) {
        return left;
    }
    let mut evidence = Evidence::of(page);
    let (mut ending, mut in_block) = (Ending::default(), false);
    let mut settled: Vec<Piece<'a>> = Vec::with_capacity(pieces.len() + 2);
    let mut rest = std::mem::take(pieces).into_iter().peekable();
    while let Some(piece) = rest.next() {
        let ended = piece.part == Part::Marker && ending.at_marker() == ArticleEnd::Ended;
        let Some(text) = rest.next_if(|next| is_behind(&piece, next)) else {
            in_block |= ended;
            ending.add(std::slice::from_ref(&piece));
            settled.push(piece);
            continue;
        };
        ending.add(std::slice::from_ref(&text));
        let on_line = |other: &Piece<'_>| other.line == piece.line && other.part == Part::Body;
        let before = settled.last().filter(|before| before.line == piece.line);
        let end = if rest.peek().is_some_and(on_line) {
            // It was cut already.
            End::Whole
        } else {
            evidence.end(&piece, &text, before.is_some())
        };
        match end {
            // Behind the article its first marker begins the block, whatever stands there.
            End::Unseen if in_block || !ended => {
                left.unseen.push(Unseen::of(&piece, &text));
                let before = settled.pop_if(|before| on_line(before));
                let line = page.lines.get(piece.line);
                settled.extend(line.map(|line| joined(line, before, piece, text)));
                continue;
            }
            End::At(bytes, folded) if let Some((title, behind)) = text.split_at(bytes, folded) => {
                settled.extend([piece, title, behind]);
            }
            End::At(..) | End::Whole | End::Unseen => {
                left.whole |= end == End::Unseen;
                settled.extend([piece, text]);
            }
        }
        in_block |= ended;
    }
    *pieces = settled;
    left
}

fn is_behind(marker: &Piece<'_>, next: &Piece<'_>) -> bool {
    marker.part == Part::Marker && next.part == Part::Body && next.line == marker.line
}

/// The words of a marker with those before and behind it, as they stand on their line.
fn joined<'a>(
    line: &Line<'a>,
    before: Option<Piece<'a>>,
    marker: Piece<'a>,
    behind: Piece<'a>,
) -> Piece<'a> {
    let reason = "nothing shows where the headline behind it ends";
    let runner_up = RunnerUp { part: Part::Marker, rule: marker.why.rule, reason };
    let first = before.as_ref().unwrap_or(&marker);
    let (raw, folded) =
        (first.raw..behind.raw + behind.text.len(), first.folded.start..behind.folded.end);
    let mut whole = Piece::of(line, marker.line, raw, folded);
    whole.why.runner_up = Some(runner_up);
    whole
}
