//! Where in a block of appended stories, with nothing between them, one ends and the next begins.
//!
//! A scored sequence over the lines of the block: each line is a headline or a paragraph, and the sequence with the
//! greatest sum stands (dynamic programming, whole numbers only). What a line scores as a headline is the weighted sum
//! of its signals; a headline that stands right behind another pays for it. Weights are data: config/split.toml.
//! Label lines bind the sequence: a source stands at the end of a story or right below its headline, never between two
//! paragraphs, so the line behind it begins a story or the line before it does.

use super::signals::{self, BlockLine, Signals};
use super::weights::Weights;

/// What was decided of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// It begins a story.
    pub headline: bool,
    /// By how much the best sequence with the line as a headline is better than the best one without.
    pub score: i32,
    /// What the score is made of.
    pub signals: Signals,
}

/// How many lines behind the last headline a line stands: on it, one behind, two or more behind.
const STATES: usize = 3;

type Sums = [i32; STATES];

/// Worse than any sequence, and far from overflow.
const NEVER: i32 = i32::MIN / 4;

/// No score is farther from nought: so far is what a rule decides.
const CERTAIN: i32 = 9_999;

/// Splits a block. Its first line begins a story, whatever it looks like.
pub(super) fn split(lines: &[BlockLine], article: &[u64], weights: &Weights) -> Vec<Verdict> {
    let signals = signals::of_block(lines, article);
    let scores: Vec<i32> = signals.iter().map(|signals| weights.score(signals)).collect();
    let before = sums_before(lines, &scores, weights);
    let behind = sums_behind(lines, &scores, weights);
    let margins = before.iter().zip(&behind).map(|(before, behind)| {
        let [on, one, more] = *before;
        let [after_on, after_one, after_more] = *behind;
        let margin = (on + after_on) - (one + after_one).max(more + after_more);
        margin.clamp(-CERTAIN, CERTAIN)
    });
    let mut verdicts: Vec<Verdict> = margins
        .zip(signals)
        .map(|(score, signals)| Verdict { headline: score > weights.cut, score, signals })
        .collect();
    if let Some(first) = verdicts.first_mut() {
        first.headline = true;
        first.score = 0;
    }
    verdicts
}

/// For each line and state the best sum of the lines up to it, the line included.
fn sums_before(lines: &[BlockLine], scores: &[i32], weights: &Weights) -> Vec<Sums> {
    let mut sums = Vec::with_capacity(scores.len());
    let mut state = [0, NEVER, NEVER];
    for (at, (line, score)) in lines.iter().zip(scores).enumerate() {
        if at > 0 {
            let [on, one, more] = state;
            let headline = (on + weights.next_line).max(one + weights.two_lines).max(more);
            let goes_on = if line.behind_label { NEVER } else { one.max(more) };
            state = [headline.max(NEVER) + score, on, goes_on];
        }
        sums.push(state);
    }
    sums
}

/// For each line and state the best sum of the lines behind it.
fn sums_behind(lines: &[BlockLine], scores: &[i32], weights: &Weights) -> Vec<Sums> {
    let mut sums = Vec::with_capacity(scores.len());
    // A block that ends with a headline ends with a link.
    let mut state = [weights.at_end, 0, 0];
    for (line, score) in lines.iter().zip(scores).rev() {
        sums.push(state);
        let [on, one, more] = state;
        let goes_on = if line.behind_label { NEVER } else { more };
        state = [
            (on + score + weights.next_line).max(one),
            (on + score + weights.two_lines).max(goes_on),
            (on + score).max(goes_on),
        ];
    }
    sums.reverse();
    sums
}
