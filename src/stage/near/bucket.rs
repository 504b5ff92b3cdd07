//! The stories that meet under one routing key, and whom each of them may follow.
//!
//! Two stories match where they are NEAR, or where they are LOOSE and some third story of the bucket is NEAR to both:
//! texts that drift apart step by step stay together, and a short text that two templates share does not join them
//! (their numbers forbid every likeness). A story follows the oldest canonical story that it matches here. Whom it
//! follows it keeps for as long as that one is canonical and older: what once stood between the two may end before them.

use super::row::{Alike, Entry, NearRow, entry_in, entry_key, sketch_key};
use crate::record::StoryId;
use crate::stage::Table;
use crate::stage::lead::{Age, Lead};
use crate::story::{Likeness, Overlap, Probe, RoutingKey, Sketch, Thresholds};

/// A bucket holds so many stories (near-duplicates b7). A set of them is a [`u64`].
pub const CAP: usize = 64;

/// The living stories of a bucket.
pub struct Bucket {
    key: RoutingKey,
    /// In the order of their ids.
    members: Vec<Member>,
}

/// One of them.
struct Member {
    story_id: StoryId,
    entry: Entry,
    /// As the table has it; `None` of one that has just come.
    before: Option<Entry>,
    /// Those that it was alike when it came.
    alike: Vec<Alike>,
}

/// A story whose register has changed, or that has just come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The story.
    pub story_id: StoryId,
    /// Whom it may follow now.
    pub best: Option<Lead>,
}

impl Bucket {
    /// Reads a bucket.
    #[must_use]
    pub fn of(key: RoutingKey, table: &Table<NearRow>) -> Self {
        let rows = table.from_key(entry_key(key, StoryId([0; 16])));
        let members = rows.map_while(|(row_key, row)| {
            let (story_id, NearRow::Entry(entry)) = (entry_in(key, row_key)?, row) else {
                return None;
            };
            let alike = match table.get(&sketch_key(key, story_id)) {
                Some(NearRow::Sketch(compared)) => compared.alike.clone(),
                Some(NearRow::Entry(_)) | None => Vec::new(),
            };
            Some(Member { story_id, entry: *entry, before: Some(*entry), alike })
        });
        Self { key, members: members.collect() }
    }

    /// How many stories there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Compares a story that comes with all that are there, and takes it in. `now` is stream time.
    pub fn take_in(
        &mut self,
        age: Age,
        sketch: &Sketch,
        thresholds: &Thresholds,
        now: i64,
        table: &Table<NearRow>,
    ) -> Vec<Alike> {
        let probe = Probe::of(sketch);
        let mut alike = Vec::new();
        self.members.retain(|member| member.story_id != age.story_id);
        for member in &mut self.members {
            let row = table.get(&sketch_key(self.key, member.story_id));
            let Some(NearRow::Sketch(there)) = row else { continue };
            let overlap: Overlap = probe.overlap(&there.sketch);
            let Some(likeness) = overlap.likeness(thresholds) else { continue };
            if likeness >= Likeness::Near {
                member.entry.last_matched = now;
            }
            let (story_id, score) = (member.story_id, overlap.score());
            alike.push(Alike { story_id, likeness, score });
        }
        let entry =
            Entry { oldest: age.timestamp, is_canonical: true, best: None, last_matched: now };
        let place = self.members.partition_point(|member| member.story_id < age.story_id);
        let (story_id, alike_too) = (age.story_id, alike.clone());
        self.members.insert(place, Member { story_id, entry, before: None, alike: alike_too });
        alike
    }

    /// The story that leaves a full bucket for another that comes: one that follows another before one that stands for
    /// itself, and of those the one that was matched least lately.
    #[must_use]
    pub fn makes_room(&self, coming: StoryId) -> Option<StoryId> {
        if self.len() < CAP || self.members.iter().any(|member| member.story_id == coming) {
            return None;
        }
        let rank = |member: &&Member| {
            let Entry { is_canonical, last_matched, .. } = member.entry;
            (is_canonical, last_matched, member.entry.age(member.story_id))
        };
        self.members.iter().min_by_key(rank).map(|member| member.story_id)
    }

    /// Takes a story out. Those that follow it go on.
    pub fn drop_out(&mut self, story_id: StoryId) {
        self.members.retain(|member| member.story_id != story_id);
    }

