//! What an engine tells about itself. It counts nothing: whoever watches does.

use std::time::Duration;

use super::EngineState;
use crate::stage::{StageName, TableStats, Tally};

/// What the group did with partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RebalanceKind {
    /// They became ours.
    Assign,
    /// They were handed back.
    Revoke,
    /// They were taken.
    Lost,
}

impl RebalanceKind {
    /// The word in logs and labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Assign => "assign",
            Self::Revoke => "revoke",
            Self::Lost => "lost",
        }
    }
}

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionEnd {
    /// Committed.
    Committed,
    /// Aborted, and its work done again.
    Aborted,
    /// Another producer with our `transactional.id` has taken over, or we slept past its time.
    Fenced,
    /// Nobody knows: the engine starts again.
    Indeterminate,
}

impl TransactionEnd {
    /// The word in labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Aborted => "aborted",
            Self::Fenced => "fenced",
            Self::Indeterminate => "indeterminate",
        }
    }
}

/// Why records are read and prepared again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rework {
    /// Their transaction was aborted.
    Abort,
    /// Their partition was taken from us, or given back, before they were applied.
    Rebalance,
}

impl Rework {
    /// The word in labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Abort => "abort",
            Self::Rebalance => "rebalance",
        }
    }
}

/// A committed transaction.
#[derive(Debug)]
pub struct Committed<'a> {
    /// What its stages counted.
    pub tally: &'a Tally,
    /// Input records that it covers.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// From its beginning to the answer.
    pub duration: Duration,
    /// How long the commit itself took.
    pub commit: Duration,
    /// Of each page: from its record's own timestamp to the commit, in milliseconds; never below nought.
    pub page_latencies_ms: &'a [i64],
}

/// One partition as it stands.
#[derive(Debug, Clone, Copy)]
pub struct PartitionView<'a> {
    /// The stage.
    pub stage: StageName,
    /// Its inbox.
    pub topic: &'a str,
    /// The partition.
    pub partition: i32,
    /// The committed offset.
    pub committed: i64,
    /// Records behind the end, 0 when caught up; `None` while the end is not known.
    pub lag_records: Option<i64>,
    /// The timestamp of the last record committed, in milliseconds since 1970.
    pub committed_ms: Option<i64>,
    /// How full its table is.
    pub table: TableStats,
}

/// Watches engines. Every method is called from an engine's own thread and must not block.
pub trait Observer: Send + Sync {
    /// The engine's loop has made a turn.
    fn beat(&self, _engine: usize) {}
    /// The engine is in another state.
    fn state(&self, _engine: usize, _state: EngineState) {}
    /// A record was handed over by poll.
    fn consumed(&self, _topic: &str, _bytes: u64) {}
    /// A record was delivered a second time, and dropped.
    fn redelivered(&self, _topic: &str) {}
    /// A consumer reported an error, by librdkafka's name for it.
    fn consumer_error(&self, _error: &str) {}
    /// Pages were deleted before they were read.
    fn offset_reset(&self, _topic: &str) {}
    /// The group did something with partitions of a stage; so many are owned now.
    fn rebalanced(&self, _engine: usize, _stage: StageName, _kind: RebalanceKind, _owned: usize) {}
    /// A transaction committed.
    fn committed(&self, _committed: &Committed<'_>) {}
    /// A transaction ended otherwise.
    fn not_committed(&self, _end: TransactionEnd) {}
    /// Records are read and prepared again.
    fn reworked(&self, _cause: Rework, _records: u64) {}
    /// Records and bytes between poll and commit.
    fn in_flight(&self, _engine: usize, _records: u64, _bytes: u64) {}
    /// Partitions that are paused, by the budget or by lagging inboxes.
    fn paused(&self, _engine: usize, _partitions: usize) {}
    /// A partition as it stands; called about once a second for each.
    fn partition(&self, _view: &PartitionView<'_>) {}
    /// A partition is no longer ours.
    fn forgotten(&self, _topic: &str, _stage: StageName, _partition: i32) {}
    /// The engine starts again with fresh clients.
    fn restarted(&self, _fenced: bool) {}
}

/// Watches nothing.
#[derive(Debug, Clone, Copy)]
pub struct Unobserved;

impl Observer for Unobserved {}
