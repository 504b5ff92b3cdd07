//! `home` owns the story ids: a story that it has not seen is new, one that it has is a repetition, and the text of a
//! related one goes out once a life.
//!
//! Invariants: what goes out is a function of the inbox alone, append times included. A row's life is counted in
//! stream time, so that pages of last year, replayed beside today's, do not end at birth.

pub mod message;
mod row;
mod story;

use std::sync::Arc;

use super::json::to_json;
use super::{Cause, Count, Outbox, Output, Record, Refusal, Stage, StageName, Table, Target};
use crate::record::schema_name::{CanonicalSchema, SightingSchema};
use crate::record::{
    ArticleId, Canonical, CanonicalKind, Decision, FirstSeen, Origin, Role, Sighting, StoryId,
};
use crate::story::FP_VERSION;
use message::{Observe, Place};

pub use row::HomeRow;
pub use story::story_record;

/// The name of the stage.
pub const NAME: StageName = StageName("home");

/// A page time may be later than the append time of the inbox by so much (state-protocol rule 5): beyond it the page's
/// clock is wrong, and must not end the rows of everyone else.
const CLOCK_LEAD_MS: i64 = 5 * 60 * 1_000;

/// The stage.
#[derive(Debug, Clone)]
pub struct Home {
    ttl_hours: u32,
}

/// One occurrence, ready for the table.
#[derive(Debug)]
pub struct Occurrence {
    story_id: StoryId,
    /// The page time, capped: what moves stream time.
    capped: i64,
    timestamp: i64,
    origin: Origin<'static>,
    article_id: ArticleId,
    place: OccurrencePlace,
    cause: Arc<Cause>,
}

#[derive(Debug)]
enum OccurrencePlace {
    Own,
    /// Its position, and the value of the story record, in case that it has to go out.
    Related(u32, Vec<u8>),
}

impl Home {
    /// A stage whose stories are forgotten when stream time has moved on by so many hours since they were last seen.
    #[must_use]
    pub fn new(ttl_hours: u32) -> Self {
        Self { ttl_hours }
    }
}

impl Stage for Home {
    type Row = HomeRow;
    type Prepared = Occurrence;

    fn name(&self) -> StageName {
        NAME
    }

    fn is_stateful(&self) -> bool {
        true
    }

    /// Story ids of another fold version would never meet these.
    fn meta(&self) -> Vec<u8> {
        vec![FP_VERSION]
    }

    fn ttl_hours(&self) -> u32 {
        self.ttl_hours
    }

    fn prepare(&self, record: &Record<'_>) -> Result<Occurrence, Refusal> {
        let observe = Observe::decode(record.value).map_err(|error| {
            let Record { topic, partition, offset, .. } = record;
            Refusal::Stop(format!("{topic}/{partition}/{offset} cannot be read: {error}"))
        })?;
        let latest = record.timestamp.map_or(i64::MAX, |at| at.saturating_add(CLOCK_LEAD_MS));
        let cause = Arc::new(Cause::new(&observe.origin, record.headers));
        let place = match &observe.place {
            Place::Own => OccurrencePlace::Own,
            Place::Related(position, text) => {
                let story = story_record(&observe, *position, text);
                OccurrencePlace::Related(*position, to_json(&story))
            }
        };
        Ok(Occurrence {
            story_id: observe.story_id,
            capped: observe.timestamp.min(latest),
            timestamp: observe.timestamp,
            origin: observe.origin.into_owned(),
            article_id: observe.article_id,
            place,
            cause,
        })
    }

    /// In this order: the story, its canonical record, the sighting.
    fn apply(&self, table: &mut Table<HomeRow>, occurrence: Occurrence, outbox: &mut Outbox) {
        table.advance_clock(occurrence.capped);
        let expired = table.expire();
        outbox.tally.add_n(Count::Expired(NAME), expired as u64);

        let known = table.get(&occurrence.story_id.0);
        let decision = if known.is_some() { Decision::Exact } else { Decision::New };
        let mut row = known.cloned().unwrap_or_else(|| occurrence.first_row());
        let first_seen = row.first_seen;
        let changed = decision == Decision::New || row.last_seen_hour != table.hour();
        row.last_seen_hour = table.hour();

        let sighting = occurrence.sighting(decision, first_seen);
        let Occurrence { story_id, place, cause, .. } = occurrence;
        let mut publish = false;
        if let OccurrencePlace::Related(_, story) = place
            && !row.published
        {
            publish = true;
            row.published = true;
            let canonical = to_json(&itself(story_id));
            outbox.outputs.push(output(Target::Stories, story_id, story, &cause));
            outbox.outputs.push(output(Target::Canonical, story_id, canonical, &cause));
            outbox.tally.add(Count::StoryPublished);
        }
        if changed || publish {
            table.put(story_id.0, row);
        }
        outbox.outputs.push(output(Target::Sightings, story_id, sighting, &cause));
        outbox.tally.add(Count::Occurrence(decision));
    }
}

impl Occurrence {
    fn position(&self) -> Option<u32> {
        match self.place {
            OccurrencePlace::Own => None,
            OccurrencePlace::Related(position, _) => Some(position),
        }
    }

    /// The row of a story whose first occurrence this is.
    fn first_row(&self) -> HomeRow {
        let first_seen = FirstSeen {
            article_id: self.article_id,
            position: self.position(),
            timestamp: self.timestamp,
        };
        HomeRow { first_seen, last_seen_hour: 0, published: false }
    }

    /// The value of the sighting record.
    fn sighting(&self, decision: Decision, first_seen: FirstSeen) -> Vec<u8> {
        to_json(&Sighting {
            schema: SightingSchema::V1,
            story_id: self.story_id,
            canonical_id: self.story_id,
            decision,
            role: match self.place {
                OccurrencePlace::Own => Role::Own,
                OccurrencePlace::Related(..) => Role::Related,
            },
            article_id: self.article_id,
            position: self.position(),
            origin: self.origin.borrowed(),
            first_seen,
            timestamp: self.timestamp,
        })
    }
}

fn itself(story_id: StoryId) -> Canonical {
    Canonical {
        schema: CanonicalSchema::V1,
        story_id,
        canonical_id: story_id,
        kind: CanonicalKind::Itself,
        score: 100,
    }
}

fn output(target: Target, key: StoryId, value: Vec<u8>, cause: &Arc<Cause>) -> Output {
    let key = key.hex().as_bytes().to_vec();
    Output { target, key, value: Some(value), cause: Arc::clone(cause), version: None }
}

#[cfg(test)]
mod tests;
