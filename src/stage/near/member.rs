//! A story in its bucket, and what two of them are to each other.

use std::sync::Arc;

use super::row::{Alike, Compared, Entry};
use crate::record::StoryId;
use crate::stage::lead::{Age, Lead};
use crate::story::Likeness;

/// One story of a bucket.
pub struct Member {
    pub story_id: StoryId,
    pub entry: Entry,
    /// As the table has it; `None` of one that has just come.
    pub before: Option<Entry>,
    /// What `home` was told last.
    pub told: Option<Lead>,
    pub compared: Arc<Compared>,
}

impl Member {
    /// How old it is.
    pub fn age(&self) -> Age {
        self.entry.age(self.story_id)
    }

    /// How much there is of it: a text that says the same twice is no longer for it.
    pub fn size(&self) -> usize {
        self.compared.sketch.shingles().len()
    }

    /// What the two are to each other, where they are or would be alike: the one that came later knows.
    pub fn pair(&self, other: &Self) -> Option<Alike> {
        self.found(other).or_else(|| other.found(self))
    }

    /// What the two are to each other, where that makes them one story.
    pub fn near(&self, other: &Self) -> Option<Alike> {
        self.pair(other).filter(|alike| alike.likeness >= Some(Likeness::Near))
    }

    fn found(&self, other: &Self) -> Option<Alike> {
        let alike = &self.compared.alike;
        let place = alike.binary_search_by_key(&other.story_id, |alike| alike.story_id);
        place.ok().and_then(|place| alike.get(place).copied())
    }
}

/// Where a story stands among members, which are in the order of their ids.
pub fn place_of(story_id: StoryId, members: &[Member]) -> Option<usize> {
    members.binary_search_by_key(&story_id, |member| member.story_id).ok()
}
