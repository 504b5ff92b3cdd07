//! Lines that stand on a page twice, and what that says.

use super::line::BlockLine;

/// What a line that stands on the page twice says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    None,
    /// What stands before it differs, what stands behind it does not: there a story begins.
    Begins,
    /// What stands before it is the same both times: it is inside a story.
    GoesOn,
}

/// Compares the neighbours of lines that stand on the page more than once.
pub(super) fn repeats(lines: &[BlockLine], article: &[u64]) -> Vec<Repeat> {
    let start = article.len() + 1;
    // Nothing is equal to the gap between the article and the block.
    let keys: Vec<Option<u64>> = article
        .iter()
        .copied()
        .map(Some)
        .chain([None])
        .chain(lines.iter().map(|line| Some(line.key)))
        .collect();
    let mut places = Vec::with_capacity(keys.len());
    places.extend(keys.iter().enumerate().filter_map(|(at, key)| Some(((*key)?, at))));
    places.sort_unstable();
    let key = |at: Option<usize>| at.and_then(|at| keys.get(at)).copied().flatten();
    let mut out = vec![Repeat::None; lines.len()];
    for pair in places.windows(2) {
        let &[(one, first), (other, second)] = pair else { continue };
        if one != other {
            continue;
        }
        let left = |at: usize| key(at.checked_sub(1));
        let right = |at: usize| key(Some(at + 1));
        let same_left = left(first).is_some() && left(first) == left(second);
        let same_right = right(first).is_some() && right(first) == right(second);
        let says = match (same_left, same_right) {
            (true, _) => Repeat::GoesOn,
            (false, true) => Repeat::Begins,
            (false, false) => Repeat::None,
        };
        for at in [first, second] {
            if let Some(slot) = at.checked_sub(start).and_then(|at| out.get_mut(at)) {
                *slot = says;
            }
        }
    }
    out
}
