//! Short lines between the headline of an appended story and its first paragraph: who wrote it, where, for whom, or what
//! its picture shows ("Cairo: Harbour Post"); and what signs a story ("(Reuters)"). They say nothing of where one begins.

use super::line::{BlockLine, CREDIT_WORDS};
use crate::page::text::shape::{PARAGRAPH_CHARS, Stop};

/// A longer line, in characters, is no headline above a credit.
const HEADLINE_CHARS: usize = 120;

/// So many stand below a headline at most.
const CREDITS: usize = 2;

/// The credits in a block, by their places: short lines behind a longer one that does not stop, before a paragraph; and
/// signatures.
pub(crate) fn of_block(lines: &[BlockLine]) -> Vec<usize> {
    let mut credits = Vec::new();
    let shape = |line: &BlockLine| is_below_headline(line) || line.shape.signature;
    let short = lines.iter().enumerate().skip(1).filter(|(_, line)| shape(line));
    for (at, line) in short {
        if line.shape.signature {
            credits.push(at);
            continue;
        }
        let from = if credits.last() == at.checked_sub(1).as_ref() { at - 1 } else { at };
        let above = from.checked_sub(1).and_then(|above| lines.get(above));
        let mut below = lines.iter().skip(at + 1).take(CREDITS + from - at);
        let over_paragraph = below.find(|line| !is_below_headline(line)).is_some_and(is_paragraph);
        if above.is_some_and(is_headline) && over_paragraph {
            credits.push(at);
        }
    }
    credits
}

fn is_below_headline(line: &BlockLine) -> bool {
    line.shape.credit || line.shape.caption
}

fn is_headline(line: &BlockLine) -> bool {
    line.shape.words > CREDIT_WORDS
        && line.shape.chars <= HEADLINE_CHARS
        && matches!(line.shape.stop, Stop::None | Stop::Question)
}

fn is_paragraph(line: &BlockLine) -> bool {
    line.shape.stop == Stop::Full && line.shape.chars > PARAGRAPH_CHARS
}
