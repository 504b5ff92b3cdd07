//! How the work is spread over threads, and the times that must fit into each other.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::reader::Reader;
use super::value::{Bytes, show_duration};

/// The section `[engine]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    /// Engines in this process: each a consumer, a producer and the tables of its partitions.
    pub engines: NonZeroUsize,
    /// Worker threads of each engine.
    pub workers: NonZeroUsize,
    /// Bytes of records between poll and commit, of the whole process; an engine has its part of it.
    pub memory_budget: usize,
    /// How long a transaction stays open after its first record while queues are short.
    pub commit_interval_min: Duration,
    /// How long it stays open at most.
    pub commit_interval_max: Duration,
    /// Input records of one transaction, at most.
    pub transaction_max_records: NonZeroUsize,
    /// Output bytes of one transaction, at most.
    pub transaction_max_bytes: usize,
    /// After so long without a heartbeat the group gives the partitions to others.
    pub session_timeout: Duration,
    /// After so long without a poll the client leaves the group.
    pub max_poll_interval: Duration,
    /// After so long the broker aborts an open transaction, which holds readers back until then.
    pub transaction_timeout: Duration,
    /// How long a shutdown finishes work before it aborts.
    pub drain_timeout: Duration,
    /// An engine that neither polls nor progresses for so long ends the process.
    pub watchdog_timeout: Duration,
    /// Bytes that the client library fetches ahead, of each engine.
    pub prefetch_bytes: usize,
    /// Bytes of one fetch, at most.
    pub fetch_bytes: usize,
}

/// Below it the client starves between fetches (measured: a third of the rate at 2 MiB).
const PREFETCH_MIN: Bytes = Bytes::mib(8);

/// Kafka's limit for `session.timeout.ms` and the brokers' default for `transaction.max.timeout.ms`.
const SESSION_MAX: Duration = Duration::from_secs(30 * 60);
const TRANSACTION_MAX: Duration = Duration::from_secs(15 * 60);

/// More than any machine has cores for.
const THREADS_MAX: usize = 1024;

impl Engine {
    /// Bytes between poll and commit of one engine.
    #[must_use]
    pub fn budget_of_an_engine(&self) -> usize {
        self.memory_budget / self.engines
    }

    pub(super) fn read(keys: &mut Reader<'_>, cores: NonZeroUsize) -> Self {
        let (engines, workers) = spread(cores);
        let engines = few_threads(keys, "engine.engines", engines);
        let workers = few_threads(keys, "engine.workers", workers);
        let secs = Duration::from_secs;
        let ms = Duration::from_millis;
        let engine = Self {
            engines,
            workers,
            memory_budget: keys.key("engine.memory_budget", Bytes::mib(64 * engines.get())).0,
            commit_interval_min: keys.key("engine.commit_interval_min", ms(1)),
            commit_interval_max: keys.key("engine.commit_interval_max", ms(200)),
            transaction_max_records: keys
                .key("engine.transaction_max_records", NonZeroUsize::MIN.saturating_add(4_999)),
            transaction_max_bytes: keys.key("engine.transaction_max_bytes", Bytes::mib(16)).0,
            session_timeout: keys.key("engine.session_timeout", secs(45)),
            max_poll_interval: keys.key("engine.max_poll_interval", secs(300)),
            transaction_timeout: keys.key("engine.transaction_timeout", secs(30)),
            drain_timeout: keys.key("engine.drain_timeout", secs(20)),
            watchdog_timeout: keys.key("engine.watchdog_timeout", secs(120)),
            prefetch_bytes: keys.key("engine.prefetch_bytes", Bytes::mib(32)).0,
            fetch_bytes: keys.key("engine.fetch_bytes", Bytes::mib(16)).0,
        };
        engine.validate_times(keys);
        engine.validate_sizes(keys);
        engine
    }

