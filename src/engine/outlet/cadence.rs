//! When to commit: at once when there is nothing to wait for, else by time, records or bytes (kafka-client §10).

use std::time::{Duration, Instant};

/// After a transaction the coordinator is still writing its markers. Whoever begins the next one meanwhile is told to
/// try again, and the client library does so 20 ms later: a third of all transactions, at 200 pages a second.
const REST: Duration = Duration::from_millis(5);

/// The limits of one transaction.
#[derive(Debug, Clone, Copy)]
pub struct CommitLimits {
    /// The least time from the first record to the commit, while queues are short.
    pub interval_min: Duration,
    /// The greatest time from the first record to the commit.
    pub interval_max: Duration,
    /// Pages and messages between stages.
    pub max_records: u64,
    /// Bytes of both.
    pub max_bytes: u64,
}

/// What the open transaction holds so far.
#[derive(Debug)]
pub struct Cadence {
    limits: CommitLimits,
    rests_until: Option<Instant>,
    first: Option<Instant>,
    records: u64,
    bytes: u64,
}

impl Cadence {
    /// An empty transaction.
    #[must_use]
    pub fn new(limits: CommitLimits) -> Self {
        Self { limits, rests_until: None, first: None, records: 0, bytes: 0 }
    }

    /// Pages or messages were applied, of so many bytes.
    pub fn applied(&mut self, now: Instant, records: u64, bytes: u64) {
        self.first.get_or_insert(now);
        self.records += records;
        self.bytes += bytes;
    }

    /// The transaction ended.
    pub fn reset(&mut self, now: Instant) {
        *self = Self { rests_until: Some(now + REST), ..Self::new(self.limits) };
    }

    /// How long until a transaction may begin.
    #[must_use]
    pub fn rest(&self, now: Instant) -> Duration {
        self.rests_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    /// How old the open transaction is.
    #[must_use]
    pub fn age(&self, now: Instant) -> Duration {
        self.first.map_or(Duration::ZERO, |first| now.saturating_duration_since(first))
    }

    /// Whether to commit now. `idle`: nothing is waiting to be prepared or applied.
    #[must_use]
    pub fn is_due(&self, now: Instant, idle: bool) -> bool {
        self.wait(now, idle).is_some_and(|wait| wait.is_zero())
            || self.records >= self.limits.max_records
            || self.bytes >= self.limits.max_bytes
    }

    /// How long until a commit is due if nothing else happens; `None` while there is nothing to commit.
    #[must_use]
    pub fn wait(&self, now: Instant, idle: bool) -> Option<Duration> {
        let interval = if idle { self.limits.interval_min } else { self.limits.interval_max };
        self.first.map(|first| interval.saturating_sub(now.saturating_duration_since(first)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: CommitLimits = CommitLimits {
        interval_min: Duration::from_millis(10),
        interval_max: Duration::from_millis(200),
        max_records: 100,
        max_bytes: 1_000,
    };

    #[test]
    fn nothing_applied_is_never_due() {
        let now = Instant::now();
        let cadence = Cadence::new(LIMITS);
        assert!(!cadence.is_due(now + Duration::from_secs(9), true));
        assert_eq!(cadence.wait(now, true), None);
    }

    #[test]
    fn an_idle_engine_commits_after_the_least_interval_and_a_busy_one_after_the_greatest() {
        let now = Instant::now();
        let mut cadence = Cadence::new(LIMITS);
        cadence.applied(now, 1, 10);
        let later = now + Duration::from_millis(10);
        assert!(cadence.is_due(later, true));
        assert!(!cadence.is_due(later, false));
        assert_eq!(cadence.wait(later, false), Some(Duration::from_millis(190)));
        assert!(cadence.is_due(now + Duration::from_millis(200), false));
    }

    #[test]
    fn many_records_or_bytes_are_due_at_once() {
        let now = Instant::now();
        let mut cadence = Cadence::new(LIMITS);
        cadence.applied(now, 100, 10);
        assert!(cadence.is_due(now, false));
        cadence.reset(now);
        cadence.applied(now, 1, 1_000);
        assert!(cadence.is_due(now, false));
    }

    #[test]
    fn a_transaction_begins_when_the_markers_of_the_one_before_have_had_their_time() {
        let now = Instant::now();
        let mut cadence = Cadence::new(LIMITS);
        assert!(cadence.rest(now).is_zero(), "the first one has none before it");
        cadence.reset(now);
        assert_eq!(cadence.rest(now), REST);
        assert!(cadence.rest(now + REST).is_zero());
    }
}
