//! `home` owns the story ids: a story that it has not seen is new, one that it has is a repetition, and the text of a
//! related one goes out once a life. It alone decides which story stands for another: what `near` finds are only its
//! registers.
//!
//! Invariants: what goes out is a function of the inbox alone, append times included. A row's life is counted in
//! stream time, so that pages of last year, replayed beside today's, do not end at birth. Nothing waits: a story goes
//! out at once, and what is found out later is said later.

mod compare;
mod occurrence;
mod row;
mod story;

use std::borrow::Cow;
use std::sync::Arc;

use arrayvec::ArrayVec;

use super::json::to_json;
use super::{
    Cause, Count, Keeping, Lead, Outbox, Output, Record, Refusal, Stage, StageName, Table, Target,
};
use crate::record::schema_name::CanonicalSchema;
use crate::record::{Canonical, CanonicalKind, Decision, StoryId};
use crate::stage::inbox::near::Status;
use crate::story::{FP_VERSION, ROUTING_KEYS};
use compare::Keys;
use message::{Message, Verdict};
use occurrence::{Occurrence, Place};

pub use super::inbox::home as message;
pub use compare::Compare;
pub use message::NAME;
pub use row::{Compared, HomeRow};
pub use story::story_record;

/// From this time to live on, a text that came within the last day of stream time is sure to be known still.
pub const KEEPS_TEXTS_HOURS: u32 = 48;

/// The stage.
#[derive(Debug, Clone)]
pub struct Home {
    ttl_hours: u32,
    compare: Option<Compare>,
}

/// One message, ready for the table.
#[derive(Debug)]
pub enum Heard {
    /// An occurrence of a story.
    Occurrence(Box<Occurrence>),
    /// What `near` has found, and the page that caused it to look.
    Verdict(Verdict, Arc<Cause>),
}

impl Home {
    /// A stage whose stories are forgotten when stream time has moved on by so many hours since they were last seen. No
    /// two stories are compared.
    #[must_use]
    pub fn new(ttl_hours: u32) -> Self {
        Self { ttl_hours, compare: None }
    }

    /// A stage that gives stories to `near`.
    #[must_use]
    pub fn comparing(ttl_hours: u32, compare: Compare) -> Self {
        Self { ttl_hours, compare: Some(compare) }
    }
}

impl Stage for Home {
    type Row = HomeRow;
    type Prepared = Heard;

    fn name(&self) -> StageName {
        NAME
    }

    /// Story ids of another fold version would never meet these. Which stories are compared, and under how many keys,
    /// may change between two runs: a story that is not compared yet is at its next occurrence.
    fn keeps(&self) -> Option<Keeping> {
        Some(Keeping { meta: vec![FP_VERSION], ttl_hours: self.ttl_hours })
    }

    fn prepare(&self, record: &Record<'_>) -> Result<Heard, Refusal> {
        match Message::decode(record.value).map_err(|error| error.stop(record))? {
            Message::Observe(observe) => {
                let occurrence = Occurrence::new(observe, record);
                Ok(Heard::Occurrence(Box::new(occurrence)))
            }
            Message::Verdict(verdict) => {
                Ok(Heard::Verdict(verdict, Arc::new(Cause::passed_on(record.headers))))
            }
        }
    }

    fn apply(&self, table: &mut Table<HomeRow>, heard: Heard, outbox: &mut Outbox) {
        match heard {
            Heard::Occurrence(occurrence) => self.observe(table, *occurrence, outbox),
            Heard::Verdict(verdict, cause) => self.settle(table, verdict, &cause, outbox),
        }
    }
}

impl Home {
    /// In this order: the story, its canonical record, the sighting; then what `near` is asked and told.
    fn observe(&self, table: &mut Table<HomeRow>, mut occurrence: Occurrence, outbox: &mut Outbox) {
        table.advance_clock(occurrence.capped);
        let expired = table.expire().len();
        outbox.tally.add_n(Count::Expired(NAME), expired as u64);

        let known = table.get(&occurrence.story_id.0);
        let decision = if known.is_some() { Decision::Exact } else { Decision::New };
        // Most stories come again and again, and nothing of their rows changes.
        let mut row = known.map_or_else(|| Cow::Owned(occurrence.first_row()), Cow::Borrowed);
        if row.last_seen_hour != table.hour() {
            row.to_mut().last_seen_hour = table.hour();
        }
        let lead_before = row.lead(occurrence.story_id);
        let ages = self.compare.is_some() && occurrence.timestamp < row.oldest;
        if ages {
            row.to_mut().oldest = occurrence.timestamp;
        }
        let lead = row.lead(occurrence.story_id);

        let sighting = occurrence.sighting(decision, row.first_seen, lead);
        let has_no_canonical = !row.published && row.compared.is_none();
        let fingerprint = match &row.compared {
            None => self.compare.and_then(|compare| occurrence.take_fingerprint(compare)),
            Some(_) => None,
        };
        let Occurrence { story_id, place, cause, capped, .. } = occurrence;
        if let Place::Related { story, .. } = place {
            publish(&mut row, (story_id, story), &cause, outbox);
        }
        let is_first = has_no_canonical && (row.published || fingerprint.is_some());
        if is_first || lead != lead_before {
            outbox.outputs.push(canonical(story_id, lead, &cause));
        }
        outbox.tally.add_n(Count::Settled(kind(lead)), u64::from(lead != lead_before));
        outbox.outputs.push(output(Target::Sightings, story_id, sighting, &cause));
        outbox.tally.add(Count::Occurrence(decision));

        if let (Some(compare), Some(fingerprint)) = (self.compare, fingerprint) {
            let compared = Compared::new(fingerprint.routing_keys());
            row.to_mut().compared = Some(Box::new(compared));
            compare.probe(row.age(story_id), capped, &fingerprint, &cause, outbox);
        } else if ages {
            self.tell(Keys::All, &row, story_id, &cause, outbox);
        }
        if let Cow::Owned(row) = row {
            table.put(story_id.0, row);
        }
    }