    /// The chain of times: each must fit into the next, or a safeguard fires in normal operation.
    #[rustfmt::skip]
    fn validate_times(&self, keys: &mut Reader<'_>) {
        let commit_min = ("engine.commit_interval_min", self.commit_interval_min);
        let commit_max = ("engine.commit_interval_max", self.commit_interval_max);
        let drain = ("engine.drain_timeout", self.drain_timeout);
        let session = ("engine.session_timeout", self.session_timeout);
        let poll = ("engine.max_poll_interval", self.max_poll_interval);
        let transaction = ("engine.transaction_timeout", self.transaction_timeout);
        let watchdog = ("engine.watchdog_timeout", self.watchdog_timeout);
        let chain = [
            (commit_min, commit_max, "a transaction is held open at most so long"),
            (commit_max, drain, "a shutdown has to finish the open transaction"),
            (commit_max, transaction, "the broker would abort every transaction"),
            (drain, session, "the group would give the partitions away during a shutdown"),
            (session, poll, "the client library refuses it"),
            (transaction, watchdog, "the watchdog would end the process in a commit that the broker still waits for"),
            (watchdog, poll, "the group would give the partitions away before the watchdog sees it"),
            (session, ("what brokers take", SESSION_MAX), "they refuse such a session"),
            (transaction, ("what brokers take by default", TRANSACTION_MAX), "they refuse such a transaction"),
        ];
        for ((key, shorter), (bound, longer), reason) in chain {
            if shorter > longer {
                let (shorter, longer) = (show_duration(shorter), show_duration(longer));
                keys.refuse(key, format!("is {shorter}, which is more than {bound} ({longer}): {reason}; lower it"));
            }
        }
        for (key, duration) in [commit_max, drain, session, transaction, watchdog] {
            if duration < Duration::from_millis(1) {
                keys.refuse(key, "is nought; write a longer time");
            }
        }
    }

    fn validate_sizes(&self, keys: &mut Reader<'_>) {
        if self.prefetch_bytes < PREFETCH_MIN.0 {
            keys.refuse(
                "engine.prefetch_bytes",
                format!("is less than {PREFETCH_MIN}: the client would starve; raise it"),
            );
        }
        if self.prefetch_bytes > 2_097_151 << 10 {
            keys.refuse(
                "engine.prefetch_bytes",
                "is more than the client library takes, 2047 MiB; lower it",
            );
        }
        if !(1 << 10..=i32::MAX as usize).contains(&self.fetch_bytes) {
            keys.refuse("engine.fetch_bytes", "is not between 1 KiB and 2047 MiB");
        }
        if self.transaction_max_bytes < 1 << 20 {
            keys.refuse(
                "engine.transaction_max_bytes",
                "is less than 1 MiB, one large record; raise it",
            );
        }
    }
}

/// A number of threads, which is not a size by mistake.
fn few_threads(keys: &mut Reader<'_>, key: &'static str, default: NonZeroUsize) -> NonZeroUsize {
    let threads = keys.key(key, default);
    if threads.get() > THREADS_MAX {
        keys.refuse(key, format!("is more than {THREADS_MAX} threads; lower it"));
        return default;
    }
    threads
}

/// How many engines, and how many workers each: one engine a broker thread's worth of compression (measured at about
/// eight cores), three quarters of the cores for stateless work, the rest for the client library's own threads.
fn spread(cores: NonZeroUsize) -> (NonZeroUsize, NonZeroUsize) {
    let engines = NonZeroUsize::new(cores.get().div_ceil(8)).unwrap_or(NonZeroUsize::MIN);
    if cores.get() <= 2 {
        return (engines, cores);
    }
    let workers = NonZeroUsize::new(cores.get() * 3 / 4 / engines).unwrap_or(NonZeroUsize::MIN);
    (engines, workers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_and_workers_follow_from_the_cores() {
        let table =
            [(1, 1, 1), (2, 1, 2), (4, 1, 3), (8, 1, 6), (16, 2, 6), (32, 4, 6), (64, 8, 6)];
        for (cores, engines, workers) in table {
            let (e, w) = spread(NonZeroUsize::new(cores).unwrap());
            assert_eq!((e.get(), w.get()), (engines, workers), "{cores} cores");
        }
    }
}
