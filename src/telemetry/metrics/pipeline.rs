//! What became of what was read. Everything but what is in flight is counted when it is committed.

use std::time::Duration;

use prometheus::{CounterVec, Histogram, IntCounter, IntCounterVec, IntGauge};

use super::family::{Families, OTHER_SITES};
use super::{PerEngine, catalogue as of, gauge_of};
use crate::engine::{Rework, Step};
use crate::record::{CanonicalKind, Decision};
use crate::stage::{Count, Outcome, StageName, Tally};

/// The pipeline's, the stories' and the dead letters' families.
#[derive(Debug)]
pub struct PipelineMetrics {
    records: IntCounterVec,
    reprocessed: IntCounterVec,
    latency: Histogram,
    batch_records: Histogram,
    batch_bytes: Histogram,
    inflight_records: IntGauge,
    inflight_bytes: IntGauge,
    records_each: PerEngine,
    bytes_each: PerEngine,
    stage_busy: CounterVec,
    stage_records: IntCounterVec,
    warnings: IntCounterVec,
    decisions: IntCounterVec,
    published: IntCounter,
    settled: IntCounterVec,
    comparisons: IntCounter,
    text_missing: IntCounter,
    expired: IntCounterVec,
    evicted: IntCounterVec,
    lines: IntCounterVec,
    boundaries: IntCounterVec,
    lines_known: IntGauge,
    lines_evicted: IntGauge,
    dead_letters: IntCounterVec,
}

impl PipelineMetrics {
    pub(super) fn register(families: &Families<'_>) -> Result<Self, prometheus::Error> {
        let watching = families.watching;
        families.gauge(&of::INFLIGHT_LIMIT)?.set(gauge_of(watching.budget_bytes));
        let threads = families.gauges(&of::STAGE_WORKERS)?;
        for (step, count) in
            [(Step::Prepare, watching.workers), (Step::Apply, watching.engines as u64)]
        {
            threads.with_label_values(&[step.name()]).set(gauge_of(count));
        }
        Ok(Self {
            records: families.counters(&of::RECORDS)?,
            reprocessed: families.counters(&of::REPROCESSED)?,
            latency: families.histogram(&of::LATENCY)?,
            batch_records: families.histogram(&of::BATCH_RECORDS)?,
            batch_bytes: families.histogram(&of::BATCH_BYTES)?,
            inflight_records: families.gauge(&of::INFLIGHT_RECORDS)?,
            inflight_bytes: families.gauge(&of::INFLIGHT_BYTES)?,
            records_each: PerEngine::new(watching.engines),
            bytes_each: PerEngine::new(watching.engines),
            stage_busy: families.seconds_counters(&of::STAGE_BUSY)?,
            stage_records: families.counters(&of::STAGE_RECORDS)?,
            warnings: families.counters(&of::WARNINGS)?,
            decisions: families.counters(&of::DECISIONS)?,
            published: families.counter(&of::PUBLISHED)?,
            settled: families.counters(&of::SETTLED)?,
            comparisons: families.counter(&of::COMPARISONS)?,
            text_missing: families.counter(&of::TEXT_MISSING)?,
            expired: families.counters(&of::EXPIRED)?,
            evicted: families.counters(&of::EVICTED)?,
            lines: families.counters(&of::LINES)?,
            boundaries: families.counters(&of::BOUNDARIES)?,
            lines_known: families.gauge(&of::LINES_KNOWN)?,
            lines_evicted: families.gauge(&of::LINES_EVICTED)?,
            dead_letters: families.counters(&of::DEAD_LETTERS)?,
        })
    }

    /// A transaction of so many input records and bytes committed, and this is what its stages counted.
    pub fn committed(&self, tally: &Tally, records: u64, bytes: u64) {
        self.batch_records.observe(records as f64);
        self.batch_bytes.observe(bytes as f64);
        for (count, n) in tally.iter() {
            match count {
                Count::Page(outcome) => {
                    self.records.with_label_values(&[outcome_name(outcome)]).inc_by(n)
                }
                Count::DeadLetter(reason, stage) => {
                    self.dead_letters.with_label_values(&[reason.name(), stage.0]).inc_by(n);
                }
                Count::Occurrence(decision) => {
                    self.decisions.with_label_values(&[decision_name(decision)]).inc_by(n);
                }
                Count::StoryPublished => self.published.inc_by(n),
                Count::StoryTextMissing => self.text_missing.inc_by(n),
                Count::Warned(warning) => {
                    self.warnings.with_label_values(&[warning.name()]).inc_by(n)
                }
                Count::Settled(kind) => {
                    self.settled.with_label_values(&[kind_name(kind)]).inc_by(n)
                }
                Count::Compared => self.comparisons.inc_by(n),
                Count::Evicted(stage) => self.evicted.with_label_values(&[stage.0]).inc_by(n),
                Count::LineShown => self.lines.with_label_values(&["shown"]).inc_by(n),
                Count::LineForgotten => self.lines.with_label_values(&["forgotten"]).inc_by(n),
                Count::Boundary(decided, site) => {
                    let site = site.unwrap_or(OTHER_SITES);
                    self.boundaries.with_label_values(&[decided.name(), site]).inc_by(n);
                }
                Count::Expired(stage) => self.expired.with_label_values(&[stage.0]).inc_by(n),
            }
        }
    }

    /// So many lines are known, and so many had to be forgotten.
    pub fn lines(&self, known: u64, evicted: u64) {
        self.lines_known.set(gauge_of(known));
        self.lines_evicted.set(gauge_of(evicted));
    }

    /// So long it took from a page's record to the commit.
    pub fn record_latency(&self, seconds: f64) {
        self.latency.observe(seconds);
    }

    /// The work of so many records is done again.
    pub fn reprocessed(&self, cause: Rework, records: u64) {
        self.reprocessed.with_label_values(&[cause.name()]).inc_by(records);
    }

    /// A step of a stage has done so many records, in so long.
    pub fn worked(&self, stage: StageName, step: Step, records: u64, time: Duration) {
        let labels = [stage.0, step.name()];
        self.stage_busy.with_label_values(&labels).inc_by(time.as_secs_f64());
        self.stage_records.with_label_values(&labels).inc_by(records);
    }

    /// So much of an engine is between poll and commit.
    pub fn in_flight(&self, engine: usize, records: u64, bytes: u64) {
        self.inflight_records.set(gauge_of(self.records_each.set(engine, records)));
        self.inflight_bytes.set(gauge_of(self.bytes_each.set(engine, bytes)));
    }
}

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Emitted => "emitted",
        Outcome::TakenDown => "taken_down",
        Outcome::DeadLettered => "dead_lettered",
    }
}

fn decision_name(decision: Decision) -> &'static str {
    match decision {
        Decision::New => "new",
        Decision::Exact => "exact",
    }
}

fn kind_name(kind: CanonicalKind) -> &'static str {
    match kind {
        CanonicalKind::Itself => "self",
        CanonicalKind::Duplicate => "duplicate",
        CanonicalKind::Near => "near",
    }
}
