//! What a stage puts out, and what it counts: both become true when the transaction commits.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::record::{Decision, Reason, Warning};

use super::StageName;

/// The headers of a record, in their order.
pub type Headers = Vec<(String, Option<Vec<u8>>)>;

/// The page that caused an output; every output carries it in its headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// `topic/partition/offset`: the header `newsmill.origin`.
    pub origin: String,
    /// The trace context of the page (`traceparent`, `tracestate`, `baggage`), passed on.
    pub trace: Headers,
}

/// The topic that an output goes to; dead letters are the driver's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// `articles.normalized`.
    Articles,
    /// `stories.normalized`.
    Stories,
    /// `stories.canonical`.
    Canonical,
    /// `stories.sightings`.
    Sightings,
    /// The inbox of a stage.
    Inbox(StageName),
}

/// One record to be written. The driver chooses its partition: murmur2 of the key, as Kafka's default does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Where it goes.
    pub target: Target,
    /// Its key.
    pub key: Vec<u8>,
    /// Its value; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    /// What caused it.
    pub cause: Arc<Cause>,
    /// The header `newsmill.version`, on articles and their tombstones: the page time in milliseconds since 1970.
    pub version: Option<i64>,
}

/// How an input page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// An article record.
    Emitted,
    /// A tombstone.
    TakenDown,
    /// A dead letter.
    DeadLettered,
}

/// One thing that is counted once its transaction has committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// A page, by its end.
    Page(Outcome),
    /// A dead letter, by its reason and stage.
    DeadLetter(Reason, StageName),
    /// An occurrence of a story, by what was decided.
    Occurrence(Decision),
    /// A distinct related story published.
    StoryPublished,
    /// A doubt in an article record.
    Warned(Warning),
    /// A row that reached the end of its time to live.
    Expired(StageName),
}

/// Counts of one transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<Count, u64>);

impl Tally {
    /// Counts one.
    pub fn add(&mut self, count: Count) {
        *self.0.entry(count).or_default() += 1;
    }

    /// What was counted, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (Count, u64)> + '_ {
        self.0.iter().map(|(count, n)| (*count, *n))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// What `apply` fills and the driver empties.
#[derive(Debug, Default)]
pub struct Outbox {
    /// Records to be written, in their order.
    pub outputs: Vec<Output>,
    /// What to count when they are committed.
    pub tally: Tally,
}
