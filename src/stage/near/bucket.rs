//! The stories that meet under one routing key, and whom each of them may follow.
//!
//! Two stories match where they are NEAR, or where they are LOOSE and some third story of the bucket is NEAR to both:
//! texts that drift apart step by step stay together, and a short text that two templates share does not join them
//! (their numbers forbid every likeness). A story follows the oldest canonical story that it matches here. Whom it
//! follows it keeps for as long as that one is canonical and older: what once stood between the two may end before them.
//!
//! A story that follows another here is not canonical, whatever `home` said last: `home` has been told of it, or will be.
//! So `home` need not say so in the buckets that say it themselves.

use std::sync::Arc;

use super::row::{Alike, Compared, Entry, NearRow, row_key, story_in};
use crate::record::StoryId;
use crate::stage::Table;
use crate::stage::lead::{Age, Lead};
use crate::story::{Likeness, Overlap, Probe, RoutingKey, Sketch, Thresholds};

/// A bucket holds so many stories. More bring no recall (near-duplicates b7), and every story that comes is compared with all
/// of them.
pub const CAP: usize = 16;

/// The living stories of a bucket.
pub struct Bucket {
    /// In the order of their ids.
    members: Vec<Member>,
}

/// One of them.
struct Member {
    story_id: StoryId,
    entry: Entry,
    /// As the table has it; `None` of one that has just come.
    before: Option<Entry>,
    /// What `home` was told last.
    told: Option<Lead>,
    compared: Arc<Compared>,
}

/// A story whose register has changed.
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
        let rows = table.from_key(row_key(key, StoryId([0; 16])));
        let members = rows.map_while(|(row_key, row)| {
            let (story_id, entry) = (story_in(key, row_key)?, row.entry);
            let compared = Arc::clone(&row.compared);
            Some(Member { story_id, entry, before: Some(entry), told: entry.best, compared })
        });
        Self { members: members.collect() }
    }

    /// How many stories there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whom a story that comes follows, where it is not taken in: a full bucket has enough of those that follow the oldest one
    /// that leads there. One comparison, and nothing written. `hour` is stream time.
    pub fn turns_away(
        &mut self,
        age: Age,
        sketch: &Sketch,
        thresholds: &Thresholds,
        hour: u32,
    ) -> Option<Lead> {
        if self.len() < CAP || place_of(age.story_id, &self.members).is_some() {
            return None;
        }
        let leaders = self.members.iter_mut().filter(|member| member.entry.leads());
        let leader = leaders.min_by_key(|member| member.entry.age(member.story_id))?;
        let older = leader.entry.age(leader.story_id);
        let overlap = Overlap::of(sketch, &leader.compared.sketch);
        let likeness = overlap.likeness(thresholds).filter(|likeness| *likeness >= Likeness::Near);
        let lead = Lead { age: older, likeness: likeness?, score: overlap.score() };
        if older >= age {
            return None;
        }
        leader.entry.last_matched_hour = hour;
        Some(lead)
    }

    /// Compares a story that comes with all that are there, and takes it in. A story that was here begins anew, but what
    /// `home` was told of it is not forgotten. `hour` is stream time.
    pub fn take_in(&mut self, age: Age, sketch: Sketch, thresholds: &Thresholds, hour: u32) {
        let story_id = age.story_id;
        let told = self.take_out(story_id).and_then(|member| member.told);
        let probe = Probe::of(&sketch);
        let mut alike = Vec::new();
        for member in &self.members {
            let overlap = probe.overlap(&member.compared.sketch);
            let Some(likeness) = overlap.likeness(thresholds) else { continue };
            alike.push(Alike { story_id: member.story_id, likeness, score: overlap.score() });
        }
        alike.shrink_to_fit();
        let entry = Entry {
            oldest: age.timestamp,
            is_canonical: true,
            best: None,
            last_matched_hour: hour,
        };
        let place = self.members.partition_point(|member| member.story_id < story_id);
        let compared = Arc::new(Compared { sketch, alike });
        self.members.insert(place, Member { story_id, entry, before: None, told, compared });
    }

    /// The story that leaves a full bucket for another that comes: one that follows another before one that stands for
    /// itself, of those the one that was followed least lately, and of those the oldest.
    #[must_use]
    pub fn makes_room(&self, coming: StoryId) -> Option<StoryId> {
        if self.len() < CAP || self.members.iter().any(|member| member.story_id == coming) {
            return None;
        }
        let rank = |member: &&Member| {
            let entry = &member.entry;
            (entry.leads(), entry.last_matched_hour, entry.age(member.story_id))
        };
        self.members.iter().min_by_key(rank).map(|member| member.story_id)
    }

    /// Takes a story out. Those that follow it go on.
    pub fn drop_out(&mut self, story_id: StoryId) {
        drop(self.take_out(story_id));
    }

    fn take_out(&mut self, story_id: StoryId) -> Option<Member> {
        let place = place_of(story_id, &self.members)?;
        Some(self.members.remove(place))
    }

    /// Notes what `home` says of a story, whether it is here or only followed from here.
    pub fn hear(&mut self, age: Age, is_canonical: bool) {
        let is_here = place_of(age.story_id, &self.members).is_some();
        for member in &mut self.members {
            let entry = &mut member.entry;
            if member.story_id == age.story_id {
                (entry.oldest, entry.is_canonical) = (age.timestamp, is_canonical);
            } else if !is_here && entry.best.is_some_and(|best| best.age.story_id == age.story_id) {
                entry.best = entry.best.filter(|_| is_canonical).map(|best| Lead { age, ..best });
            }
        }
    }

    /// Finds whom each story follows; says whose register has changed. That of a story that has just come stands first, and
    /// where it is empty and was, nothing is said of it. `hour` is stream time.
    pub fn settle(&mut self, hour: u32) -> Vec<Change> {
        let bests = bests(&self.members);
        let (mut changes, mut followed) = (Vec::new(), Vec::new());
        for (member, best) in self.members.iter_mut().zip(bests) {
            member.entry.best = best;
            let change = Change { story_id: member.story_id, best };
            let has_come = member.before.is_none();
            if has_come && (best.is_some() || member.told.is_some()) {
                changes.insert(0, change);
            } else if !has_come && member.told != best {
                changes.push(change);
            } else {
                continue;
            }
            followed.extend(best.map(|lead| lead.age.story_id));
        }
        for story_id in followed {
            let place = place_of(story_id, &self.members);
            if let Some(lead) = place.and_then(|place| self.members.get_mut(place)) {
                lead.entry.last_matched_hour = hour;
            }
        }
        changes
    }

    /// The rows that are not as the table has them.
    pub fn changed(self) -> impl Iterator<Item = (StoryId, NearRow)> {
        let changed = self.members.into_iter().filter(|member| member.before != Some(member.entry));
        changed
            .map(|Member { story_id, entry, compared, .. }| (story_id, NearRow { entry, compared }))
    }
}

