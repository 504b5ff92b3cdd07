//! A story in its bucket, and what each two of a bucket are to each other.

use std::sync::Arc;

use super::bucket::CAP;
use super::row::{Alike, Compared, Entry};
use crate::record::StoryId;
use crate::stage::lead::{Age, Lead};
use crate::story::Likeness;

/// One story of a bucket.
pub struct Member<'t> {
    pub story_id: StoryId,
    pub entry: Entry,
    /// As the table has it; `None` of one that has just come.
    pub before: Option<&'t Entry>,
    /// What `home` was told last.
    pub told: Option<Lead>,
    pub compared: &'t Arc<Compared>,
}

impl Member<'_> {
    /// How old it is.
    pub fn age(&self) -> Age {
        self.entry.age(self.story_id)
    }

    /// How much there is of it: a text that says the same twice is no longer for it.
    pub fn size(&self) -> usize {
        self.compared.sketch.shingles().len()
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

/// Room for the members of a bucket, one that comes included; of what stands beyond it nothing would be known.
const ROOM: usize = CAP + 1;
const _: () = assert!(ROOM <= Places::BITS as usize);

/// Some of the members, each a bit at its place.
type Places = u32;

/// What each two members are to each other, as the one that came later has found.
pub struct Pairs {
    alike: [[Option<Pair>; ROOM]; ROOM],
    near: [Places; ROOM],
}

/// What two members are to each other, where they are or would be alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// `None` where only numbers tell the two apart.
    pub likeness: Option<Likeness>,
    /// How alike they are, in per cent.
    pub score: u8,
}

impl Pairs {
    /// Both lists, the members and what each is alike, are in the order of ids.
    pub fn of(members: &[Member<'_>]) -> Self {
        let mut pairs = Self { alike: [[None; ROOM]; ROOM], near: [0; ROOM] };
        for (here, member) in members.iter().enumerate() {
            let mut others = members.iter().enumerate().peekable();
            for Alike { story_id, likeness, score } in &member.compared.alike {
                while others.next_if(|(_, other)| other.story_id < *story_id).is_some() {}
                if let Some((there, _)) = others.next_if(|(_, other)| other.story_id == *story_id) {
                    pairs.note(here, there, Pair { likeness: *likeness, score: *score });
                }
            }
        }
        pairs
    }

    fn note(&mut self, a: usize, b: usize, pair: Pair) {
        for (here, there) in [(a, b), (b, a)] {
            if let Some(place) = self.alike.get_mut(here).and_then(|row| row.get_mut(there)) {
                *place = Some(pair);
            }
            if pair.likeness >= Some(Likeness::Near)
                && let Some(near) = self.near.get_mut(here)
            {
                *near |= bit(there);
            }
        }
    }

    /// What two members are to each other, where they are or would be alike.
    pub fn pair(&self, a: usize, b: usize) -> Option<Pair> {
        *self.alike.get(a)?.get(b)?
    }

    /// Whether two members are one story.
    pub fn are_near(&self, a: usize, b: usize) -> bool {
        self.near.get(a).is_some_and(|near| near & bit(b) != 0)
    }

    /// The members that are one story with both.
    pub fn near_both(&self, a: usize, b: usize) -> impl Iterator<Item = usize> {
        let near = |place| self.near.get(place).copied().unwrap_or_default();
        let both = near(a) & near(b);
        (0..ROOM).filter(move |place| both & bit(*place) != 0)
    }
}

fn bit(place: usize) -> Places {
    u32::try_from(place).ok().and_then(|place| 1_u32.checked_shl(place)).unwrap_or_default()
}
