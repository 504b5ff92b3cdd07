//! The stories that meet under one routing key, and whom each of them may follow.
//!
//! Two stories match where they are NEAR, or where they are LOOSE and some third story of the bucket is NEAR to both:
//! texts that drift apart step by step stay together, and a short text that two templates share does not join them
//! (their numbers forbid every likeness). A story follows the oldest canonical story that it matches here. Whom it
//! follows it keeps for as long as that one is canonical and older: what once stood between the two may end before them.

use std::borrow::Cow;

use super::row::{Alike, Entry, NearRow, entry_in, entry_key, sketch_key};
use crate::record::StoryId;
use crate::stage::Table;
use crate::stage::lead::{Age, Lead};
use crate::story::{Likeness, Overlap, Probe, RoutingKey, Sketch, Thresholds};

/// A bucket holds so many stories (near-duplicates b7).
pub const CAP: usize = 64;

/// The living stories of a bucket.
pub struct Bucket<'t> {
    key: RoutingKey,
    /// In the order of their ids.
    members: Vec<Member<'t>>,
}

/// One of them.
struct Member<'t> {
    story_id: StoryId,
    entry: Entry,
    /// As the table has it; `None` of one that has just come.
    before: Option<Entry>,
    /// Those that it was alike when it came, in the order of their ids.
    alike: Cow<'t, [Alike]>,
}

/// A story whose register has changed, or that has just come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The story.
    pub story_id: StoryId,
    /// Whom it may follow now.
    pub best: Option<Lead>,
}

impl<'t> Bucket<'t> {
    /// Reads a bucket.
    #[must_use]
    pub fn of(key: RoutingKey, table: &'t Table<NearRow>) -> Self {
        let rows = table.from_key(entry_key(key, StoryId([0; 16])));
        let members = rows.map_while(|(row_key, row)| {
            let (story_id, NearRow::Entry(entry)) = (entry_in(key, row_key)?, row) else {
                return None;
            };
            let alike = match table.get(&sketch_key(key, story_id)) {
                Some(NearRow::Sketch(compared)) => compared.alike.as_slice(),
                Some(NearRow::Entry(_)) | None => &[],
            };
            Some(Member { story_id, entry: *entry, before: Some(*entry), alike: alike.into() })
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
        let (story_id, alike_too) = (age.story_id, Cow::Owned(alike.clone()));
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
        let rank = |member: &&Member<'_>| {
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
        let bests = bests(&self.members);
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
    #[must_use]
    pub fn changed(&self) -> Vec<(StoryId, Entry)> {
        let changed = self.members.iter().filter(|member| member.before != Some(member.entry));
        changed.map(|member| (member.story_id, member.entry)).collect()
    }
}

/// Whom each member follows.
fn bests(members: &[Member<'_>]) -> Vec<Option<Lead>> {
    let mut leaders: Vec<(Age, &Member<'_>)> = members
        .iter()
        .filter(|member| member.entry.is_canonical)
        .map(|member| (member.entry.age(member.story_id), member))
        .collect();
    leaders.sort_unstable_by_key(|(age, _)| *age);
    let best = |member: &Member<'_>| {
        let age = member.entry.age(member.story_id);
        let kept = member.entry.best.and_then(|best| still(best, members));
        let kept = kept.filter(|lead| lead.age < age);
        let limit = kept.map_or(age, |lead| lead.age);
        let older = leaders.iter().take_while(|(age, _)| *age < limit);
        let found = older.filter_map(|(age, leader)| joins(member, leader, *age, members)).next();
        found.or(kept)
    };
    members.iter().map(best).collect()
}

/// Whether a member matches another.
fn joins(
    member: &Member<'_>,
    leader: &Member<'_>,
    age: Age,
    members: &[Member<'_>],
) -> Option<Lead> {
    let Alike { likeness, score, .. } = pair(member, leader)?;
    let is_near = |a, b| pair(a, b).is_some_and(|alike| alike.likeness >= Likeness::Near);
    let has_witness =
        || members.iter().any(|third| is_near(member, third) && is_near(leader, third));
    (likeness >= Likeness::Near || has_witness()).then_some(Lead { age, likeness, score })
}

/// What two members are to each other: the one that came later knows.
fn pair(a: &Member<'_>, b: &Member<'_>) -> Option<Alike> {
    let known = |one: &Member<'_>, other: &Member<'_>| {
        let place = one.alike.binary_search_by_key(&other.story_id, |alike| alike.story_id);
        place.ok().and_then(|place| one.alike.get(place).copied())
    };
    known(a, b).or_else(|| known(b, a))
}

/// Whom a story follows already: gone from here it leads on; here it must be canonical, and is as old as it is now.
fn still(best: Lead, members: &[Member<'_>]) -> Option<Lead> {
    let place = members.binary_search_by_key(&best.age.story_id, |member| member.story_id);
    let Ok(place) = place else { return Some(best) };
    let member = members.get(place).filter(|member| member.entry.is_canonical)?;
    Some(Lead { age: member.entry.age(member.story_id), ..best })
}
