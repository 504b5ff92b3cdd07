//! How transactions end, how long they take, and what they write.

use std::time::Duration;

use prometheus::{Gauge, Histogram, HistogramVec, IntCounterVec};

use super::family::Families;
use super::{PerEngine, catalogue as of, now_seconds};
use crate::engine::{TransactionEnd, TransactionPhases, Written};

/// The transactions' families.
#[derive(Debug)]
pub struct TransactionMetrics {
    ended: IntCounterVec,
    duration: Histogram,
    phase: HistogramVec,
    last_commit: Gauge,
    open_since: Gauge,
    open_since_ms: PerEngine,
    reinits: IntCounterVec,
    records: IntCounterVec,
    bytes: IntCounterVec,
}

impl TransactionMetrics {
    pub(super) fn register(families: &Families<'_>) -> Result<Self, prometheus::Error> {
        let timeout = families.seconds(&of::TRANSACTION_TIMEOUT)?;
        timeout.set(families.watching.transaction_timeout.as_secs_f64());
        Ok(Self {
            ended: families.counters(&of::TRANSACTIONS)?,
            duration: families.histogram(&of::TRANSACTION_TIME)?,
            phase: families.histograms(&of::PHASE_TIME)?,
            last_commit: families.seconds(&of::LAST_COMMIT)?,
            open_since: families.seconds(&of::OPEN_SINCE)?,
            open_since_ms: PerEngine::new(families.watching.engines),
            reinits: families.counters(&of::REINITS)?,
            records: families.counters(&of::WRITTEN)?,
            bytes: families.counters(&of::WRITTEN_BYTES)?,
        })
    }

    /// A transaction committed: so long it was open, so long the commit took, and this it wrote.
    pub fn committed(&self, duration: Duration, phases: TransactionPhases, written: &[Written]) {
        self.ended.with_label_values(&[TransactionEnd::Committed.name()]).inc();
        self.duration.observe(duration.as_secs_f64());
        let phases = [
            ("flush", phases.flush),
            ("send_offsets", phases.send_offsets),
            ("commit", phases.commit),
        ];
        for (phase, time) in phases {
            self.phase.with_label_values(&[phase]).observe(time.as_secs_f64());
        }
        self.last_commit.set(now_seconds());
        for Written { topic, records, bytes } in written {
            self.records.with_label_values(&[topic]).inc_by(*records);
            self.bytes.with_label_values(&[topic]).inc_by(*bytes);
        }
    }

    /// A transaction ended otherwise.
    pub fn not_committed(&self, end: TransactionEnd) {
        self.ended.with_label_values(&[end.name()]).inc();
    }

    /// When the open transaction of an engine began, in milliseconds since 1970.
    pub fn open(&self, engine: usize, since: Option<i64>) {
        let since = since.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0);
        self.open_since_ms.set(engine, since);
        let oldest = self.open_since_ms.all().filter(|ms| *ms > 0).min().unwrap_or(0);
        self.open_since.set(oldest as f64 / 1_000.0);
    }

    /// An engine began again.
    pub fn reinitialised(&self, fenced: bool) {
        let reason = if fenced { "fenced" } else { "indeterminate" };
        self.reinits.with_label_values(&[reason]).inc();
    }
}
