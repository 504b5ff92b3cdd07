//! One occurrence of a story, ready for the table.

use std::sync::Arc;

use super::compare::Compare;
use super::message::{self, Observe};
use super::row::HomeRow;
use super::story::story_record;
use crate::record::schema_name::SightingSchema;
use crate::record::{ArticleId, Decision, FirstSeen, Origin, Role, Sighting, StoryId};
use crate::stage::json::to_json;
use crate::stage::lead::Lead;
use crate::stage::{Cause, Record, capped};
use crate::story::Written;

/// One occurrence.
#[derive(Debug)]
pub struct Occurrence {
    pub(super) story_id: StoryId,
    /// The page time, capped: what moves stream time.
    pub(super) capped: i64,
    pub(super) timestamp: i64,
    origin: Origin<'static>,
    article_id: ArticleId,
    pub(super) place: Place,
    pub(super) cause: Arc<Cause>,
}

/// Where on its page it stood.
#[derive(Debug)]
pub(super) enum Place {
    /// The article's own body, with its fingerprint where own stories are compared.
    Own(Option<Written<'static>>),
    /// Appended.
    Related {
        position: u32,
        /// The value of the story record, in case that it has to go out; `None` where its text went before it.
        story: Option<Vec<u8>>,
        /// What is compared of it, in case that it was not yet.
        fingerprint: Option<Written<'static>>,
    },
}

impl Occurrence {
    pub(super) fn new(observe: Observe<'_>, record: &Record<'_>) -> Self {
        let cause = Arc::new(Cause::new(&observe.origin, record.headers));
        let place = match &observe.place {
            message::Place::Own => Place::Own(None),
            message::Place::OwnTold(fingerprint) => {
                Place::Own(Some(fingerprint.clone().into_owned()))
            }
            message::Place::Related(position, text) => {
                let text = text.as_ref();
                let story = text.map(|text| to_json(&story_record(&observe, *position, text)));
                let fingerprint = text.and_then(|text| text.fingerprint.clone());
                let fingerprint = fingerprint.map(Written::into_owned);
                Place::Related { position: *position, story, fingerprint }
            }
        };
        Self {
            story_id: observe.story_id,
            capped: capped(observe.timestamp, record),
            timestamp: observe.timestamp,
            origin: observe.origin.into_owned(),
            article_id: observe.article_id,
            place,
            cause,
        }
    }

    fn position(&self) -> Option<u32> {
        match self.place {
            Place::Own(_) => None,
            Place::Related { position, .. } => Some(position),
        }
    }

    /// The row of a story whose first occurrence this is.
    pub(super) fn first_row(&self) -> HomeRow {
        let first_seen = FirstSeen {
            article_id: self.article_id,
            position: self.position(),
            timestamp: self.timestamp,
        };
        HomeRow {
            first_seen,
            last_seen_hour: 0,
            published: false,
            oldest: self.timestamp,
            compared: None,
        }
    }

    /// What is compared of the story, where this occurrence is one that brings it to `near`.
    pub(super) fn take_fingerprint(&mut self, compare: Compare) -> Option<Written<'static>> {
        match &mut self.place {
            Place::Own(fingerprint) => fingerprint.take().filter(|_| compare.own),
            Place::Related { fingerprint, .. } => fingerprint.take(),
        }
    }

    /// The value of the sighting record; `lead` stands for the story at this moment.
    pub(super) fn sighting(
        &self,
        decision: Decision,
        first_seen: FirstSeen,
        lead: Option<Lead>,
    ) -> Vec<u8> {
        to_json(&Sighting {
            schema: SightingSchema::V1,
            story_id: self.story_id,
            canonical_id: lead.map_or(self.story_id, |lead| lead.age.story_id),
            decision,
            role: match self.place {
                Place::Own(_) => Role::Own,
                Place::Related { .. } => Role::Related,
            },
            article_id: self.article_id,
            position: self.position(),
            origin: self.origin.borrowed(),
            first_seen,
            timestamp: self.timestamp,
        })
    }
}
