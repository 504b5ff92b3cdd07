//! The series of a partition: they exist while it is ours, and go with it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use prometheus::{GaugeVec, IntCounterVec, IntGaugeVec};

use super::family::Families;
use super::{catalogue as of, gauge_of, now_seconds};
use crate::engine::{PartitionView, Trip};
use crate::stage::StageName;

/// Records wait and none was committed for so many seconds: no progress.
const STALLED: f64 = 60.0;

/// The partitions' families.
#[derive(Debug)]
pub struct PartitionMetrics {
    committed: IntGaugeVec,
    log_start: IntGaugeVec,
    lag_records: IntGaugeVec,
    lag_seconds: GaugeVec,
    last_progress: GaugeVec,
    checks: IntCounterVec,
    rows: IntGaugeVec,
    bytes: IntGaugeVec,
    breaker_open: IntGaugeVec,
    breaker_trips: IntCounterVec,
    /// The stages with tables.
    stateful: Vec<StageName>,
    /// Of each partition the offset committed when it was last looked at, and when that last moved. It outlives the
    /// assignment: an engine that starts again and again because no commit comes through makes no progress.
    progress: Mutex<HashMap<(StageName, i32), Progress>>,
}

#[derive(Debug, Clone, Copy)]
struct Progress {
    committed: i64,
    at: f64,
}

impl PartitionMetrics {
    pub(super) fn register(families: &Families<'_>) -> Result<Self, prometheus::Error> {
        let stateful = families.watching.stages.iter().filter(|watched| watched.is_stateful);
        Ok(Self {
            committed: families.gauges(&of::COMMITTED)?,
            log_start: families.gauges(&of::LOG_START)?,
            lag_records: families.gauges(&of::LAG_RECORDS)?,
            lag_seconds: families.seconds_by(&of::LAG_SECONDS)?,
            last_progress: families.seconds_by(&of::LAST_PROGRESS)?,
            checks: families.counters(&of::PROGRESS_CHECKS)?,
            rows: families.gauges(&of::ROWS)?,
            bytes: families.gauges(&of::STATE_BYTES)?,
            breaker_open: families.gauges(&of::BREAKER_OPEN)?,
            breaker_trips: families.counters(&of::BREAKER_TRIPS)?,
            stateful: stateful.map(|watched| watched.stage).collect(),
            progress: Mutex::default(),
        })
    }

    /// A partition as it stands.
    pub fn stands(&self, now: &PartitionView<'_>) {
        let clock = now_seconds();
        let partition = now.partition.to_string();
        let labels = [now.topic, partition.as_str()];
        let progress = self.progress(now, clock);
        self.committed.with_label_values(&labels).set(now.committed);
        self.last_progress.with_label_values(&labels).set(progress);
        self.breaker_open.with_label_values(&labels).set(i64::from(now.is_held));
        show(&self.log_start, &labels, now.log_start);
        show(&self.lag_records, &labels, now.lag_records);
        let lag_seconds = match (now.lag_records, now.waiting_since_ms) {
            (Some(0), _) => Some(0.0),
            (Some(_), Some(ms)) => Some((clock - ms as f64 / 1_000.0).max(0.0)),
            (None, _) | (_, None) => None,
        };
        match lag_seconds {
            Some(seconds) => self.lag_seconds.with_label_values(&labels).set(seconds),
            None => drop(self.lag_seconds.remove_label_values(&labels)),
        }
        let waits = now.lag_records.is_some_and(|lag| lag > 0);
        let result = if waits && clock - progress > STALLED { "bad" } else { "good" };
        self.checks.with_label_values(&[result]).inc();
        if self.stateful.contains(&now.stage) {
            let labels = [now.stage.0, partition.as_str()];
            self.rows.with_label_values(&labels).set(gauge_of(now.table.rows));
            self.bytes.with_label_values(&labels).set(gauge_of(now.table.bytes));
        }
    }

    /// A partition is held from now on.
    pub fn tripped(&self, topic: &str, trip: Trip) {
        self.breaker_trips.with_label_values(&[topic, trip.name()]).inc();
    }

    /// A partition is no longer ours: its series end.
    pub fn forgotten(&self, topic: &str, stage: StageName, partition: i32) {
        let partition = partition.to_string();
        let labels = [topic, partition.as_str()];
        let of_state = [stage.0, partition.as_str()];
        // A series that never began cannot be removed, and need not be.
        for gauge in [&self.committed, &self.log_start, &self.lag_records, &self.breaker_open] {
            drop(gauge.remove_label_values(&labels));
        }
        for gauge in [&self.lag_seconds, &self.last_progress] {
            drop(gauge.remove_label_values(&labels));
        }
        for gauge in [&self.rows, &self.bytes] {
            drop(gauge.remove_label_values(&of_state));
        }
    }

    /// When the partition last advanced or was caught up.
    fn progress(&self, now: &PartitionView<'_>, clock: f64) -> f64 {
        let fresh = Progress { committed: now.committed, at: clock };
        let mut all = self.lock();
        let known = all.entry((now.stage, now.partition)).or_insert(fresh);
        if known.committed != now.committed || now.lag_records == Some(0) {
            *known = fresh;
        }
        known.at
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(StageName, i32), Progress>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A figure that is not known has no series.
fn show(gauge: &IntGaugeVec, labels: &[&str], figure: Option<i64>) {
    match figure {
        Some(figure) => gauge.with_label_values(labels).set(figure),
        None => drop(gauge.remove_label_values(labels)),
    }
}
