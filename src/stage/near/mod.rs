//! `near` owns the routing keys: for each story and key it fills one register of `home`, the canonical story there that the
//! story follows. It decides nothing; it may be late or off, and nobody waits for it.
//!
//! Invariants: what goes out is a function of the inbox alone. A register is replaced, never merged: the last verdict is
//! the whole truth of its bucket; one that nothing ever filled is empty, and nothing is said of it.

mod bucket;
mod edits;
mod follow;
mod member;
mod memo;
mod row;

use std::sync::Arc;

use super::inbox::home::{self, Register, Verdict};
use super::lead::Age;
use super::message::MessageError;
use super::{
    Cause, Count, Keeping, Outbox, Output, Record, Refusal, Stage, StageName, Table, Target, capped,
};
use crate::story::{FP_VERSION, RoutingKey, RoutingKeys, Sketch, Thresholds};
use bucket::{Bucket, Change, Coming};
use edits::Edits;
use member::Comparing;
use memo::Memo;
use message::{Message, Probe, Status, StoryKeys, Word};
use row::Entry;

pub use super::inbox::near as message;
pub use message::NAME;
pub use row::NearRow;

/// The version of what rows say and of when two stories are alike, beside the thresholds.
const RULES: u8 = 5;

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
    buckets: StoryKeys,
    word: Ready,
    cause: Arc<Cause>,
}

#[derive(Debug)]
enum Ready {
    Probe { age: Age, seen: i64, sketch: Arc<Sketch> },
    Status(Status),
}

impl Stage for Near {
    type Row = NearRow;
    type Prepared = Heard;

    fn name(&self) -> StageName {
        NAME
    }

    fn is_of_hashes(&self) -> bool {
        true
    }

    /// Registers of other rules, thresholds or keys would say something else.
    fn keeps(&self) -> Option<Keeping> {
        let Thresholds { duplicate, near, loose } = self.thresholds;
        let keys = self.keys.count().to_le_bytes();
        let per_cent =
            [duplicate, near, loose].map(|threshold| [threshold.jaccard, threshold.containment]);
        let meta = [FP_VERSION, RULES]
            .into_iter()
            .chain(keys.into_iter().take(1))
            .chain(per_cent.concat())
            .collect();
        Some(Keeping { meta, ttl_hours: self.ttl_hours })
    }

    fn prepare(&self, record: &Record<'_>) -> Result<Heard, Refusal> {
        let read = || {
            let Message { keys, word } = Message::decode(record.key, record.value)?;
            let word = match word {
                Word::Probe(Probe { age, seen, sketch }) => {
                    let sketch = self.memo.shared(age.story_id, || sketch_of(sketch))?;
                    Ready::Probe { age, seen: capped(seen, record), sketch }
                }
                Word::Status(status) => Ready::Status(status),
            };
            Ok((keys, word))
        };
        let (buckets, word) = read().map_err(|error: MessageError| error.stop(record))?;
        Ok(Heard { buckets, word, cause: Arc::new(Cause::passed_on(record.headers)) })
    }

    fn apply(&self, table: &mut Table<NearRow>, heard: Heard, outbox: &mut Outbox) {
        let Heard { buckets, word, cause } = heard;
        if let Ready::Probe { seen, .. } = word {
            table.advance_clock(seen);
        }
        outbox.tally.add_n(Count::Expired(NAME), table.expire().len() as u64);
        let mut verdicts = Verdicts::default();
        let comparing = Comparing::new(&self.thresholds, &self.memo);
        match word {
            Ready::Probe { age, sketch, .. } => {
                let coming = Coming::new(age, &sketch, &comparing);
                probe(&buckets, &coming, table, &mut verdicts, outbox);
            }
            Ready::Status(told) => status(&buckets, told, &comparing, table, &mut verdicts),
        }
        outbox.tally.add_n(Count::Compared, comparing.compared());
        outbox.outputs.extend(verdicts.0.into_iter().map(|verdict| Output {
            target: Target::Inbox(home::NAME),
            key: verdict.story_id.0.to_vec(),
            value: Some(verdict.encode()),
            cause: Arc::clone(&cause),
            version: None,
            kept: None,
        }));
    }
}

fn sketch_of(bytes: &[u8]) -> Result<Sketch, MessageError> {
    let (sketch, rest) = Sketch::decode(bytes).ok_or(MessageError::NoSketch)?;
    super::message::end(rest)?;
    Ok(sketch)
}

/// What `home` is told because of one message: one verdict for each story.
#[derive(Default)]
struct Verdicts(Vec<Verdict>);

impl Verdicts {
    /// Adds what has changed under one key.
    fn add(&mut self, slot: u8, changes: &[Change]) {
        for Change { story_id, best } in changes {
            let register = Register { slot, best: *best };
            match self.0.iter_mut().find(|verdict| verdict.story_id == *story_id) {
                Some(verdict) => verdict.registers.push(register),
                None => {
                    self.0.push(Verdict { story_id: *story_id, registers: vec![register] });
                }
            }
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
}

/// A story comes under these keys. Whether a bucket takes it in is seen before it is compared with more than one.
fn probe(
    keys: &[RoutingKey],
    coming: &Coming<'_>,
    table: &mut Table<NearRow>,
    verdicts: &mut Verdicts,
    outbox: &mut Outbox,
) {
    let (hour, story_id) = (table.hour(), coming.story_id());
    let mut edits = Edits::default();
    for key in keys {
        let mut bucket = Bucket::of(*key, table);
        if let Some(lead) = bucket.turns_away(coming, hour) {
            verdicts.add(key.slot, &[Change { story_id, best: Some(lead) }]);
        } else {
            if let Some(leaving) = bucket.makes_room(story_id) {
                bucket.drop_out(leaving);
                edits.leaves(leaving, *key);
                outbox.tally.add(Count::Evicted(NAME));
            }
            bucket.take_in(coming, hour);
            verdicts.add(key.slot, &bucket.settle(coming.comparing(), Some(coming), hour));
        }
        edits.note(*key, &bucket);
    }
    edits.put(Some((story_id, coming.sketch())), table);
}

/// A story that is not here is not brought back. Most statuses say of a story that follows another here that it stands no
/// longer for itself, which is known: the rest of its bucket need not be read for that.
fn status(
    keys: &[RoutingKey],
    told: Status,
    comparing: &Comparing<'_>,
    table: &mut Table<NearRow>,
    verdicts: &mut Verdicts,
) {
    let Status { age, is_canonical } = told;
    let (hour, row) = (table.hour(), table.get(&age.story_id.0));
    let is_known = |entry: &Entry| {
        let Entry { oldest, best, last_matched_hour, .. } = *entry;
        best.is_some()
            && oldest == age.timestamp
            && !is_canonical
            && table.is_living(last_matched_hour)
    };
    let mut edits = Edits::default();
    for key in keys {
        if row.and_then(|row| row.entry(*key)).is_some_and(is_known) {
            continue;
        }
        let mut bucket = Bucket::of(*key, table);
        if bucket.hear(age, is_canonical) {
            verdicts.add(key.slot, &bucket.settle(comparing, None, hour));
        }
        edits.note(*key, &bucket);
    }
    edits.put(None, table);
}

#[cfg(test)]
mod tests;
