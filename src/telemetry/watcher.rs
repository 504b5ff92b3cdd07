//! Watches engines: what they tell becomes metrics and health.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::spans::{Span, Spans};
use super::{Health, Metrics, Status};
use crate::engine::{
    ClientView, Committed, EngineState, Observer, PartitionView, PauseReason, RebalanceKind,
    Rework, Step, TransactionEnd, Trip,
};
use crate::stage::StageName;

/// A transaction that has just been committed.
fn span(committed: &Committed<'_>) -> Span {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let ns = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    Span {
        began_ns: ns(now.saturating_sub(committed.duration)),
        ended_ns: ns(now),
        records: committed.records,
        traces: committed.traces.to_vec(),
    }
}

/// Hands what engines tell to the metrics and to the health.
#[derive(Debug, Clone)]
pub struct Watcher {
    /// Counts it.
    pub metrics: Arc<Metrics>,
    /// Judges it.
    pub health: Arc<Health>,
    /// Remembers its dead letters.
    pub status: Arc<Status>,
    /// Sends spans, where they are wanted.
    pub spans: Option<Spans>,
}

impl Observer for Watcher {
    fn beat(&self, engine: usize) {
        self.health.beat(engine);
        self.metrics.consumer.polled(engine, self.health.age());
    }

    fn state(&self, engine: usize, state: EngineState) {
        let process = self.health.state(engine, state);
        self.metrics.group.state(process);
    }

    fn consumed(&self, topic: &str, bytes: u64) {
        self.metrics.consumer.consumed(topic, bytes);
    }

    fn redelivered(&self, topic: &str) {
        self.metrics.consumer.redelivered(topic);
    }

    fn consumer_error(&self, error: &str) {
        self.metrics.consumer.error(error);
    }

    fn offset_reset(&self, topic: &str, lost: u64) {
        self.metrics.consumer.offset_reset(topic, lost);
    }

    fn rebalanced(&self, engine: usize, stage: StageName, kind: RebalanceKind, owned: usize) {
        self.metrics.group.rebalanced(engine, stage, kind, owned);
    }

    fn follows_traces(&self) -> bool {
        self.spans.is_some()
    }

    fn committed(&self, committed: &Committed<'_>) {
        self.metrics.pipeline.committed(committed.tally, committed.records, committed.bytes);
        self.metrics.transaction.committed(committed.duration, committed.phases, committed.written);
        self.status.dead_lettered(committed.dead_letters);
        if let Some(spans) = self.spans.as_ref().filter(|_| !committed.traces.is_empty()) {
            spans.committed(span(committed));
        }
        for ms in committed.page_latencies_ms {
            self.metrics.pipeline.record_latency(*ms as f64 / 1_000.0);
        }
    }

    fn not_committed(&self, end: TransactionEnd) {
        self.metrics.transaction.not_committed(end);
    }

    fn reworked(&self, cause: Rework, records: u64) {
        self.metrics.pipeline.reprocessed(cause, records);
    }

    fn in_flight(&self, engine: usize, records: u64, bytes: u64) {
        self.metrics.pipeline.in_flight(engine, records, bytes);
    }

    fn paused(&self, engine: usize, reason: PauseReason, partitions: usize) {
        self.metrics.consumer.paused(engine, reason, partitions);
    }

    fn was_paused(&self, reason: PauseReason, time: Duration) {
        self.metrics.consumer.was_paused(reason, time);
    }

    fn tripped(&self, topic: &str, trip: Trip) {
        self.metrics.partition.tripped(topic, trip);
    }

    fn worked(&self, stage: StageName, step: Step, records: u64, time: Duration) {
        self.metrics.pipeline.worked(stage, step, records, time);
    }

    fn transaction_open(&self, engine: usize, since: Option<i64>) {
        self.metrics.transaction.open(engine, since);
    }

    fn client(&self, engine: usize, view: &ClientView) {
        self.metrics.client.stands(engine, view);
        if view.brokers.iter().any(|broker| broker.is_up) {
            self.health.broker_reached();
        }
    }

    fn no_broker(&self) {
        self.health.no_broker();
    }

    fn clients_gone(&self, engine: usize) {
        self.metrics.client.gone(engine);
    }

    fn restored(&self, stage: StageName, rows: u64, time: Duration) {
        self.metrics.group.restored(stage, rows, time);
    }

    fn partition(&self, view: &PartitionView<'_>) {
        self.metrics.partition.stands(view);
    }

    fn forgotten(&self, topic: &str, stage: StageName, partition: i32) {
        self.metrics.partition.forgotten(topic, stage, partition);
    }

    fn restarted(&self, fenced: bool) {
        self.metrics.transaction.reinitialised(fenced);
    }
}
