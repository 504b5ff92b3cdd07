//! Which lines of a block speak of the same things: where the words of each line occur before and after it.

use super::line::BlockLine;
use super::signal::Signal;

/// Where the words of each line occur before and after it.
pub(super) struct Links {
    lines: Vec<LineLinks>,
}

/// Counts of a line's distinct words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct LineLinks {
    stems: usize,
    in_next: usize,
    in_next_three: usize,
    in_last: usize,
    in_last_three: usize,
    /// In the three lines behind this one and not in the three before it.
    only_ahead: usize,
    /// The other way round.
    only_behind: usize,
    new_here: usize,
    /// Words that stand in one of the two lines before this one and next in one of the two behind it.
    across: usize,
    /// Words of the next line that stand not here but in one of the two lines before.
    next_in_last_two: usize,
}

/// How many lines apart two occurrences of a word may stand to count as near.
const NEAR: usize = 3;

/// How many words of a line were said last so many lines before it, the last places for what counts as farther and for
/// what was never said. Of each, those that had not been said near before that, and those that had. Added up when the
/// line is read, since no processor can guess what is true of its next word.
type Gaps = [[usize; 2]; NEVER + 1];

/// Farther than what says anything: beyond [`NEAR`] by more than one line.
const FAR: usize = NEAR + 2;
const NEVER: usize = FAR + 1;

/// The number of the first line: what was never said is as if said [`FAR`] before it, or farther.
const FIRST: u32 = 5;

impl Links {
    /// Of all lines of a block. Linear in its words.
    pub(super) fn of(lines: &[BlockLine]) -> Self {
        let mut said = Said::with_room(lines.iter().map(|line| line.stems.len()).sum());
        let mut links = Self { lines: Vec::with_capacity(lines.len()) };
        for (at, line) in (FIRST..).zip(lines) {
            let mut gaps = Gaps::default();
            for stem in &line.stems {
                let (gap, again) = said.say(*stem, at);
                let words = gaps.get_mut(gap).and_then(|words| words.get_mut(usize::from(again)));
                if let Some(words) = words {
                    *words += 1;
                }
            }
            links.add(&gaps);
        }
        links
    }

    /// Adds the next line, of whose words this is known. A word counts once a line.
    fn add(&mut self, gaps: &Gaps) {
        let [_, counting @ ..] = gaps.map(|[first, again]| first + again);
        let [last, last_but_one, third, fourth, _, new_here] = counting;
        let near = last + last_but_one + third;
        let back = self.lines.iter_mut().rev();
        for (line, [first, again]) in back.zip(gaps.iter().skip(1)).take(NEAR) {
            line.in_next_three += first + again;
            line.only_ahead += first;
            line.only_behind = line.only_behind.saturating_sub(*again);
        }
        let mut back = self.lines.iter_mut().rev();
        if let Some(line) = back.next() {
            line.in_next = last;
            line.across += last_but_one + third;
            line.next_in_last_two = last_but_one + third;
        }
        if let Some(line) = back.next() {
            line.across += third + fourth;
        }
        self.lines.push(LineLinks {
            stems: counting.into_iter().sum(),
            in_last: last,
            in_last_three: near,
            only_behind: near,
            new_here,
            ..LineLinks::default()
        });
    }

    /// The shares of the words of line `at`, in hundredths.
    pub(super) fn shares(&self, at: usize) -> [(Signal, i16); 10] {
        let near =
            |at: Option<usize>| at.and_then(|at| self.lines.get(at)).copied().unwrap_or_default();
        let (line, last, next) = (near(Some(at)), near(at.checked_sub(1)), near(Some(at + 1)));
        let of = |count: usize| hundredths(count, line.stems);
        [
            (Signal::in_next, of(line.in_next)),
            (Signal::in_next_three, of(line.in_next_three)),
            (Signal::in_last, of(line.in_last)),
            (Signal::in_last_three, of(line.in_last_three)),
            (Signal::only_ahead, of(line.only_ahead)),
            (Signal::only_behind, of(line.only_behind)),
            (Signal::new_here, of(line.new_here)),
            (Signal::across, hundredths(line.across, last.stems.min(next.stems))),
            (Signal::next_in_this, hundredths(next.in_last, next.stems)),
            (Signal::next_in_last_two, hundredths(line.next_in_last_two, next.stems)),
        ]
    }
}

