//! The stories that meet under one routing key: who comes, who leaves, and what `home` is told of whom each follows
//! (follow.rs).
//!
//! A story that follows another here is not canonical, whatever `home` said last: `home` has been told of it, or will be.
//! So `home` need not say so in the buckets that say it themselves.

use std::sync::Arc;

use super::follow::leads;
use super::member::{Member, place_of};
use super::memo::{Found, Memo};
use super::row::{Alike, Compared, Entry, NearRow};
use crate::record::StoryId;
use crate::stage::Table;
use crate::stage::lead::{Age, Lead};
use crate::story::{Likeness, Probe, RoutingKey, Sketch, Thresholds};

/// A bucket holds so many stories. More bring no recall (near-duplicates b7), and every story that comes is compared with all
/// of them.
pub const CAP: usize = 16;

/// The living stories of a bucket.
pub struct Bucket<'t> {
    /// In the order of their ids.
    members: Vec<Member<'t>>,
}

/// A story that comes, and how it is compared with those that are there.
pub struct Coming<'c> {
    age: Age,
    sketch: &'c Arc<Sketch>,
    probe: Probe<'c>,
    thresholds: &'c Thresholds,
    memo: &'c Memo,
}

/// A story whose register has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The story.
    pub story_id: StoryId,
    /// Whom it may follow now.
    pub best: Option<Lead>,
}

impl<'c> Coming<'c> {
    /// A story that is so old and comes with this sketch.
    #[must_use]
    pub fn new(
        age: Age,
        sketch: &'c Arc<Sketch>,
        thresholds: &'c Thresholds,
        memo: &'c Memo,
    ) -> Self {
        Self { age, sketch, probe: Probe::of(sketch), thresholds, memo }
    }

    /// The story.
    #[must_use]
    pub fn story_id(&self) -> StoryId {
        self.age.story_id
    }

    /// How old it is.
    #[must_use]
    pub fn age(&self) -> Age {
        self.age
    }

    /// What its row holds of it, given what it is alike under its keys.
    #[must_use]
    pub fn compared(&self, mut alike: Vec<Alike>) -> Compared {
        alike.sort_unstable_by_key(|other| other.story_id);
        // Two stories that meet under several keys are to each other what they are under one.
        alike.dedup_by_key(|other| other.story_id);
        alike.shrink_to_fit();
        Compared { sketch: Arc::clone(self.sketch), alike }
    }

    fn found(&self, member: &Member<'_>) -> Found {
        self.memo.found(self.story_id(), member.story_id, || {
            let overlap = self.probe.overlap(&member.compared.sketch);
            let score = overlap.score();
            match overlap.likeness(self.thresholds) {
                Some(likeness) => Found::Alike(likeness, score),
                None if overlap.differs_in_numbers_only(self.thresholds) => {
                    Found::OtherNumbers(score)
                }
                None => Found::Unlike,
            }
        })
    }
}

impl<'t> Bucket<'t> {
    /// Reads a bucket.
    #[must_use]
    pub fn of(key: RoutingKey, table: &'t Table<NearRow>) -> Self {
        let living = table.at(key).filter_map(|(story_id, row)| {
            let entry = row.entry(key).filter(|entry| table.is_living(entry.last_matched_hour))?;
            Some(Member {
                story_id: StoryId(*story_id),
                entry: *entry,
                before: Some(entry),
                told: entry.best,
                compared: &row.compared,
            })
        });
        // Room for one that comes as well.
        let mut members = Vec::with_capacity(CAP + 1);
        members.extend(living);
        Self { members }
    }

    /// How many stories there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whom a story that comes follows, where it is not taken in: a full bucket has enough of those that follow the oldest one
    /// that leads there. One comparison, and nothing written. `hour` is stream time.
    pub fn turns_away(&mut self, coming: &Coming<'_>, hour: u32) -> Option<Lead> {
        if self.len() < CAP || place_of(coming.story_id(), &self.members).is_some() {
            return None;
        }
        let leaders = self.members.iter_mut().filter(|member| member.entry.leads());
        let leader = leaders.min_by_key(|member| member.age())?;
        let older = leader.age();
        match coming.found(leader) {
            Found::Alike(likeness, score) if likeness >= Likeness::Near && older < coming.age => {
                leader.entry.last_matched_hour = hour;
                Some(Lead { age: older, likeness, score })
            }
            Found::Alike(..) | Found::OtherNumbers(_) | Found::Unlike => None,
        }
    }

