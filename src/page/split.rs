//! Where in a block of appended stories, with nothing between them, one ends and the next begins.
//!
//! A scored sequence over the lines of the block: each line is a headline or a paragraph, a story needs both, and the
//! best-scored sequence stands (dynamic programming, integers only). The signals and their first weights are those of
//! research/splitting.

use super::shape;
use super::words::Stems;

/// A line of a block.
#[derive(Debug, Clone, Default)]
pub(super) struct BlockLine {
    pub stems: Stems,
    pub shape: LineShape,
    /// A source or keywords stand right before it: a story has ended.
    pub after_end: bool,
    /// A date stands right behind it.
    pub before_date: bool,
}

/// What a line looks like.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LineShape {
    pub chars: usize,
    pub stop: bool,
    pub colon_inside: bool,
    pub odd_start: bool,
}

impl LineShape {
    /// The shape of a cleaned line.
    pub(super) fn of(text: &str) -> Self {
        // Longer lines are no headlines: their number of characters does not matter any more.
        let chars = text.chars().take(400).count();
        let inner = text.trim_end_matches(|c| !shape::is_word_char(c));
        let colon_inside = chars < 400 && (inner.contains([':', '؟', '?']) || inner.contains(".."));
        Self {
            chars,
            stop: shape::ends_in_stop(text),
            colon_inside,
            odd_start: text.starts_with(|c: char| !c.is_alphabetic()),
        }
    }
}

/// What was decided of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    /// It begins a story.
    pub headline: bool,
    /// How much better that is than the line as a paragraph, all else being free.
    pub score: i32,
}

/// A line whose score lies within this of nought is a doubt.
pub(super) const DOUBT: i32 = 60;

/// Two headlines running: the first is a link without a body, which in a block of stories is rare.
const TWICE: i32 = -250;

/// Splits a block. Its first line begins a story, whatever it looks like.
pub(super) fn split(lines: &[BlockLine]) -> Vec<Verdict> {
    let scores: Vec<i32> = (0..lines.len()).map(|at| headline_score(lines, at)).collect();
    // The best sums of sequences that end here with a paragraph and with a headline, and whether the line before the
    // one in question was a headline in each.
    let mut sums = Vec::with_capacity(lines.len());
    let (mut as_body, mut as_headline) = (i32::MIN / 2, 0);
    for (at, &score) in scores.iter().enumerate() {
        if at == 0 {
            sums.push((false, false));
            continue;
        }
        let body_from_headline = as_headline > as_body;
        let headline_from_headline = as_headline.saturating_add(TWICE) > as_body;
        let body = as_body.max(as_headline);
        let headline = as_body.max(as_headline.saturating_add(TWICE)).saturating_add(score);
        sums.push((body_from_headline, headline_from_headline));
        (as_body, as_headline) = (body, headline);
    }
    // A block that ends with a headline ends with a link.
    let mut headline = as_headline.saturating_add(TWICE) > as_body;
    let mut verdicts = Vec::with_capacity(lines.len());
    for (&(from_body, from_headline), &score) in sums.iter().zip(&scores).rev() {
        verdicts.push(Verdict { headline, score });
        headline = if headline { from_headline } else { from_body };
    }
    verdicts.reverse();
    if let Some(first) = verdicts.first_mut() {
        first.headline = true;
    }
    verdicts
}

fn headline_score(lines: &[BlockLine], at: usize) -> i32 {
    let Some(line) = lines.get(at) else { return 0 };
    let near = |offset: isize| at.checked_add_signed(offset).and_then(|at| lines.get(at));
    let share = |offsets: [isize; 2]| {
        let mut there = Stems::default();
        for line in offsets.into_iter().filter_map(near) {
            there.add(&line.stems);
        }
        there
    };
    let (back, ahead) = (share([-1, -2]), share([1, 2]));
    let (in_back, in_ahead) = (line.stems.share_in(&back), line.stems.share_in(&ahead));
    let next_in_back = near(1).map_or(0, |next| next.stems.share_in(&back));
    let mut score = -125;
    let mut add = |holds: bool, weight: i32| score += if holds { weight } else { 0 };
    add(line.shape.stop, -340);
    add(near(-1).is_some_and(|before| before.shape.stop), 240);
    add(line.shape.chars > 110, -290);
    add((45..=90).contains(&line.shape.chars), 80);
    add(line.shape.chars < 25, -120);
    add(line.shape.colon_inside, 150);
    add(line.shape.odd_start, -150);
    add(line.after_end, 600);
    add(line.before_date, 400);
    score + (in_ahead - in_back) * 380 / 100 - in_back * 310 / 100 - next_in_back * 540 / 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::matching::folded;

    fn split_texts(lines: &[&str]) -> Vec<bool> {
        let lines: Vec<_> = lines
            .iter()
            .map(|text| BlockLine {
                stems: Stems::of(&folded(text)),
                shape: LineShape::of(text),
                ..BlockLine::default()
            })
            .collect();
        split(&lines).into_iter().map(|verdict| verdict.headline).collect()
    }

    const STORIES: [&str; 5] = [
        "Harbour bridge closes for repairs until spring",
        "The harbour bridge will be closed to all traffic from Monday, the council said, while its repairs go on.",
        "The bridge carries forty thousand cars a day.",
        "Orchard growers fear late frost after warm March",
        "Growers in the valley fear that a late frost will take the blossom after the warmest March on record.",
    ];

    #[test]
    fn two_stories_with_nothing_between_them_are_cut_at_the_second_headline() {
        assert_eq!(split_texts(&STORIES), [true, false, false, true, false]);
    }

    #[test]
    fn a_single_story_stays_whole() {
        assert_eq!(split_texts(&STORIES[..3]), [true, false, false]);
        assert_eq!(split_texts(&STORIES[..1]), [true]);
        assert_eq!(split_texts(&[]), Vec::<bool>::new());
    }
}
