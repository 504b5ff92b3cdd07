//! How alike two stories are, and whether that makes them one: research/near-duplicates b4.
//!
//! Overlap alone is a trap in news: a follow-up pastes the story before it, a template keeps its words and changes its
//! numbers. So containment counts only where both begin alike, and numbers that differ on both sides forbid a match.
//! Integers only, and the order of the two does not matter.

use std::cell::OnceCell;

use serde::{Deserialize, Serialize};

use super::fingerprint::{NUMBERS, Number, Sketch};
use super::shingle_index::{SHINGLES, ShingleIndex};

/// The opening of a story, in shingles. Half of the smaller story's must be shared: a byline of ten words may stand before
/// it, a first paragraph of its own may not. The larger one must begin to be shared within its own: its headline may stand
/// before it.
const OPENING: u32 = 24;

/// Containment says nothing of a story with fewer shingles.
const MIN_SHINGLES: u32 = 16;

/// From this overlap on (per cent of the union) numbers are not looked at.
const SAME: u32 = 97;

/// From which overlap on two stories are alike, in per cent; part of what the state of a stage depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// [`Likeness::Duplicate`].
    pub duplicate: Threshold,
    /// [`Likeness::Near`].
    pub near: Threshold,
    /// [`Likeness::Loose`].
    pub loose: Threshold,
}

/// Either is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// Shared shingles, per cent of all of both.
    pub jaccard: u8,
    /// Shared shingles, per cent of the smaller story's, where both begin alike.
    pub containment: u8,
}

impl Default for Thresholds {
    /// Those of near-duplicates b4. LOOSE is lower than there, since the third story that it asks for may not be a scrap of
    /// both: measured in docs/quality.md.
    fn default() -> Self {
        Self {
            duplicate: Threshold { jaccard: 80, containment: 90 },
            near: Threshold { jaccard: 60, containment: 75 },
            loose: Threshold { jaccard: 30, containment: 40 },
        }
    }
}

/// What two stories are to each other. Its place in the list is its number in messages and state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Likeness {
    /// Alike enough to be one story where a third stands between them.
    Loose,
    /// One story, edited.
    Near,
    /// One story in all but spelling, tail or length.
    Duplicate,
}

/// What two sketches have in common: everything that the decision follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overlap {
    /// The shingles of the smaller story.
    pub smaller: u32,
    /// The shingles of the larger story.
    pub larger: u32,
    /// The shingles of both.
    pub shared: u32,
    /// Those of them within the beginning of the larger story that is as long as the smaller one, and 24 more.
    pub shared_lead: u32,
    /// Those of them among the first 24 of the smaller story.
    pub shared_opening: u32,
    /// Words of the larger story that its sketch has no room for, where it has for the smaller one's.
    pub larger_rest: u32,
    /// Where the first shared shingle stands in the smaller story.
    pub first_in_smaller: u32,
    /// Where the first shared shingle stands in the larger story.
    pub first_in_larger: u32,
    /// Numbers of the smaller story that the larger one lacks.
    pub smaller_numbers: Missing,
    /// Numbers of that beginning of the larger story that the smaller one lacks.
    pub larger_numbers: Missing,
}

/// So few numbers without a counterpart are no conflict.
const FEW_NUMBERS: u32 = 1;

/// Whether the numbers of two stories may be in conflict, which is seen without a look at what else they say.
#[must_use]
pub fn may_conflict_in_numbers(a: &Sketch, b: &Sketch) -> bool {
    [a, b].into_iter().all(|sketch| count(sketch.numbers().len()) > FEW_NUMBERS)
}

/// Numbers that have no counterpart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Missing {
    /// How many.
    pub missing: u32,
    /// Of how many.
    pub of: u32,
}

impl Missing {
    /// More than [`FEW_NUMBERS`], and three in ten.
    fn is_much(self) -> bool {
        self.missing > FEW_NUMBERS && 10 * self.missing >= 3 * self.of
    }
}

impl Overlap {
    /// The overlap of two stories, whichever comes first.
    #[must_use]
    pub fn of(a: &Sketch, b: &Sketch) -> Self {
        Probe::of(a).overlap(b)
    }

    /// The shingles of either; of a story that is longer than its sketch, about as many as it has words.
    #[must_use]
    pub fn union(&self) -> u32 {
        (self.smaller + self.larger - self.shared).saturating_add(self.larger_rest)
    }

    /// Whether both begin alike, so that containment counts.
    #[must_use]
    pub fn is_anchored(&self) -> bool {
        self.shared > 0
            && self.smaller >= MIN_SHINGLES
            && 2 * self.shared_opening >= self.smaller.min(OPENING)
            && self.first_in_larger <= OPENING
    }

    /// Whether the numbers of both differ so much that it is a template with other numbers, or an update.
    #[must_use]
    pub fn is_number_conflict(&self) -> bool {
        100 * self.shared < SAME.saturating_mul(self.union())
            && self.smaller_numbers.is_much()
            && self.larger_numbers.is_much()
    }

    /// What the two are to each other; `None` where they are two stories.
    #[must_use]
    pub fn likeness(&self, thresholds: &Thresholds) -> Option<Likeness> {
        if self.is_number_conflict() {
            return None;
        }
        let steps = [
            (Likeness::Duplicate, thresholds.duplicate),
            (Likeness::Near, thresholds.near),
            (Likeness::Loose, thresholds.loose),
        ];
        let reached = steps.into_iter().find(|(_, threshold)| self.reaches(*threshold));
        reached.map(|(likeness, _)| likeness)
    }

    /// Whether the two would be alike, were it not for their numbers: two of one template, or a story and its update.
    #[must_use]
    pub fn differs_in_numbers_only(&self, thresholds: &Thresholds) -> bool {
        self.is_number_conflict() && self.reaches(thresholds.loose)
    }