/// Whom each member follows: from the oldest on, since what stands for a story is older.
fn bests(members: &[Member]) -> Vec<Option<Lead>> {
    let mut by_age: Vec<(Age, usize)> = (0..)
        .zip(members)
        .map(|(place, member)| (member.entry.age(member.story_id), place))
        .collect();
    by_age.sort_unstable();
    let mut leaders: Vec<(Age, &Member)> = Vec::new();
    let mut bests = vec![None; members.len()];
    for (age, place) in by_age {
        let (Some(member), Some(best)) = (members.get(place), bests.get_mut(place)) else {
            continue;
        };
        *best = follows(member, age, &leaders, members);
        let entry = Entry { best: *best, ..member.entry };
        if entry.leads() {
            leaders.push((age, member));
        }
    }
    bests
}

/// Whom a story may follow, of the leaders that are older, which stand in the order of their age.
fn follows(
    member: &Member,
    age: Age,
    leaders: &[(Age, &Member)],
    members: &[Member],
) -> Option<Lead> {
    let kept = member.entry.best.and_then(|best| still(best, leaders, members));
    let kept = kept.filter(|lead| lead.age < age);
    let limit = kept.map_or(age, |lead| lead.age);
    let mut older = leaders.iter().take_while(|(age, _)| *age < limit);
    older.find_map(|(age, leader)| joins(member, leader, *age, members)).or(kept)
}

/// Whom a story follows already: gone from here it leads on; here it must lead, and is as old as it is now.
fn still(best: Lead, leaders: &[(Age, &Member)], members: &[Member]) -> Option<Lead> {
    let story_id = best.age.story_id;
    let leader = leaders.iter().find(|(age, _)| age.story_id == story_id);
    match leader {
        Some((age, _)) => Some(Lead { age: *age, ..best }),
        None => Some(best).filter(|_| place_of(story_id, members).is_none()),
    }
}

/// Whether a member matches another.
fn joins(member: &Member, leader: &Member, age: Age, members: &[Member]) -> Option<Lead> {
    let Alike { likeness, score, .. } = pair(member, leader)?;
    let is_near = |a, b| pair(a, b).is_some_and(|alike| alike.likeness >= Likeness::Near);
    let has_witness =
        || members.iter().any(|third| is_near(member, third) && is_near(leader, third));
    (likeness >= Likeness::Near || has_witness()).then_some(Lead { age, likeness, score })
}

/// What two members are to each other: the one that came later knows.
fn pair(a: &Member, b: &Member) -> Option<Alike> {
    let known = |one: &Member, other: &Member| {
        let alike = &one.compared.alike;
        let place = alike.binary_search_by_key(&other.story_id, |alike| alike.story_id);
        place.ok().and_then(|place| alike.get(place).copied())
    };
    known(a, b).or_else(|| known(b, a))
}

fn place_of(story_id: StoryId, members: &[Member]) -> Option<usize> {
    members.binary_search_by_key(&story_id, |member| member.story_id).ok()
}