    /// Notes what `home` says of a story, whether it is here or only followed from here.
    pub fn hear(&mut self, age: Age, is_canonical: bool) {
        let is_here = self.members.iter().any(|member| member.story_id == age.story_id);
        for member in &mut self.members {
            let entry = &mut member.entry;
            if member.story_id == age.story_id {
                (entry.oldest, entry.is_canonical) = (age.timestamp, is_canonical);
            } else if !is_here && entry.best.is_some_and(|best| best.age.story_id == age.story_id) {
                entry.best = entry.best.filter(|_| is_canonical).map(|best| Lead { age, ..best });
            }
        }
    }

    /// Finds whom each story follows; says whose register has changed, and always that of `asking`, which comes first.
    pub fn settle(&mut self, asking: Option<StoryId>) -> Vec<Change> {
        let bests = Matches::of(&self.members).bests(&self.members);
        let mut changes = Vec::new();
        for (member, best) in self.members.iter_mut().zip(bests) {
            member.entry.best = best;
            let change = Change { story_id: member.story_id, best };
            if asking == Some(member.story_id) {
                changes.insert(0, change);
            } else if member.before.is_some_and(|before| before.best != best) {
                changes.push(change);
            }
        }
        changes
    }

    /// The entries that are not as the table has them.
    pub fn changed(&self) -> impl Iterator<Item = (StoryId, Entry)> {
        let changed = self.members.iter().filter(|member| member.before != Some(member.entry));
        changed.map(|member| (member.story_id, member.entry))
    }
}

/// Who matches whom.
struct Matches {
    /// For each member, those that it is LOOSE to, and those that it is NEAR to or more.
    loose: Vec<u64>,
    near: Vec<u64>,
    /// What two members are to each other, the lesser place first.
    pairs: Vec<((usize, usize), Alike)>,
}

impl Matches {
    fn of(members: &[Member]) -> Self {
        let none = vec![0; members.len()];
        let mut matches = Self { loose: none.clone(), near: none, pairs: Vec::new() };
        for (here, member) in members.iter().enumerate() {
            for alike in &member.alike {
                let place = members.binary_search_by_key(&alike.story_id, |other| other.story_id);
                // One that is gone is alike nobody any more.
                let Ok(there) = place else { continue };
                let sets = if alike.likeness == Likeness::Loose {
                    &mut matches.loose
                } else {
                    &mut matches.near
                };
                for (one, other) in [(here, there), (there, here)] {
                    if let Some(set) = sets.get_mut(one) {
                        *set |= 1 << other;
                    }
                }
                matches.pairs.push(((here.min(there), here.max(there)), *alike));
            }
        }
        matches.pairs.sort_unstable_by_key(|(pair, _)| *pair);
        matches
    }

    fn bests(&self, members: &[Member]) -> Vec<Option<Lead>> {
        let best = |(here, member): (usize, &Member)| {
            let age = member.entry.age(member.story_id);
            let matched = members.iter().enumerate().filter_map(|(there, other)| {
                let lead = other.entry.age(other.story_id);
                let may_lead = other.entry.is_canonical && lead < age;
                (may_lead && self.match_each_other(here, there))
                    .then(|| self.lead(here, there, lead))?
            });
            let kept = member.entry.best.and_then(|best| still(best, members));
            matched.chain(kept.filter(|lead| lead.age < age)).min_by_key(|lead| lead.age)
        };
        members.iter().enumerate().map(best).collect()
    }

    fn match_each_other(&self, here: usize, there: usize) -> bool {
        let set = |sets: &[u64], place: usize| sets.get(place).copied().unwrap_or(0);
        let near = set(&self.near, here);
        let has_witness = near & set(&self.near, there) != 0;
        near >> there & 1 != 0 || (has_witness && set(&self.loose, here) >> there & 1 != 0)
    }

    fn lead(&self, here: usize, there: usize, age: Age) -> Option<Lead> {
        let pair = (here.min(there), here.max(there));
        let place = self.pairs.binary_search_by_key(&pair, |(pair, _)| *pair).ok()?;
        let (_, Alike { likeness, score, .. }) = *self.pairs.get(place)?;
        Some(Lead { age, likeness, score })
    }
}

/// Whom a story follows already: gone from here it leads on; here it must be canonical, and is as old as it is now.
fn still(best: Lead, members: &[Member]) -> Option<Lead> {
    let place = members.binary_search_by_key(&best.age.story_id, |member| member.story_id);
    let Ok(place) = place else { return Some(best) };
    let member = members.get(place).filter(|member| member.entry.is_canonical)?;
    Some(Lead { age: member.entry.age(member.story_id), ..best })
}
