//! Watches engines from a thread of its own: client calls can block far beyond their time-outs, and then only the end of
//! the process helps, and a replay.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::engine::stop::Stop;

/// How often the watchdog looks.
const LOOK: Duration = Duration::from_millis(500);
/// An abort that takes longer than this is stuck in a client call.
pub(super) const ABORT_TIMEOUT: Duration = Duration::from_secs(5);
/// What becomes of what an engine leaves behind.
const OPEN: &str =
    "leaving with the transaction open: it is aborted by its time-out or by our successor";
/// Everything is committed.
const DONE: i32 = 0;
/// What was not committed is done again, by our successor or by others.
const TRY_AGAIN: i32 = 75;

/// The signs of life of one engine, read by the watchdog.
#[derive(Debug)]
pub(super) struct Pulse {
    born: Instant,
    beat_ms: AtomicU64,
    progress_ms: AtomicU64,
    has_drained: AtomicBool,
}

impl Pulse {
    pub(super) fn new() -> Self {
        Self {
            born: Instant::now(),
            beat_ms: AtomicU64::new(0),
            progress_ms: AtomicU64::new(0),
            has_drained: AtomicBool::new(false),
        }
    }

    /// The loop has made a turn. Where nothing is in flight there is nothing to make progress with.
    pub(super) fn beat(&self, in_flight: bool) {
        let now = self.now_ms();
        self.beat_ms.store(now, Ordering::Release);
        if !in_flight {
            self.progress_ms.store(now, Ordering::Release);
        }
    }

    /// A chunk was applied, or a transaction ended.
    pub(super) fn progress(&self) {
        self.progress_ms.store(self.now_ms(), Ordering::Release);
    }

    /// A client reaches no broker. A call that waits for one is no stall, however long that takes: offsets that are on their way
    /// into a transaction when the brokers go are waited for until they are back (librdkafka's `rd_kafka_coord_req`).
    pub(super) fn without_brokers(&self) {
        self.beat(false);
    }

    /// Everything finished is committed; only the leaving is left.
    pub(super) fn drained(&self) {
        self.has_drained.store(true, Ordering::Release);
    }

    /// How long the engine has shown no life, or no progress.
    fn silence(&self) -> Duration {
        let last =
            self.beat_ms.load(Ordering::Acquire).min(self.progress_ms.load(Ordering::Acquire));
        Duration::from_millis(self.now_ms().saturating_sub(last))
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// What it watches, and the times that it grants.
pub(super) struct Watchdog {
    /// The engines by their numbers.
    pub(super) pulses: Vec<(usize, Arc<Pulse>)>,
    /// The longest that an engine may show no life or no progress.
    pub(super) watchdog_timeout: Duration,
    /// The longest that a drain may take.
    pub(super) drain_timeout: Duration,
    /// The longest that an abort may take.
    pub(super) abort_timeout: Duration,
    /// The word that ends engines.
    pub(super) stop: Arc<Stop>,
}

impl Watchdog {
    /// Looks until all engines have ended; ends the process where one of them does not.
    pub(super) fn watch(&self, all_ended: &AtomicBool) {
        let tick = crossbeam_channel::tick(LOOK);
        while !all_ended.load(Ordering::Acquire) {
            tick.recv().ok();
            if let Some(code) = self.verdict() {
                leave(code);
            }
        }
    }

    /// The code to leave with, where it is time.
    fn verdict(&self) -> Option<i32> {
        let is_over = |age: Option<Duration>, limit: Duration| age.is_some_and(|age| age > limit);
        if is_over(self.stop.aborting_for(), self.abort_timeout) {
            tracing::error!(event = "abort_timed_out", "{OPEN}");
            return Some(TRY_AGAIN);
        }
        if is_over(self.stop.draining_for(), self.drain_timeout) {
            return Some(self.drain_is_over());
        }
        let (engine, pulse) =
            self.pulses.iter().find(|(_, pulse)| pulse.silence() > self.watchdog_timeout)?;
        tracing::error!(event = "watchdog", engine, silence = ?pulse.silence(),
            "an engine shows no life: the process ends, and what was not committed is done again");
        Some(TRY_AGAIN)
    }

    /// The brokers may take longer to let a member go than there is time: where everything is committed, nothing is
    /// left to wait for.
    fn drain_is_over(&self) -> i32 {
        if self.pulses.iter().all(|(_, pulse)| pulse.has_drained.load(Ordering::Acquire)) {
            tracing::warn!(
                event = "leave_timed_out",
                "everything is committed; the group notices by itself that we are gone"
            );
            return DONE;
        }
        tracing::error!(event = "drain_timed_out", "{OPEN}");
        TRY_AGAIN
    }
}

#[expect(clippy::exit, reason = "a thread that is stuck in a client call can't be joined")]
fn leave(code: i32) {
    std::process::exit(code);
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG_AGO: Duration = Duration::from_secs(100);

    /// An engine that was born long ago and has shown no life since.
    fn silent() -> Pulse {
        let born = Instant::now().checked_sub(LONG_AGO).unwrap();
        Pulse { born, ..Pulse::new() }
    }

    fn watchdog(engine: Pulse) -> Watchdog {
        Watchdog {
            pulses: vec![(0, Arc::new(Pulse::new())), (1, Arc::new(engine))],
            watchdog_timeout: LONG_AGO / 2,
            drain_timeout: Duration::ZERO,
            abort_timeout: Duration::ZERO,
            stop: Arc::new(Stop::default()),
        }
    }

    #[test]
    fn an_engine_that_shows_no_life_ends_the_process() {
        assert_eq!(watchdog(silent()).verdict(), Some(TRY_AGAIN));
    }

    #[test]
    fn an_engine_that_polls_but_makes_no_progress_with_what_it_has_ends_the_process() {
        let stuck = silent();
        stuck.beat(true);
        assert_eq!(watchdog(stuck).verdict(), Some(TRY_AGAIN));
        let working = silent();
        working.beat(true);
        working.progress();
        assert_eq!(watchdog(working).verdict(), None);
    }

    #[test]
    fn an_engine_that_polls_and_has_nothing_to_do_lives() {
        let idle = silent();
        idle.beat(false);
        assert_eq!(watchdog(idle).verdict(), None);
    }

    #[test]
    fn a_drain_that_takes_too_long_ends_in_good_order_only_where_everything_is_committed() {
        let watchdog = watchdog(Pulse::new());
        assert_eq!(watchdog.verdict(), None, "nobody has said stop");
        watchdog.stop.drain();
        assert_eq!(watchdog.verdict(), Some(TRY_AGAIN));
        watchdog.pulses.iter().for_each(|(_, pulse)| pulse.drained());
        assert_eq!(watchdog.verdict(), Some(DONE));
    }

    #[test]
    fn an_abort_that_is_stuck_does_not_get_the_time_of_a_drain() {
        let watchdog = Watchdog { drain_timeout: LONG_AGO, ..watchdog(Pulse::new()) };
        watchdog.stop.drain();
        assert_eq!(watchdog.verdict(), None);
        watchdog.stop.abort();
        assert_eq!(watchdog.verdict(), Some(TRY_AGAIN));
    }
}
