//! Where in a block of appended stories, with nothing between them, one ends and the next begins.
//!
//! A scored sequence over the lines of the block: each line is a headline or a paragraph, and the sequence with the
//! greatest sum stands (dynamic programming, whole numbers only). What a line scores as a headline is the weighted sum
//! of its signals; a headline that stands right behind another pays for it. Weights are data: config/split.toml.
//! What other pages have shown of a line outweighs every score.
//! Label lines bind the sequence: a source stands at the end of a story or right below its headline, never between two
//! paragraphs, so the line behind it begins a story or the line before it does.

use super::line::BlockLine;
use super::signal::{COUNT, Signals};
use super::signals;
use super::starts::{Start, StartKind};
use super::weights::Weights;

/// What was decided of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// It begins a story.
    pub headline: bool,
    /// By how much the best sequence with the line as a headline is better than the best one without.
    pub score: i32,
    /// What the score is made of.
    pub signals: Signals,
    /// What other pages have shown of it.
    pub known: Option<Start>,
}

impl Verdict {
    /// Of a line that is decided without a score.
    pub(crate) fn unscored(headline: bool) -> Self {
        Self { headline, score: 0, signals: [0; COUNT], known: None }
    }
}

/// How many lines behind the last headline a line stands: on it, one behind, two or more behind.
const STATES: usize = 3;

type Sums = [i64; STATES];

/// Worse than any sequence, and far from overflow.
const NEVER: i64 = i64::MIN / 4;

/// No score is farther from nought: so far is what a rule decides, or other pages have shown.
const CERTAIN: i32 = 9_999;

/// A block, cut.
pub(crate) struct Split {
    /// Of each line.
    pub verdicts: Vec<Verdict>,
    /// Whether each line begins a story as the page alone is read.
    pub alone: Vec<bool>,
}

/// Splits a block. Its first line begins a story, whatever it looks like. `known` is what other pages have shown of each
/// line; lines that it has no entry for are not known.
pub(crate) fn split(
    lines: &[BlockLine],
    article: &[u64],
    weights: &Weights,
    known: &[Option<Start>],
) -> Split {
    let signals = signals::of_block(lines, article);
    let mut scores: Vec<i32> = signals.iter().map(|signals| weights.score(signals)).collect();
    let mut margins = margins(lines, &scores, weights);
    let begins = |margins: &[i32]| -> Vec<bool> {
        margins.iter().enumerate().map(|(at, margin)| at == 0 || *margin > weights.cut).collect()
    };
    let alone = begins(&margins);
    let known = |at: usize| known.get(at).copied().flatten();
    if (0..lines.len()).any(|at| known(at).is_some()) {
        for (at, score) in scores.iter_mut().enumerate() {
            match known(at).map(|start| start.kind) {
                Some(StartKind::Headline) => *score = CERTAIN,
                Some(StartKind::Body) => *score = -CERTAIN,
                None => {}
            }
        }
        margins = self::margins(lines, &scores, weights);
    }
    let begins = begins(&margins).into_iter();
    let verdicts = begins.zip(margins).zip(signals).enumerate();
    let verdicts = verdicts.map(|(at, ((headline, margin), signals))| {
        let score = if at == 0 { 0 } else { margin };
        Verdict { headline, score, signals, known: known(at) }
    });
    Split { verdicts: verdicts.collect(), alone }
}

/// By how much the best sequence with each line as a headline is better than the best one without.
fn margins(lines: &[BlockLine], scores: &[i32], weights: &Weights) -> Vec<i32> {
    let before = sums_before(lines, scores, weights);
    let behind = sums_behind(lines, scores, weights);
    let margins = before.iter().zip(&behind).map(|(before, behind)| {
        let [on, one, more] = *before;
        let [after_on, after_one, after_more] = *behind;
        let margin = (on + after_on) - (one + after_one).max(more + after_more);
        let certain = i64::from(CERTAIN);
        i32::try_from(margin.clamp(-certain, certain)).unwrap_or(0)
    });
    margins.collect()
}

/// What a headline pays for standing right behind another.
fn next_line(line: &BlockLine, weights: &Weights) -> i64 {
    if line.behind_title { 0 } else { i64::from(weights.next_line) }
}

/// For each line and state the best sum of the lines up to it, the line included.
fn sums_before(lines: &[BlockLine], scores: &[i32], weights: &Weights) -> Vec<Sums> {
    let mut sums = Vec::with_capacity(scores.len());
    let mut state = [0, NEVER, NEVER];
    for (at, (line, score)) in lines.iter().zip(scores).enumerate() {
        if at > 0 {
            let [on, one, more] = state;
            let headline =
                (on + next_line(line, weights)).max(one + i64::from(weights.two_lines)).max(more);
            let goes_on = if line.behind_label { NEVER } else { one.max(more) };
            state = [headline.max(NEVER) + i64::from(*score), on, goes_on];
        }
        sums.push(state);
    }
    sums
}

/// For each line and state the best sum of the lines behind it.
fn sums_behind(lines: &[BlockLine], scores: &[i32], weights: &Weights) -> Vec<Sums> {
    let mut sums = Vec::with_capacity(scores.len());
    // A block that ends with a headline ends with a link.
    let mut state = [i64::from(weights.at_end), 0, 0];
    for (line, score) in lines.iter().zip(scores).rev() {
        sums.push(state);
        let [on, one, more] = state;
        let goes_on = if line.behind_label { NEVER } else { more };
        let headline = on + i64::from(*score);
        state = [
            (headline + next_line(line, weights)).max(one),
            (headline + i64::from(weights.two_lines)).max(goes_on),
            headline.max(goes_on),
        ];
    }
    sums.reverse();
    sums
}
