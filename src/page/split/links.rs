//! Which lines of a block speak of the same things: where the words of each line occur before and after it.

use super::line::BlockLine;
use super::signal::Signal;

/// Where the words of each line occur before and after it.
pub(super) struct Links {
    lines: Vec<LineLinks>,
}

/// Counts of a line's distinct words.
#[derive(Clone, Copy, Default)]
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

/// Where a word was said last.
#[derive(Clone, Copy)]
struct Last {
    line: usize,
    /// It had been said near before that too.
    again: bool,
}

/// How many lines apart two occurrences of a word may stand to count as near.
const NEAR: usize = 3;

impl Links {
    /// Of all lines of a block. Linear in its words.
    pub(super) fn of(lines: &[BlockLine]) -> Self {
        let mut said = Said::with_room(lines.iter().map(|line| line.stems.len()).sum());
        let mut links = Self { lines: Vec::with_capacity(lines.len()) };
        for (at, line) in lines.iter().enumerate() {
            let mut here = LineLinks::default();
            for stem in &line.stems {
                let Some(slot) = said.slot(*stem) else { continue };
                let before = slot.last();
                // A word counts once a line.
                if before.is_some_and(|before| before.line == at) {
                    continue;
                }
                let again = before.is_some_and(|before| at - before.line <= NEAR);
                slot.say(*stem, Last { line: at, again });
                here.stems += 1;
                match before {
                    Some(before) => links.note(before, &mut here),
                    None => here.new_here += 1,
                }
            }
            links.lines.push(here);
        }
        links
    }

    /// Notes that a word of the line behind these, which is `here`, was last said where `last` says.
    fn note(&mut self, last: Last, here: &mut LineLinks) {
        let at = self.lines.len();
        let gap = at - last.line;
        if gap > NEAR + 1 {
            return;
        }
        if gap <= NEAR {
            here.in_last += usize::from(gap == 1);
            here.in_last_three += 1;
            here.only_behind += 1;
            if let Some(line) = self.lines.get_mut(last.line) {
                line.in_next += usize::from(gap == 1);
                line.in_next_three += 1;
                if last.again {
                    line.only_behind = line.only_behind.saturating_sub(1);
                } else {
                    line.only_ahead += 1;
                }
            }
        }
        let between = at.saturating_sub(2).max(last.line + 1)..at.min(last.line + 3);
        for line in self.lines.get_mut(between).unwrap_or_default() {
            line.across += 1;
        }
        if (2..=3).contains(&gap)
            && let Some(line) = self.lines.last_mut()
        {
            line.next_in_last_two += 1;
        }
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

    /// The slot of a word.
    fn slot(&mut self, stem: u32) -> Option<&mut Slot> {
        let mask = self.0.len() - 1;
        let mut at = usize::try_from(stem).unwrap_or_default() & mask;
        while self.0.get(at).is_some_and(|slot| slot.lines != 0 && slot.stem != stem) {
            at = (at + 1) & mask;
        }
        self.0.get_mut(at)
    }
}

/// A word and where it was said last, in a few bytes: a table of a block stays in the nearest cache.
#[derive(Clone, Copy, Default)]
struct Slot {
    stem: u32,
    /// So many lines up to the one that said it last, that one included, twice, and one more where it was said again.
    /// Nought where the slot is free.
    lines: u32,
}

impl Slot {
    fn last(self) -> Option<Last> {
        let line = usize::try_from(self.lines / 2).ok()?.checked_sub(1)?;
        Some(Last { line, again: self.lines % 2 == 1 })
    }

    fn say(&mut self, stem: u32, Last { line, again }: Last) {
        let lines = u32::try_from(line + 1).unwrap_or(u32::MAX / 2);
        *self = Self { stem, lines: 2 * lines.min(u32::MAX / 2) + u32::from(again) };
    }
}

/// A share in hundredths; none of nothing.
pub(super) fn hundredths(count: usize, of: usize) -> i16 {
    let share = (count * 100).checked_div(of).unwrap_or(0);
    i16::try_from(share.min(100)).unwrap_or(100)
}