/// Where each word was said last: a table by the low bits of the stems, which are hashes; a quarter of it is free, and more
/// where words are said again.
struct Said(Vec<Slot>);

impl Said {
    /// For so many words.
    fn with_room(words: usize) -> Self {
        Self(vec![Slot::default(); (words + words / 3 + 1).next_power_of_two()])
    }

    /// Says a word on a line, counted from [`FIRST`]. Returns how many lines before it was said last, and whether it had been said
    /// near before that too.
    fn say(&mut self, stem: u32, line: u32) -> (usize, bool) {
        let mask = self.0.len() - 1;
        let mut at = usize::try_from(stem).unwrap_or_default() & mask;
        while self.0.get(at).is_some_and(|slot| slot.is_of_other_than(stem)) {
            at = (at + 1) & mask;
        }
        let Some(slot) = self.0.get_mut(at) else { return (NEVER, false) };
        let (last, again) = (slot.lines / 2, slot.lines % 2 == 1);
        let gap = usize::try_from(line - last).unwrap_or(FAR).min(FAR) + usize::from(last == 0);
        // On the line itself it is said once.
        let is_again = (gap <= NEAR) & ((gap != 0) | again);
        *slot = Slot { stem, lines: 2 * line + u32::from(is_again) };
        (gap, again)
    }
}

/// A word and where it was said last, in a few bytes: a table of a block stays in the nearest cache.
#[derive(Clone, Copy, Default)]
struct Slot {
    stem: u32,
    /// The number of the line that said it last, twice, and one more where it had been said near before that. Nought where
    /// the slot is free.
    lines: u32,
}

impl Slot {
    /// Both are asked without leaving early: whether a word is new is nothing that a processor can guess.
    #[inline]
    fn is_of_other_than(self, stem: u32) -> bool {
        (self.lines != 0) & (self.stem != stem)
    }
}

/// A share in hundredths; none of nothing.
pub(super) fn hundredths(count: usize, of: usize) -> i16 {
    let share = (count * 100).checked_div(of).unwrap_or(0);
    i16::try_from(share.min(100)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The counts of each line by the rule: which of the lines round it have its words.
    fn plainly(lines: &[BTreeSet<u32>]) -> Vec<LineLinks> {
        let has = |at: usize, stem: &u32| lines.get(at).is_some_and(|line| line.contains(stem));
        let before = |at: usize, back: usize, stem: &u32| {
            (at.saturating_sub(back)..at).any(|at| has(at, stem))
        };
        let behind = |at: usize, on: usize, stem: &u32| (at + 1..=at + on).any(|at| has(at, stem));
        let all: BTreeSet<u32> = lines.iter().flatten().copied().collect();
        let count = |words: &BTreeSet<u32>, counts: &dyn Fn(&u32) -> bool| {
            words.iter().filter(|stem| counts(stem)).count()
        };
        let links = |(at, line): (usize, &BTreeSet<u32>)| LineLinks {
            stems: line.len(),
            in_next: count(line, &|stem| behind(at, 1, stem)),
            in_next_three: count(line, &|stem| behind(at, 3, stem)),
            in_last: count(line, &|stem| before(at, 1, stem)),
            in_last_three: count(line, &|stem| before(at, 3, stem)),
            only_ahead: count(line, &|stem| behind(at, 3, stem) && !before(at, 3, stem)),
            only_behind: count(line, &|stem| before(at, 3, stem) && !behind(at, 3, stem)),
            new_here: count(line, &|stem| !before(at, at, stem)),
            across: count(&all, &|stem| {
                !has(at, stem) && before(at, 2, stem) && behind(at, 2, stem)
            }),
            next_in_last_two: count(&all, &|stem| {
                has(at + 1, stem) && !has(at, stem) && before(at, 2, stem)
            }),
        };
        lines.iter().enumerate().map(links).collect()
    }

    proptest::proptest! {
        #[test]
        fn words_are_counted_by_the_lines_round_theirs_that_have_them(
            lines in proptest::collection::vec(proptest::collection::vec(0..12_u32, 0..6), 0..12),
        ) {
            let line = |stems: &Vec<u32>| BlockLine { stems: stems.clone(), ..BlockLine::default() };
            let links = Links::of(&lines.iter().map(line).collect::<Vec<_>>());
            let sets: Vec<_> = lines.iter().map(|line| line.iter().copied().collect()).collect();
            proptest::prop_assert_eq!(links.lines, plainly(&sets));
        }
    }
}
