//! What a stage puts out, and what it counts: both become true when the transaction commits.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::record::{CanonicalKind, Decision, Origin, Reason, Warning};

use super::StageName;

/// The headers of a record, in their order.
pub type Headers = Vec<(String, Option<Vec<u8>>)>;

/// Header of every output: `topic/partition/offset` of the page that caused it.
pub const ORIGIN_HEADER: &str = "newsmill.origin";

/// Header of articles and their tombstones: the page time in milliseconds since 1970, as digits.
pub const VERSION_HEADER: &str = "newsmill.version";

/// Headers that are passed on from the page to all that it causes (W3C Trace Context and Baggage).
const TRACE_HEADERS: [&str; 3] = ["traceparent", "tracestate", "baggage"];

/// The first of each is passed on, of at most so many bytes: what every platform passes on of a baggage (W3C Baggage,
/// 3.3.2), and far more than a trace context has. A page causes hundreds of records: whatever it brings is multiplied.
const TRACE_BYTES: usize = 8_192;

/// The page that caused an output; every output carries it in its headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// `topic/partition/offset`: the header `newsmill.origin`.
    pub origin: String,
    /// The trace context of the page (`traceparent`, `tracestate`, `baggage`), passed on.
    pub trace: Headers,
}

impl Cause {
    /// The cause of what follows from the page that stood there. `headers` are those of the record at hand: the page
    /// itself, or an inbox message that it caused.
    #[must_use]
    pub fn new(origin: &Origin<'_>, headers: &[(String, Option<Vec<u8>>)]) -> Self {
        Self { origin: origin.to_string(), trace: trace_of(headers) }
    }

    /// The cause of what follows from a message whose headers name the page that caused it: all of ours do.
    #[must_use]
    pub fn passed_on(headers: &[(String, Option<Vec<u8>>)]) -> Self {
        let origin = headers.iter().find(|(name, _)| name == ORIGIN_HEADER);
        let origin = origin.and_then(|(_, value)| value.as_deref()).unwrap_or_default();
        // It is written by us: UTF-8.
        let origin = std::str::from_utf8(origin).unwrap_or_default();
        Self { origin: origin.to_owned(), trace: trace_of(headers) }
    }

    /// Bytes of the names and values that it puts into headers.
    #[must_use]
    pub fn header_bytes(&self) -> usize {
        let of_trace = |(name, value): &(String, Option<Vec<u8>>)| {
            name.len() + value.as_ref().map_or(0, Vec::len)
        };
        let trace: usize = self.trace.iter().map(of_trace).sum();
        ORIGIN_HEADER.len() + self.origin.len() + trace
    }
}

fn trace_of(headers: &[(String, Option<Vec<u8>>)]) -> Headers {
    let first = |name| headers.iter().find(|(known, _)| known == name);
    let fits =
        |(_, value): &&(_, Option<Vec<u8>>)| value.as_ref().map_or(0, Vec::len) <= TRACE_BYTES;
    TRACE_HEADERS.into_iter().filter_map(first).filter(fits).cloned().collect()
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
    /// What is known of lines, for every process.
    Starts,
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
    /// The end of the value that a receiver keeps for two days of stream time at least.
    pub kept: Option<KeptPart>,
}

/// The end of a value that its receiver keeps: a driver may leave it out where the same key went with it, in order, not
/// long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptPart {
    /// Where in the value it begins.
    pub from: usize,
    /// The page time in milliseconds since 1970.
    pub page_time: i64,
}

impl Output {
    /// Hands over the headers in their order: `newsmill.origin`, `newsmill.version` where there is one, the trace.
    pub fn headers<'a>(&'a self, each: &mut dyn FnMut(&'a str, Option<&[u8]>)) {
        each(ORIGIN_HEADER, Some(self.cause.origin.as_bytes()));
        if let Some(version) = self.version {
            each(VERSION_HEADER, Some(version.to_string().as_bytes()));
        }
        for (name, value) in &self.cause.trace {
            each(name, value.as_deref());
        }
    }
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
    /// A story to be published, and its text not at hand: a bug. The next occurrence that brings it publishes it.
    StoryTextMissing,
    /// A doubt in an article record.
    Warned(Warning),
    /// A row that reached the end of its time to live.
    Expired(StageName),
    /// A canonical story that has changed after publication, by what the story is to it now.
    Settled(CanonicalKind),
    /// Two stories that were compared.
    Compared,
    /// A story that left a full bucket.
    Evicted(StageName),
    /// A line of which pages have shown what it is, or are showing something else now.
    LineShown,
    /// A line of which that is no longer known.
    LineForgotten,
    /// Where a story begins in a block, or does not, by what decided it, and the page's site where that has rules of its
    /// own in the layouts.
    Boundary(Decided, Option<&'static str>),
}

/// What decided where a story begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decided {
    /// The page alone.
    Score,
    /// Other pages, and the page alone says so too.
    Pages,
    /// Other pages: it begins here, against the page alone.
    PagesAdd,
    /// Other pages: none begins here, against the page alone.
    PagesRemove,
}

impl Decided {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Score, Self::Pages, Self::PagesAdd, Self::PagesRemove];

    /// The word in labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Score => "page",
            Self::Pages => "pages",
            Self::PagesAdd => "added",
            Self::PagesRemove => "removed",
        }
    }
}

/// Counts of one transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<Count, u64>);

impl Tally {
    /// Counts one.
    pub fn add(&mut self, count: Count) {
        self.add_n(count, 1);
    }

    /// Counts so many; none leaves no trace.
    pub fn add_n(&mut self, count: Count, n: u64) {
        if n > 0 {
            *self.0.entry(count).or_default() += n;
        }
    }

    /// Counts an input page that became a dead letter, under both heads.
    pub fn add_dead_letter(&mut self, reason: Reason, stage: StageName) {
        self.add(Count::Page(Outcome::DeadLettered));
        self.add(Count::DeadLetter(reason, stage));
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        for (count, n) in other.iter() {
            self.add_n(count, n);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_passed_on_once_and_only_as_long_as_traces_are() {
        let header = |name: &str, value: &[u8]| (name.to_owned(), Some(value.to_vec()));
        let mut headers = vec![header("traceparent", b"00-1"), header("baggage", b"a=1")];
        let passed_on = trace_of(&headers);
        assert_eq!(passed_on, headers);
        for _ in 0..10_000 {
            headers.push(header("traceparent", b"00-2"));
        }
        headers.push(header("tracestate", &[b'x'; TRACE_BYTES + 1]));
        headers.push(header("cookie", b"no trace"));
        assert_eq!(trace_of(&headers), passed_on);
    }
}