    /// How alike the two are, in per cent: the share of common shingles in both or, where both begin alike, in the
    /// smaller one.
    #[must_use]
    pub fn score(&self) -> u8 {
        let jaccard = percent(self.shared, self.union());
        let containment = percent(self.shared_lead, self.smaller);
        if self.is_anchored() { jaccard.max(containment) } else { jaccard }
    }

    fn reaches(&self, threshold: Threshold) -> bool {
        let reaches = |part: u32, whole: u32, at_least: u8| {
            100 * part >= u32::from(at_least).saturating_mul(whole)
        };
        self.shared > 0
            && (reaches(self.shared, self.union(), threshold.jaccard)
                || self.is_anchored()
                    && reaches(self.shared_lead, self.smaller, threshold.containment))
    }
}

/// One story that is compared with several.
pub struct Probe<'a> {
    sketch: &'a Sketch,
    /// Made when it is first asked: where the other story is the same, nobody does.
    index: OnceCell<Box<ShingleIndex>>,
}

impl<'a> Probe<'a> {
    /// Of a story.
    #[must_use]
    pub fn of(sketch: &'a Sketch) -> Self {
        Self { sketch, index: OnceCell::new() }
    }

    /// Whether it has made what it finds shingles by, which is most of what a comparison costs.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.index.get().is_some()
    }

    /// Hands over each passage that both stories have, in the order of the other one: where it begins in this one, where in
    /// the other, and how many shingles it has. A passage that both have goes on in both: mostly a shingle is found where it is
    /// looked for first.
    fn passages(&self, others: &[u32], mut each: impl FnMut(u32, u32, u32)) {
        let shingles = self.sketch.shingles();
        let (mut next, mut there) = (0, 0);
        while let Some(rest @ [shingle, behind @ ..]) = others.get(there..) {
            let found = if shingles.get(next) == Some(shingle) {
                Some(next)
            } else {
                self.index().place(shingles, *shingle).map(usize::from)
            };
            let Some(here) = found else {
                there += 1 + self.index().strangers(behind);
                continue;
            };
            let length = common_length(shingles.get(here..).unwrap_or_default(), rest);
            each(count(here), count(there), count(length));
            (next, there) = (here + length, there + length.max(1));
        }
    }

    fn index(&self) -> &ShingleIndex {
        self.index.get_or_init(|| Box::new(ShingleIndex::of(self.sketch.shingles())))
    }

    /// What it has in common with another story.
    #[must_use]
    pub fn overlap(&self, other: &Sketch) -> Overlap {
        let rank = |sketch: &Sketch| sketch.shingles().len();
        // Of two stories of one length the greater sketch counts as the larger story, so that their order does not.
        let is_smaller = (rank(self.sketch), self.sketch) <= (rank(other), other);
        let (smaller, larger) =
            if is_smaller { (self.sketch, other) } else { (other, self.sketch) };
        let lead = count(smaller.shingles().len()) + OPENING;
        let mut overlap = Overlap {
            smaller: count(smaller.shingles().len()),
            larger: count(larger.shingles().len()),
            larger_rest: rest(smaller, larger),
            ..Overlap::default()
        };
        let mut first = (u32::MAX, u32::MAX);
        self.passages(other.shingles(), |here, there, length| {
            let (in_smaller, in_larger) = if is_smaller { (here, there) } else { (there, here) };
            let before = |at: u32, from: u32| (from + length).min(at).saturating_sub(from);
            overlap.shared += length;
            overlap.shared_lead += before(lead, in_larger);
            overlap.shared_opening += before(OPENING, in_smaller);
            first = (first.0.min(in_smaller), first.1.min(in_larger));
        });
        if overlap.shared > 0 {
            (overlap.first_in_smaller, overlap.first_in_larger) = first;
            let in_lead = larger.numbers().partition_point(|number| number.at < lead);
            let larger_lead = larger.numbers().get(..in_lead).unwrap_or_default();
            overlap.smaller_numbers = missing(smaller.numbers(), larger.numbers());
            overlap.larger_numbers = missing(larger_lead, smaller.numbers());
        }
        overlap
    }
}

/// How long both lists go on alike: compared by the vector, since most passages are long.
fn common_length(a: &[u32], b: &[u32]) -> usize {
    let blocks = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
    let whole = 8 * blocks.take_while(|(a, b)| a == b).count();
    let [a, b] = [a, b].map(|list| list.get(whole..).unwrap_or_default());
    whole + a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// Words of the larger story that its sketch has no room for. Where the smaller one's is as full, what was left out of both
/// may be the same: then what the sketches say is all there is to go by.
fn rest(smaller: &Sketch, larger: &Sketch) -> u32 {
    let is_full = |sketch: &Sketch| sketch.shingles().len() >= SHINGLES;
    if is_full(smaller) || !is_full(larger) {
        return 0;
    }
    larger.words().saturating_sub(count(SHINGLES) + 2)
}

/// Of these numbers those that the others lack, each of which is the counterpart of one only.
fn missing(numbers: &[Number], others: &[Number]) -> Missing {
    let mut used = [false; NUMBERS];
    let mut missing = 0;
    for number in numbers {
        let mut counterparts = others.iter().zip(&mut used);
        match counterparts.find(|(other, used)| !**used && other.hash == number.hash) {
            Some((_, used)) => *used = true,
            None => missing += 1,
        }
    }
    Missing { missing, of: count(numbers.len()) }
}

/// The length of a list of a sketch: 512 at most.
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Rounded down; nothing of nothing is nothing.
fn percent(part: u32, whole: u32) -> u8 {
    (100 * part).checked_div(whole).and_then(|percent| u8::try_from(percent).ok()).unwrap_or(0)
}
