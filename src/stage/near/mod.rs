//! `near` owns the routing keys: for each story and key it fills one register of `home`, the canonical story there that the
//! story follows. It decides nothing; it may be late or off, and nobody waits for it.
//!
//! Invariants: what goes out is a function of the inbox alone. A register is replaced, never merged: the last verdict is
//! the whole truth of its bucket; one that nothing ever filled is empty, and nothing is said of it.

mod bucket;
mod follow;
mod member;
mod memo;
mod row;

use std::sync::Arc;

use super::inbox::home::{self, Verdict};
use super::lead::Age;
use super::message::MessageError;
use super::{
    Cause, Count, Outbox, Output, Record, Refusal, Stage, StageName, Table, Target, capped,
};
use crate::record::StoryId;
use crate::story::{FP_VERSION, RoutingKey, RoutingKeys, Sketch, Thresholds};
use bucket::{Bucket, Change, Coming};
use memo::Memo;
use message::{Message, Probe};
use row::{Compared, Entry, row_key};

pub use super::inbox::near as message;
pub use message::NAME;
pub use row::NearRow;

/// The version of what rows say and of when two stories are alike, beside the thresholds.
const RULES: u8 = 3;

/// The stage.
#[derive(Debug)]
pub struct Near {
    ttl_hours: u32,
    thresholds: Thresholds,
    keys: RoutingKeys,
    memo: Memo,
}

/// A message, ready for the table.
#[derive(Debug)]
pub struct Heard {
    bucket: RoutingKey,
    word: Word,
    cause: Arc<Cause>,
}

#[derive(Debug)]
enum Word {
    Probe { age: Age, seen: i64, sketch: Arc<Sketch> },
    Status { age: Age, is_canonical: bool },
}

impl Stage for Near {
    type Row = NearRow;
    type Prepared = Heard;

    fn name(&self) -> StageName {
        NAME
    }

    fn is_stateful(&self) -> bool {
        true
    }

    fn is_of_hashes(&self) -> bool {
        true
    }

    /// Registers of other rules, thresholds or keys would say something else.
    fn meta(&self) -> Vec<u8> {
        let Thresholds { duplicate, near, loose } = self.thresholds;
        let keys = self.keys.count().to_le_bytes();
        let per_cent =
            [duplicate, near, loose].map(|threshold| [threshold.jaccard, threshold.containment]);
        [FP_VERSION, RULES]
            .into_iter()
            .chain(keys.into_iter().take(1))
            .chain(per_cent.concat())
            .collect()
    }

    fn ttl_hours(&self) -> u32 {
        self.ttl_hours
    }

    fn prepare(&self, record: &Record<'_>) -> Result<Heard, Refusal> {
        let read = || {
            let message = Message::decode(record.value)?;
            let bucket = record.key.and_then(RoutingKey::from_bytes);
            Ok((message, bucket.ok_or(MessageError::NoRoutingKey)?))
        };
        let (message, bucket) = read().map_err(|error: MessageError| error.stop(record))?;
        let word = match message {
            Message::Probe(Probe { age, seen, sketch }) => {
                let seen = capped(seen, record);
                let sketch = self.memo.shared(age.story_id, sketch.into_owned());
                Word::Probe { age, seen, sketch }
            }
            Message::Status(status) => {
                Word::Status { age: status.age, is_canonical: status.is_canonical }
            }
        };
        Ok(Heard { bucket, word, cause: Arc::new(Cause::passed_on(record.headers)) })
    }

    fn apply(&self, table: &mut Table<NearRow>, heard: Heard, outbox: &mut Outbox) {
        let Heard { bucket, word, cause } = heard;
        let changes = match word {
            Word::Probe { age, seen, sketch } => {
                table.advance_clock(seen);
                expire(table, outbox);
                self.probe(bucket, age, sketch, table, outbox)
            }
            Word::Status { age, is_canonical } => {
                expire(table, outbox);
                status(bucket, age, is_canonical, table)
            }
        };
        for Change { story_id, best } in changes {
            let verdict = Verdict { story_id, slot: bucket.slot, best };
            outbox.outputs.push(Output {
                target: Target::Inbox(home::NAME),
                key: story_id.0.to_vec(),
                value: Some(verdict.encode()),
                cause: Arc::clone(&cause),
                version: None,
                kept: None,
            });
        }
    }
}

impl Near {
    /// A stage where a story can be matched for so many hours of stream time after it last was, and stories come under so many
    /// keys.
    #[must_use]
    pub fn new(ttl_hours: u32, thresholds: Thresholds, keys: RoutingKeys) -> Self {
        Self { ttl_hours, thresholds, keys, memo: Memo::default() }
    }

    fn probe(
        &self,
        key: RoutingKey,
        age: Age,
        sketch: Arc<Sketch>,
        table: &mut Table<NearRow>,
        outbox: &mut Outbox,
    ) -> Vec<Change> {
        let (hour, story_id) = (table.hour(), age.story_id);
        let mut bucket = Bucket::of(key, table);
        let coming = Coming::new(story_id, &sketch, &self.thresholds, &self.memo);
        if let Some(lead) = bucket.turns_away(age, &coming, hour) {
            outbox.tally.add(Count::Compared);
            let changed = bucket.changed();
            put(key, changed, table);
            return vec![Change { story_id, best: Some(lead) }];
        }
        outbox.tally.add_n(Count::Compared, bucket.len() as u64);
        let leaving = bucket.makes_room(story_id);
        if let Some(leaving) = leaving {
            bucket.drop_out(leaving);
            outbox.tally.add(Count::Evicted(NAME));
        }
        let alike = bucket.alike(&coming);
        let compared = Arc::new(Compared { sketch, alike });
        bucket.take_in(age, &compared, hour);
        let changes = bucket.settle(hour);
        let changed = bucket.changed();
        if let Some(leaving) = leaving {
            table.remove(&row_key(key, leaving));
        }
        put(key, changed, table);
        changes
    }
}

/// A story that is not here is not brought back. Most statuses say of a story that follows another here that it stands no
/// longer for itself, which is known: the rest of its bucket need not be read for that.
fn status(
    key: RoutingKey,
    age: Age,
    is_canonical: bool,
    table: &mut Table<NearRow>,
) -> Vec<Change> {
    let row = table.get(&row_key(key, age.story_id));
    let is_known = |row: &NearRow| {
        let Entry { oldest, best, .. } = row.entry;
        best.is_some() && oldest == age.timestamp && !is_canonical
    };
    if row.is_some_and(is_known) {
        return Vec::new();
    }
    let hour = table.hour();
    let mut bucket = Bucket::of(key, table);
    let is_news = bucket.hear(age, is_canonical);
    let changes = if is_news { bucket.settle(hour) } else { Vec::new() };
    let changed = bucket.changed();
    put(key, changed, table);
    changes
}

fn put(key: RoutingKey, rows: Vec<(StoryId, NearRow)>, table: &mut Table<NearRow>) {
    for (story_id, row) in rows {
        table.put(row_key(key, story_id), row);
    }
}

fn expire(table: &mut Table<NearRow>, outbox: &mut Outbox) {
    outbox.tally.add_n(Count::Expired(NAME), table.expire().len() as u64);
}

#[cfg(test)]
mod tests;
