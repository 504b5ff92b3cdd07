//! A story in its bucket, and what two of a bucket are to each other.

use std::cell::Cell;
use std::sync::Arc;

use super::memo::{Found, Memo};
use super::row::Entry;
use crate::record::StoryId;
use crate::stage::lead::{Age, Lead};
use crate::story::{Probe, Sketch, Thresholds};

/// One story of a bucket.
pub struct Member<'t> {
    pub story_id: StoryId,
    pub entry: Entry,
    /// As the table has it; `None` of one that has just come.
    pub before: Option<&'t Entry>,
    /// What `home` was told last.
    pub told: Option<Lead>,
    /// How many shingles its sketch has: a text that says the same twice is no longer for it.
    pub size: u16,
    pub sketch: &'t Arc<Sketch>,
    /// It is compared with several of its bucket, or with none.
    pub probe: Probe<'t>,
}

impl Member<'_> {
    /// How old it is.
    pub fn age(&self) -> Age {
        self.entry.age(self.story_id)
    }

    /// Whether it follows that story here.
    pub fn follows(&self, leader: StoryId) -> bool {
        self.entry.best.is_some_and(|best| best.age.story_id == leader)
    }

    /// Whether the table has it otherwise, or not at all.
    pub fn has_changed(&self) -> bool {
        self.before != Some(&self.entry)
    }
}

/// Where a story stands among members, which are in the order of their ids.
pub fn place_of(story_id: StoryId, members: &[Member<'_>]) -> Option<usize> {
    members.binary_search_by_key(&story_id, |member| member.story_id).ok()
}

/// Says what two members are to each other, whichever comes first: better one of which more will be asked.
pub type Ask<'a> = dyn Fn(&Member<'_>, &Member<'_>) -> Found + 'a;

/// Compares stories: those of which nothing is remembered.
pub struct Comparing<'c> {
    thresholds: &'c Thresholds,
    memo: &'c Memo,
    /// How many pairs were compared.
    compared: Cell<u64>,
}

impl<'c> Comparing<'c> {
    pub fn new(thresholds: &'c Thresholds, memo: &'c Memo) -> Self {
        Self { thresholds, memo, compared: Cell::new(0) }
    }

    /// How many pairs were compared.
    pub fn compared(&self) -> u64 {
        self.compared.get()
    }

    /// What two members are to each other. Where nothing is ready yet it is the first one that is made ready.
    pub fn found(&self, one: &Member<'_>, other: &Member<'_>) -> Found {
        let [one, other] = if other.probe.is_ready() && !one.probe.is_ready() {
            [other, one]
        } else {
            [one, other]
        };
        self.found_by(one.story_id, &one.probe, other)
    }

    /// What a story is to a member.
    pub fn found_by(&self, one: StoryId, probe: &Probe<'_>, other: &Member<'_>) -> Found {
        self.memo.found(one, other.story_id, || {
            self.compared.set(self.compared.get() + 1);
            let overlap = probe.overlap(other.sketch);
            match overlap.likeness(self.thresholds) {
                Some(likeness) => Found::Alike(likeness, overlap.score()),
                None if overlap.differs_in_numbers_only(self.thresholds) => Found::OtherNumbers,
                None => Found::Unlike,
            }
        })
    }
}
