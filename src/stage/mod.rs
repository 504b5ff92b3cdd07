//! The stages: what is done to a record, over any driver.
//!
//! A stage is two functions. `prepare` is pure and runs on any worker; `apply` runs in partition order, alone may
//! touch the partition's table, and says what goes out. What a stage puts out is a function of its inbox: no clock,
//! no hash-map order, no float in a decision. The drivers ([`crate::engine`] over Kafka, [`crate::local`] in memory)
//! know stages only through [`DynStage`] and [`DynPartition`]; no driver knows one by name.

pub mod dead_letter;
mod erased;
pub mod home;
mod inbox;
mod json;
mod lead;
pub mod lines;
pub mod message;
pub mod near;
mod output;
pub mod parse;
mod table;

use std::borrow::Cow;

use crate::record::{Origin, Reject};

pub use erased::{
    ChangelogWrite, DynPartition, DynStage, Prepared, RestoreError, erase, prepare_caught,
};
pub use lead::{Age, Lead};
pub use output::{
    Cause, Count, Decided, Headers, KeptPart, ORIGIN_HEADER, Outbox, Outcome, Output, Tally,
    Target, VERSION_HEADER,
};
pub use table::{Key, Row, Table, TableStats};

/// The name of a stage: in topic names, metrics and the dead letters' `newsmill.dlq.stage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StageName(pub &'static str);

/// A record as it stands on a topic, for as long as it is prepared.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The topic, or the path of a file.
    pub topic: &'a str,
    /// The partition.
    pub partition: i32,
    /// The offset, or the index in the file.
    pub offset: i64,
    /// Milliseconds since 1970: set by the writer, or by the broker where the topic says `LogAppendTime`.
    pub timestamp: Option<i64>,
    /// The key.
    pub key: Option<&'a [u8]>,
    /// The value; `None` is a tombstone.
    pub value: Option<&'a [u8]>,
    /// The headers, in their order.
    pub headers: &'a [(String, Option<Vec<u8>>)],
}

impl<'a> Origin<'a> {
    /// Where a page stands.
    #[must_use]
    pub fn of(record: &Record<'a>) -> Self {
        let Record { topic, partition, offset, timestamp, .. } = *record;
        Self { topic: Cow::Borrowed(topic), partition, offset, timestamp }
    }
}

/// A page time may be later than the append time of the inbox by so much (state-protocol rule 5): beyond it the page's
/// clock is wrong, and must not end the rows of everyone else.
const CLOCK_LEAD_MS: i64 = 5 * 60 * 1_000;

/// A page time as it moves stream time: not far beyond the append time of the record that says it.
fn capped(page_time: i64, record: &Record<'_>) -> i64 {
    page_time.min(record.timestamp.map_or(i64::MAX, |at| at.saturating_add(CLOCK_LEAD_MS)))
}

/// Why `prepare` gives no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The record goes to the dead letters.
    DeadLetter(Reject),
    /// The process must not go on (exit 78): an internal message of a version that this binary cannot read.
    Stop(String),
}

impl From<Reject> for Refusal {
    fn from(reject: Reject) -> Self {
        Self::DeadLetter(reject)
    }
}

/// One stage: an inbox, a table, two functions.
pub trait Stage: Send + Sync + 'static {
    /// A row of its table; [`NoRow`] for a stage without one.
    type Row: Row;
    /// What `prepare` hands to `apply`.
    type Prepared: Send + 'static;

    /// Its name.
    fn name(&self) -> StageName;

    /// By what it keeps its table, and so a changelog `newsmill.<app>.<name>.state`; `None` of a stage without one.
    fn keeps(&self) -> Option<Keeping> {
        None
    }

    /// Whether what reaches it and its rows are mostly hashes, so that to compress them is work for nothing.
    fn is_of_hashes(&self) -> bool {
        false
    }

    /// The stateless part: pure, on any worker.
    ///
    /// # Errors
    /// A [`Refusal`]: the record is dead-lettered, or the process stops.
    fn prepare(&self, record: &Record<'_>) -> Result<Self::Prepared, Refusal>;

    /// The ordered part, on the one thread that owns the partition.
    fn apply(&self, table: &mut Table<Self::Row>, prepared: Self::Prepared, outbox: &mut Outbox);
}

/// By what a stage keeps its table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keeping {
    /// What its rows depend on, as thresholds, for the `meta` record; the partition count is added by the driver.
    pub meta: Vec<u8>,
    /// The time to live of a row, in hours of stream time.
    pub ttl_hours: u32,
}

/// The row of a stage without a table: there is none.
#[derive(Debug, Clone)]
pub enum NoRow {}

impl Row for NoRow {
    type Key = [u8; 0];
    type Place = ();

    fn encode(&self, _: &mut Vec<u8>) {
        match *self {}
    }

    fn decode(_: &[u8]) -> Option<Self> {
        None
    }

    fn last_seen_hour(&self) -> u32 {
        match *self {}
    }
}
