//! A block of appended stories, cut into them.

use crate::page::split::credit;
use crate::page::split::learning::Lesson;
use crate::page::split::line::BlockLine;
use crate::page::split::sequence::{self, Split, Verdict};
use crate::page::split::starts::Start;
use crate::page::split::weights::Weights;
use crate::page::text::shape::Stop;

/// Of each line, whether it begins a story; and whether that is in doubt. `article` are the keys of the article's own lines.
pub(super) fn of(
    lines: &[BlockLine],
    article: &[u64],
    lesson: &mut Lesson<'_>,
) -> (Vec<Verdict>, bool) {
    let credits = credit::of_block(lines);
    if credits.is_empty() {
        return cut(lines, article, lesson);
    }
    let is_credit = |at: &usize| credits.binary_search(at).is_ok();
    let (mut told, mut behind_label) = (Vec::with_capacity(lines.len()), false);
    for (at, line) in lines.iter().enumerate() {
        behind_label |= line.behind_label;
        if !is_credit(&at) {
            let behind_label = std::mem::take(&mut behind_label);
            told.push(BlockLine { behind_label, ..line.clone() });
        }
    }
    let (verdicts, in_doubt) = cut(&told, article, lesson);
    let mut verdicts = verdicts.into_iter();
    let verdict =
        |at| if is_credit(&at) { Some(Verdict::unscored(false)) } else { verdicts.next() };
    ((0..lines.len()).filter_map(verdict).collect(), in_doubt)
}

/// In a block whose paragraphs do not stop all lines but one of so many do not; where it has so many lines and stays whole, it may
/// be more than one story.
const UNSTOPPED: usize = 5;
const UNSTOPPED_LINES: usize = 6;

fn cut(lines: &[BlockLine], article: &[u64], lesson: &mut Lesson<'_>) -> (Vec<Verdict>, bool) {
    let weights = Weights::builtin();
    let known: Vec<Option<Start>> = lesson.known(lines);
    let split = sequence::split(lines, article, weights, &known);
    lesson.block(lines, &split);
    let Split { verdicts, .. } = split;
    // Where paragraphs do not stop, what tells them from headlines is less.
    let unstopped = lines.iter().filter(|line| line.shape.stop == Stop::None).count();
    let is_unstopped = UNSTOPPED * unstopped > (UNSTOPPED - 1) * lines.len();
    let doubt = if is_unstopped { 2 * weights.doubt } else { weights.doubt };
    let is_open = |verdict: &Verdict| (verdict.score - weights.cut).abs() < doubt;
    let is_whole = is_unstopped
        && lines.len() >= UNSTOPPED_LINES
        && verdicts.iter().skip(1).all(|verdict| !verdict.headline);
    let in_doubt = is_whole || verdicts.iter().skip(1).any(is_open);
    (verdicts, in_doubt)
}