    /// The stories here that a story that comes is alike, or would be but for its numbers.
    pub fn alike(&self, coming: &Coming<'_>) -> impl Iterator<Item = Alike> {
        let others = self.members.iter().filter(|member| member.story_id != coming.story_id());
        others.filter_map(|member| {
            let (likeness, score) = match coming.found(member) {
                Found::Alike(likeness, score) => (Some(likeness), score),
                Found::OtherNumbers(score) => (None, score),
                Found::Unlike => return None,
            };
            Some(Alike { story_id: member.story_id, likeness, score })
        })
    }

    /// Takes in a story that comes. One that was here begins anew, but what `home` was told of it is not forgotten. `hour` is
    /// stream time.
    pub fn take_in(&mut self, age: Age, compared: &'t Arc<Compared>, hour: u32) {
        let story_id = age.story_id;
        let told = self.take_out(story_id).and_then(|member| member.told);
        let entry = Entry {
            oldest: age.timestamp,
            is_canonical: true,
            best: None,
            last_matched_hour: hour,
        };
        let place = self.members.partition_point(|member| member.story_id < story_id);
        self.members.insert(place, Member { story_id, entry, before: None, told, compared });
    }

    /// The story that leaves a full bucket for another that comes: one that follows another before one that stands for
    /// itself, of those the one that was followed least lately, and of those the oldest.
    #[must_use]
    pub fn makes_room(&self, coming: StoryId) -> Option<StoryId> {
        if self.len() < CAP || self.members.iter().any(|member| member.story_id == coming) {
            return None;
        }
        let rank = |member: &&Member<'_>| {
            let entry = &member.entry;
            (entry.leads(), entry.last_matched_hour, member.age())
        };
        self.members.iter().min_by_key(rank).map(|member| member.story_id)
    }

    /// Takes a story out. Those that follow it go on.
    pub fn drop_out(&mut self, story_id: StoryId) {
        let _left = self.take_out(story_id);
    }

    fn take_out(&mut self, story_id: StoryId) -> Option<Member<'t>> {
        let place = place_of(story_id, &self.members)?;
        Some(self.members.remove(place))
    }

    /// Notes what `home` says of a story, whether it is here or only followed from here. Says whether that may change whom
    /// some story follows.
    ///
    /// That a story stands no longer for itself is nothing new while it follows another here, and not written down. When it
    /// ceases to, `home` is told, and says again how things stand with it.
    pub fn hear(&mut self, age: Age, is_canonical: bool) -> bool {
        let Some(place) = place_of(age.story_id, &self.members) else {
            return self.hear_of_absent(age, is_canonical);
        };
        let is_followed = self.follow(age.story_id).next().is_some();
        let Some(Member { entry, .. }) = self.members.get_mut(place) else { return false };
        let (led, was_oldest) = (entry.leads(), entry.oldest);
        entry.oldest = age.timestamp;
        entry.is_canonical = is_canonical || entry.is_canonical && entry.best.is_some();
        entry.oldest != was_oldest || !led && entry.leads() || is_followed && !entry.leads()
    }

    fn hear_of_absent(&mut self, age: Age, is_canonical: bool) -> bool {
        let mut any = false;
        for entry in self.follow(age.story_id) {
            entry.best = entry.best.filter(|_| is_canonical).map(|best| Lead { age, ..best });
            any = true;
        }
        any
    }

    /// Those that follow a story.
    fn follow(&mut self, leader: StoryId) -> impl Iterator<Item = &mut Entry> {
        let entries = self.members.iter_mut().map(|member| &mut member.entry);
        entries.filter(move |entry| entry.best.is_some_and(|best| best.age.story_id == leader))
    }

    /// Finds whom each story follows; says whose register has changed. That of a story that has just come stands first, and
    /// where it is empty and was, nothing is said of it. `hour` is stream time.
    pub fn settle(&mut self, hour: u32) -> Vec<Change> {
        let bests = leads(&self.members);
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

    /// How things stand with those of which the table has it otherwise.
    pub fn changed(&self) -> impl Iterator<Item = (StoryId, Entry)> {
        let changed = self.members.iter().filter(|member| member.has_changed());
        changed.map(|member| (member.story_id, member.entry))
    }
}
