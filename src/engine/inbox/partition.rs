//! One partition of one stage's inbox, from assignment to hand-back.
//!
//! Invariant: `committed <= applied <= next_read`; what is applied is contiguous from `committed`, because chunks are
//! applied in reading order and a commit covers exactly what was applied.

use std::sync::Arc;

use super::breaker::{Breaker, BreakerLimits};
use super::chunk::Chunk;
use super::sequencer::Sequencer;
use super::workers::Done;
use crate::stage::DynPartition;

/// A partition that is ours.
pub struct Partition {
    /// Tells this assignment, and this run since the last abort, from every other: late results die by it.
    pub epoch: u64,
    /// Being restored, or running.
    pub phase: Phase,
}

/// Why a partition of pages is not read any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Too many dead letters: until the partition is assigned anew.
    Held,
    /// It is read to where it was to be read.
    Over,
}

/// What a partition is doing.
pub enum Phase {
    /// Its offsets and its table are on their way; nothing is read.
    Restoring,
    /// It is read, applied and committed.
    Live(Box<Live>),
}

/// A partition that is read, applied and committed.
pub struct Live {
    /// Its table.
    pub table: Box<dyn DynPartition>,
    /// Puts prepared chunks back in order.
    pub sequencer: Sequencer<Done>,
    /// Records read and not dispatched yet, with the bytes that they were charged.
    pub open: Option<(Chunk, u64)>,
    /// The least offset that may be read next: anything below was delivered before.
    pub next_read: i64,
    /// The next offset to commit.
    pub applied: i64,
    /// The offset of the last commit.
    pub committed: i64,
    /// The timestamp of the last record applied, in milliseconds since 1970.
    pub applied_ms: Option<i64>,
    /// The timestamp of the last record committed.
    pub committed_ms: Option<i64>,
    /// The first record read since everything was committed: its offset and timestamp.
    oldest: Option<(i64, i64)>,
    /// How its last records ended, and how they had at the last commit.
    pub breaker: Breaker,
    committed_breaker: Breaker,
    /// Why it is not read any further, if it is not.
    pub rest: Option<Rest>,
    /// Where its reading is over, where that was said.
    pub stop_at: Option<i64>,
    /// Bytes charged for records that are read and not applied.
    pub unapplied_bytes: u64,
    /// Records read and not applied.
    pub unapplied_records: u64,
    /// Whether the reader has met the end of the partition and nothing since.
    pub at_end: bool,
}

impl Live {
    /// A partition that reads on at an offset.
    #[must_use]
    pub fn new(table: Box<dyn DynPartition>, start: i64, limits: BreakerLimits) -> Self {
        Self {
            table,
            sequencer: Sequencer::default(),
            open: None,
            next_read: start,
            applied: start,
            committed: start,
            applied_ms: None,
            committed_ms: None,
            oldest: None,
            breaker: Breaker::new(limits),
            committed_breaker: Breaker::new(limits),
            rest: None,
            stop_at: None,
            unapplied_bytes: 0,
            unapplied_records: 0,
            at_end: false,
        }
    }

    /// The same, and its reading is over at an offset.
    #[must_use]
    pub fn until(self, stop_at: Option<i64>) -> Self {
        Self { stop_at, ..self }
    }

    /// A record is about to be read.
    pub fn read(&mut self, offset: i64, timestamp: Option<i64>) {
        if self.next_read == self.committed {
            self.oldest = timestamp.map(|ms| (offset, ms));
        }
        self.next_read = offset + 1;
        self.at_end = false;
    }

    /// The reader has met the end of the partition.
    pub fn met_end(&mut self) {
        self.at_end = true;
        // The last offsets before it may be markers, which are never read.
        self.next_read = self.stop_at.unwrap_or(self.next_read).max(self.next_read);
    }

    /// The timestamp of the oldest record that is not committed, as near as it is known: that of the last one committed
    /// is a little older. In milliseconds since 1970.
    #[must_use]
    pub fn waiting_since_ms(&self) -> Option<i64> {
        self.oldest.map(|(_, ms)| ms).or(self.committed_ms)
    }

    /// The chunk that is being filled, with its charge.
    pub fn open_chunk(&mut self, topic: &Arc<str>, partition: i32) -> &mut (Chunk, u64) {
        self.open.get_or_insert_with(|| (Chunk::new(Arc::clone(topic), partition), 0))
    }

    /// Drops everything that is not applied; says how many records and bytes that was.
    pub fn drop_unapplied(&mut self) -> (u64, u64) {
        self.sequencer = Sequencer::default();
        self.open = None;
        self.next_read = self.applied;
        // What was read and dropped is met again before the end is.
        self.at_end &= self.unapplied_records == 0;
        (std::mem::take(&mut self.unapplied_records), std::mem::take(&mut self.unapplied_bytes))
    }

    /// Whether its reading has come to where it is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.stop_at.is_some_and(|stop| self.next_read >= stop)
    }

    /// Reads no further: everything that was to be read has been.
    pub fn rest_over(&mut self) {
        self.rest = Some(Rest::Over);
        self.at_end = true;
    }

    /// Back to the last commit: the transaction was aborted.
    pub fn roll_back(&mut self) {
        self.table.rollback();
        self.at_end &= !self.has_moved();
        self.applied = self.committed;
        self.applied_ms = self.committed_ms;
        self.breaker = self.committed_breaker;
        self.next_read = self.committed;
    }

    /// The transaction committed.
    pub fn commit(&mut self) {
        self.table.commit();
        self.committed = self.applied;
        self.committed_ms = self.applied_ms;
        self.committed_breaker = self.breaker;
        self.oldest = self.oldest.filter(|(offset, _)| *offset >= self.committed);
    }

    /// Whether the open transaction has something of this partition.
    #[must_use]
    pub fn has_moved(&self) -> bool {
        self.applied != self.committed
    }

    /// Whether everything that the partition holds is committed. Offsets alone do not tell: the last ones of a log that
    /// transactions write are markers, which are never read.
    #[must_use]
    pub fn is_caught_up(&self) -> bool {
        self.at_end && self.is_idle() && !self.has_moved()
    }

    /// Whether nothing of it is read and not applied.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.open.is_none() && self.sequencer.in_flight() == 0
    }
}