    /// Replaces registers. A story that is gone, or has begun a new life and is not compared yet, has none. Most
    /// registers are empty and stay so: then nothing is owed to the changelog.
    fn settle(
        &self,
        table: &mut Table<HomeRow>,
        verdict: Verdict,
        cause: &Arc<Cause>,
        outbox: &mut Outbox,
    ) {
        let Verdict { story_id, registers } = verdict;
        let Some(mut row) = table.get(&story_id.0).cloned() else { return };
        let before = row.lead(story_id);
        let Some(compared) = &mut row.compared else { return };
        let (mut changed, mut emptied) = (false, ArrayVec::<u8, ROUTING_KEYS>::new());
        for told in registers {
            if compared.set(told.slot, told.best) {
                changed = true;
                if told.best.is_none() {
                    // A slot twice, or one too many: no such verdict is written.
                    let _twice = emptied.try_push(told.slot);
                }
            }
        }
        if !changed {
            return;
        }
        let lead = row.lead(story_id);
        if lead != before {
            outbox.outputs.push(canonical(story_id, lead, cause));
            outbox.tally.add(Count::Settled(kind(lead)));
        }
        let owed = match (before.is_some(), lead.is_some()) {
            (false, true) => Keys::WithoutRegister,
            (true, false) => Keys::All,
            // There `near` would take it for one that leads.
            (true, true) => Keys::Slots(&emptied),
            (false, false) => Keys::Slots(&[]),
        };
        self.tell(owed, &row, story_id, cause, outbox);
        table.put(story_id.0, row);
    }

    /// Tells `near`, under these keys of a story, how old it is and whether it stands for itself.
    fn tell(
        &self,
        keys: Keys<'_>,
        row: &HomeRow,
        story_id: StoryId,
        cause: &Arc<Cause>,
        outbox: &mut Outbox,
    ) {
        if let (Some(compare), Some(compared)) = (self.compare, &row.compared) {
            let is_canonical = row.lead(story_id).is_none();
            let status = Status { age: row.age(story_id), is_canonical };
            compare.tell(keys, compared, status, cause, outbox);
        }
    }
}

/// The text of a related story goes out once in the life of its row.
fn publish(
    row: &mut Cow<'_, HomeRow>,
    (story_id, story): (StoryId, Option<Vec<u8>>),
    cause: &Arc<Cause>,
    outbox: &mut Outbox,
) {
    if row.published {
        return;
    }
    let Some(story) = story else {
        outbox.tally.add(Count::StoryTextMissing);
        return;
    };
    row.to_mut().published = true;
    outbox.outputs.push(output(Target::Stories, story_id, story, cause));
    outbox.tally.add(Count::StoryPublished);
}

fn kind(lead: Option<Lead>) -> CanonicalKind {
    lead.map_or(CanonicalKind::Itself, |lead| lead.kind())
}

fn canonical(story_id: StoryId, lead: Option<Lead>, cause: &Arc<Cause>) -> Output {
    let record = Canonical {
        schema: CanonicalSchema::V1,
        story_id,
        canonical_id: lead.map_or(story_id, |lead| lead.age.story_id),
        kind: kind(lead),
        score: lead.map_or(100, |lead| lead.score),
    };
    output(Target::Canonical, story_id, to_json(&record), cause)
}

fn output(target: Target, key: StoryId, value: Vec<u8>, cause: &Arc<Cause>) -> Output {
    let key = key.hex().as_bytes().to_vec();
    Output { target, key, value: Some(value), cause: Arc::clone(cause), version: None, kept: None }
}

#[cfg(test)]
mod tests;
