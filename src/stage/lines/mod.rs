//! `lines` owns the lines that could begin a story: it remembers what stands before and behind each on the last pages that
//! show it, and publishes what a line is once they agree. Nobody waits for it: `parse` splits by what is known then.
//!
//! A line begins a story where what stands before it changes from page to page and what stands behind it does not; it
//! stands inside one where the same line always stands before it, though the story hangs behind many others; and the
//! headline of an article begins a story wherever it stands (`rule`).
//!
//! Invariants: what goes out is a function of the inbox alone. A page counts once for a line, however often it comes.
//! What stands in the row as said is what a reader of the topic sees: it ends with the row.

mod row;
mod rule;

use std::sync::Arc;

use super::message::MessageError;
use super::{
    Cause, Count, Keeping, Outbox, Output, Record, Refusal, Stage, StageName, Table, Target, capped,
};
use crate::page::Start;
use message::{Candidate, encode_start, line_of};
use row::Said;
use rule::Shown;

pub use super::inbox::lines as message;
pub use message::NAME;
pub use row::LineRow;
pub use rule::Rule;

const MS_AN_HOUR: i64 = 3_600_000;

/// The stage.
#[derive(Debug, Clone)]
pub struct Lines {
    /// Hours of stream time that a line is remembered after a page last showed it.
    pub ttl_hours: u32,
    /// When pages have shown what a line is.
    pub rule: Rule,
}

/// A message, ready for the table.
#[derive(Debug)]
pub struct Heard {
    key: [u8; 8],
    candidate: Candidate,
    /// The page time as it moves stream time, in milliseconds since 1970.
    seen: i64,
    cause: Arc<Cause>,
}

impl Stage for Lines {
    type Row = LineRow;
    type Prepared = Heard;

    fn name(&self) -> StageName {
        NAME
    }

    fn is_of_hashes(&self) -> bool {
        true
    }

    /// What was said by another rule would not be taken back by this one.
    fn keeps(&self) -> Option<Keeping> {
        Some(Keeping { meta: self.rule.bytes().to_vec(), ttl_hours: self.ttl_hours })
    }

    fn prepare(&self, record: &Record<'_>) -> Result<Heard, Refusal> {
        let read = || {
            let candidate = Candidate::decode(record.value)?;
            let line = record.key.and_then(line_of).ok_or(MessageError::NoLine)?;
            Ok((candidate, message::key_of(line)))
        };
        let (candidate, key) = read().map_err(|error: MessageError| error.stop(record))?;
        let seen = capped(i64::from(candidate.hour) * MS_AN_HOUR, record);
        Ok(Heard { key, candidate, seen, cause: Arc::new(Cause::passed_on(record.headers)) })
    }

    fn apply(&self, table: &mut Table<LineRow>, heard: Heard, outbox: &mut Outbox) {
        let Heard { key, candidate, seen, cause } = heard;
        table.advance_clock(seen);
        let ended = table.expire_with(&key);
        outbox.tally.add_n(Count::Expired(NAME), ended.len() as u64);
        ended.into_iter().for_each(|(key, row)| forget(key, &row, &cause, outbox));
        let before = table.get(&key);
        let is_fresh = |row: &&LineRow| row.last_seen_hour == table.hour();
        if before.filter(is_fresh).is_some_and(|row| row.passes_over(&candidate)) {
            return;
        }
        let mut row = before.cloned().unwrap_or_default();
        row.see(&candidate);
        let kind = self.rule.judge(&row);
        let settled = row.is_full();
        let say = kind.map(|kind| Said { kind, story_id: row.names(), settled });
        if say != row.said {
            let known = say.map(|said| said_of(&row, said, table.hour()));
            if known.is_none() {
                outbox.tally.add(Count::LineForgotten);
            } else if say.map(|said| said.kind) != row.said.map(|said| said.kind) {
                outbox.tally.add(Count::LineShown);
            }
            outbox.outputs.push(start(key, known.as_ref(), &cause));
            row.said = say;
        }
        row.last_seen_hour = table.hour();
        if table.get(&key) != Some(&row) {
            table.put(key, row);
        }
        // At most one row has come.
        if let Some((key, row)) = table.crowd_out(self.rule.room()) {
            outbox.tally.add(Count::Evicted(NAME));
            forget(key, &row, &cause, outbox);
        }
    }
}

/// A row has ended: what was said of its line is taken back.
fn forget(key: [u8; 8], row: &LineRow, cause: &Arc<Cause>, outbox: &mut Outbox) {
    if row.said.is_some() {
        outbox.tally.add(Count::LineForgotten);
        outbox.outputs.push(start(key, None, cause));
    }
}

fn said_of(row: &LineRow, said: Said, hour: u32) -> Start {
    let shown = Shown::of(&row.occurrences);
    let count = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
    Start {
        kind: said.kind,
        own: row.own.is_some(),
        pages: count(shown.pages),
        before: count(shown.before),
        behind: count(shown.behind),
        hour,
        story_id: said.story_id,
    }
}

fn start(key: [u8; 8], start: Option<&Start>, cause: &Arc<Cause>) -> Output {
    Output {
        target: Target::Starts,
        key: key.to_vec(),
        value: start.map(encode_start),
        cause: Arc::clone(cause),
        version: None,
        kept: None,
    }
}

#[cfg(test)]
mod tests;
