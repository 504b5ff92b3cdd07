//! The stories that meet under one routing key: who comes, who leaves, and what `home` is told of whom each follows
//! (follow.rs).
//!
//! A story that follows another here is not canonical, whatever `home` said last: `home` has been told of it, or will be.
//! So `home` need not say so in the buckets that say it themselves.

use std::sync::Arc;

use super::follow::{is_quarter_longer, lead_of_newcomer, leads};
use super::member::{Comparing, Member, place_of};
use super::memo::Found;
use super::row::{Entry, NearRow, size_of_sketch};
use crate::record::StoryId;
use crate::stage::Table;
use crate::stage::lead::{Age, Lead};
use crate::story::{Likeness, Probe, RoutingKey, Sketch};

/// A bucket holds so many stories. More bring no recall (near-duplicates b7), and a story that comes may have to be compared
/// with all of them.
pub const CAP: usize = 16;

/// The living stories of a bucket.
pub struct Bucket<'t> {
    /// In the order of their ids.
    members: Vec<Member<'t>>,
    news: News,
}

/// What has happened in a bucket since each story in it followed whom it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    /// Nothing.
    None,
    /// This story has come.
    Came(StoryId),
    /// What may change whom any of them follows.
    Much,
}

/// A story that comes, and how it is compared with those that are there.
pub struct Coming<'c> {
    age: Age,
    sketch: &'c Arc<Sketch>,
    probe: Probe<'c>,
    comparing: &'c Comparing<'c>,
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
    pub fn new(age: Age, sketch: &'c Arc<Sketch>, comparing: &'c Comparing<'c>) -> Self {
        Self { age, sketch, probe: Probe::of(sketch), comparing }
    }

    /// The story.
    #[must_use]
    pub fn story_id(&self) -> StoryId {
        self.age.story_id
    }

    /// What is compared of it.
    #[must_use]
    pub fn sketch(&self) -> &'c Arc<Sketch> {
        self.sketch
    }

    /// How it is compared.
    #[must_use]
    pub fn comparing(&self) -> &'c Comparing<'c> {
        self.comparing
    }

    /// What it is to a story that is there.
    fn found(&self, member: &Member<'_>) -> Found {
        self.comparing.found_by(self.story_id(), &self.probe, member)
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
                size: row.size(),
                sketch: &row.sketch,
                probe: Probe::of(&row.sketch),
            })
        });
        // Room for one that comes as well.
        let mut members = Vec::with_capacity(CAP + 1);
        members.extend(living);
        Self { members, news: News::None }
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
            Found::Alike(..) | Found::OtherNumbers | Found::Unlike => None,
        }
    }

    /// Takes in a story that comes. One that was here begins anew, but what `home` was told of it is not forgotten. `hour` is
    /// stream time.
    pub fn take_in(&mut self, coming: &Coming<'t>, hour: u32) {
        let Age { story_id, timestamp } = coming.age;
        let before = self.take_out(story_id);
        self.news = match (self.news, &before) {
            (News::None, None) => News::Came(story_id),
            _ => News::Much,
        };
        let entry =
            Entry { oldest: timestamp, is_canonical: true, best: None, last_matched_hour: hour };
        let newcomer = Member {
            story_id,
            entry,
            before: None,
            told: before.and_then(|member| member.told),
            size: size_of_sketch(coming.sketch),
            sketch: coming.sketch,
            probe: Probe::of(coming.sketch),
        };
        let place = self.members.partition_point(|member| member.story_id < story_id);
        self.members.insert(place, newcomer);
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

    /// Takes a story out. Those that follow it go on; what it forbade to others, speaking for a shorter one, it does no longer.
    pub fn drop_out(&mut self, story_id: StoryId) {
        let Some(left) = self.take_out(story_id) else { return };
        let leader = left.entry.best.and_then(|best| place_of(best.age.story_id, &self.members));
        let leader = leader.and_then(|place| self.members.get(place));
        if leader.is_some_and(|leader| is_quarter_longer(&left, leader)) {
            self.news = News::Much;
        }
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
        let is_news =
            entry.oldest != was_oldest || !led && entry.leads() || is_followed && !entry.leads();
        if is_news {
            self.news = News::Much;
        }
        is_news
    }

    fn hear_of_absent(&mut self, age: Age, is_canonical: bool) -> bool {
        let mut any = false;
        for entry in self.follow(age.story_id) {
            entry.best = entry.best.filter(|_| is_canonical).map(|best| Lead { age, ..best });
            any = true;
        }
        if any {
            self.news = News::Much;
        }
        any
    }

    /// Those that follow a story.
    fn follow(&mut self, leader: StoryId) -> impl Iterator<Item = &mut Entry> {
        let entries = self.members.iter_mut().map(|member| &mut member.entry);
        entries.filter(move |entry| entry.best.is_some_and(|best| best.age.story_id == leader))
    }

    /// Finds whom each story follows; says whose register has changed. That of a story that has just come stands first, and
    /// where it is empty and was, nothing is said of it. `coming` is that story; `hour` is stream time.
    pub fn settle(
        &mut self,
        comparing: &Comparing<'_>,
        coming: Option<&Coming<'_>>,
        hour: u32,
    ) -> Vec<Change> {
        let ask = |one: &Member<'_>, other: &Member<'_>| match coming {
            Some(coming) if coming.story_id() == one.story_id => coming.found(other),
            Some(coming) if coming.story_id() == other.story_id => coming.found(one),
            Some(_) | None => comparing.found(one, other),
        };
        let place = match self.news {
            News::Came(story_id) => place_of(story_id, &self.members),
            News::None | News::Much => None,
        };
        let quick = place.and_then(|place| {
            let lead = lead_of_newcomer(self.members.get(place)?, &self.members, &ask)?;
            Some((place, lead))
        });
        match quick {
            Some((place, lead)) => self.note(place, lead),
            None => {
                let leads = leads(&self.members, &ask);
                leads.into_iter().enumerate().for_each(|(place, lead)| self.note(place, lead));
            }
        }
        self.news = News::None;
        self.changes(hour)
    }

    fn note(&mut self, place: usize, lead: Option<Lead>) {
        if let Some(member) = self.members.get_mut(place) {
            member.entry.best = lead;
        }
    }

    /// Whose register has changed, and who is followed anew.
    fn changes(&mut self, hour: u32) -> Vec<Change> {
        let mut changes = Vec::new();
        for Member { story_id, entry, before, told, .. } in &self.members {
            let change = Change { story_id: *story_id, best: entry.best };
            let has_come = before.is_none();
            if has_come && (entry.best.is_some() || told.is_some()) {
                changes.insert(0, change);
            } else if !has_come && *told != entry.best {
                changes.push(change);
            }
        }
        for lead in changes.iter().filter_map(|change| change.best) {
            let place = place_of(lead.age.story_id, &self.members);
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
