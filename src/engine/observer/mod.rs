//! What an engine tells about itself. It counts nothing: whoever watches does.

pub(super) mod client_view;
pub(super) mod state;

use std::sync::Arc;
use std::time::Duration;

use crate::engine::inbox::breaker::Trip;
use crate::record::Reason;
use crate::stage::{StageName, TableStats, Tally};
use client_view::ClientView;
use state::EngineState;

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
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Assign, Self::Revoke, Self::Lost];

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
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Committed, Self::Aborted, Self::Fenced, Self::Indeterminate];

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
    /// The engine ended before they were committed.
    Restart,
    /// Their partition is held, and they are read again once it is not.
    Held,
}

impl Rework {
    /// The word in labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Abort => "abort",
            Self::Rebalance => "rebalance",
            Self::Restart => "restart",
            Self::Held => "held",
        }
    }

    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Abort, Self::Rebalance, Self::Restart, Self::Held];
}

/// Why partitions are not read for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PauseReason {
    /// The byte budget is used up.
    Budget,
    /// The inboxes of this engine lag.
    InboxLag,
    /// Too many dead letters: held until the partition is assigned anew.
    Breaker,
    /// The engine is leaving.
    Drain,
}

impl PauseReason {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Budget, Self::InboxLag, Self::Breaker, Self::Drain];

    /// The word in labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::InboxLag => "inbox_lag",
            Self::Breaker => "breaker",
            Self::Drain => "drain",
        }
    }
}

/// The two functions of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// On a worker.
    Prepare,
    /// On the engine's own thread.
    Apply,
}

impl Step {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Prepare, Self::Apply];

    /// The word in labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Apply => "apply",
        }
    }
}

/// How long the parts of a commit took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TransactionPhases {
    /// Until the brokers had every record.
    pub flush: Duration,
    /// Until they had the offsets.
    pub send_offsets: Duration,
    /// Until they had ended the transaction.
    pub commit: Duration,
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
    /// What of that the commit took.
    pub phases: TransactionPhases,
    /// Records and bytes that were written, by topic.
    pub written: &'a [Written],
    /// The headers `traceparent` of its pages, of some of them where there are many.
    pub traces: &'a [String],
    /// Its dead letters.
    pub dead_letters: &'a [DeadLettered],
    /// Of each page: from its record's own timestamp to the commit, in milliseconds; never below nought.
    pub page_latencies_ms: &'a [i64],
}

/// What a transaction wrote to one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The topic.
    pub topic: String,
    /// Records.
    pub records: u64,
    /// Bytes of their keys and values.
    pub bytes: u64,
}

/// An input record that became a dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLettered {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// By which stage.
    pub stage: StageName,
    /// Why.
    pub reason: Reason,
    /// Where the record stands: its topic …
    pub topic: Arc<str>,
    /// … its partition …
    pub partition: i32,
    /// … and its offset.
    pub offset: i64,
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
    /// The least offset that the log still has, as far as it is known.
    pub log_start: Option<i64>,
    /// The timestamp of the oldest record that is not committed, or of the last one that is; in milliseconds since 1970.
    pub waiting_since_ms: Option<i64>,
    /// Whether the partition is held for too many dead letters.
    pub is_held: bool,
    /// How full its table is.
    pub table: TableStats,
}

/// Watches engines. Every method is called from an engine's own thread, or from one of the client library's, and must not
/// block.
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
    /// Pages were deleted before they were read: so many offsets.
    fn offset_reset(&self, _topic: &str, _lost: u64) {}
    /// The group did something with partitions of a stage; so many are owned now.
    fn rebalanced(&self, _engine: usize, _stage: StageName, _kind: RebalanceKind, _owned: usize) {}
    /// Whether a transaction's traces are of use.
    fn follows_traces(&self) -> bool {
        false
    }
    /// A transaction committed.
    fn committed(&self, _committed: &Committed<'_>) {}
    /// A transaction ended otherwise.
    fn not_committed(&self, _end: TransactionEnd) {}
    /// Records are read and prepared again.
    fn reworked(&self, _cause: Rework, _records: u64) {}
    /// Records and bytes between poll and commit.
    fn in_flight(&self, _engine: usize, _records: u64, _bytes: u64) {}
    /// Partitions that are not read now.
    fn paused(&self, _engine: usize, _reason: PauseReason, _partitions: usize) {}
    /// Since the last such word some partition was not read, for so long.
    fn was_paused(&self, _reason: PauseReason, _time: Duration) {}
    /// A partition is held from now on.
    fn tripped(&self, _topic: &str, _trip: Trip) {}
    /// A step of a stage has worked for so long.
    fn worked(&self, _stage: StageName, _step: Step, _records: u64, _time: Duration) {}
    /// When the open transaction began, in milliseconds since 1970.
    fn transaction_open(&self, _engine: usize, _since: Option<i64>) {}
    /// How a client stands; told every few seconds, while the engine waits for the brokers too.
    fn client(&self, _engine: usize, _view: &ClientView) {}
    /// A client reaches no broker; told at each attempt.
    fn no_broker(&self) {}
    /// An engine has given its clients back.
    fn clients_gone(&self, _engine: usize) {}
    /// A partition has been restored, in so long.
    fn restored(&self, _stage: StageName, _rows: u64, _time: Duration) {}
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
