//! What became of what was read. Everything but what is in flight is counted when it is committed.

use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge};

use super::family::{BYTES, COUNTS, END_TO_END, Families};
use super::{PerEngine, Watched, gauge_of};
use crate::record::{CanonicalKind, Decision, Reason, Warning};
use crate::stage::{Count, Outcome, Tally};

/// The pipeline's, the deduplication's and the dead letters' families.
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
    warnings: IntCounterVec,
    decisions: IntCounterVec,
    published: IntCounter,
    settled: IntCounterVec,
    comparisons: IntCounter,
    text_missing: IntCounter,
    expired: IntCounterVec,
    evicted: IntCounterVec,
    dead_letters: IntCounterVec,
}

impl PipelineMetrics {
    pub(super) fn register(
        families: &Families<'_>,
        engines: usize,
        stages: &[Watched],
    ) -> Result<Self, prometheus::Error> {
        let metrics = Self {
            records: families.counters("newsmill_records_total", "Pages by their end: an article record, a tombstone, a dead letter. Counted when committed.", &["outcome"])?,
            reprocessed: families.counters("newsmill_records_reprocessed_total", "Records whose work was done again, by cause.", &["cause"])?,
            latency: families.histogram("newsmill_record_e2e_latency_seconds", "From the timestamp of a page's record to the commit of what came of it, in seconds.", END_TO_END)?,
            batch_records: families.histogram("newsmill_batch_records", "Input records of a committed transaction.", COUNTS)?,
            batch_bytes: families.histogram("newsmill_batch_bytes", "Input bytes of a committed transaction.", BYTES)?,
            inflight_records: families.gauge("newsmill_inflight_records", "Records that were polled and are not yet committed.")?,
            inflight_bytes: families.gauge("newsmill_inflight_bytes", "Bytes of the records that were polled and are not yet committed.")?,
            records_each: PerEngine::new(engines),
            bytes_each: PerEngine::new(engines),
            warnings: families.counters("newsmill_page_warnings_total", "Doubts in article records, by the closed list of warnings.", &["warning"])?,
            decisions: families.counters("newsmill_dedupe_decisions_total", "Occurrences of stories, by what was decided.", &["decision"])?,
            published: families.counter("newsmill_stories_published_total", "Distinct related stories published.")?,
            settled: families.counters("newsmill_dedupe_canonical_changes_total", "Canonical stories that changed after publication, by what the story is to its canonical one now.", &["kind"])?,
            comparisons: families.counter("newsmill_dedupe_comparisons_total", "Pairs of stories that were compared.")?,
            evicted: families.counters("newsmill_dedupe_evictions_total", "Stories that left a full bucket: near-duplicates of theirs that come later may be missed.", &["stage"])?,
            text_missing: families.counter("newsmill_story_text_missing_total", "Occurrences of stories to be published whose text was not at hand: a bug; the next one with its text publishes the story.")?,
            expired: families.counters("newsmill_state_expired_rows_total", "Rows that reached the end of their time to live.", &["stage"])?,
            dead_letters: families.counters("newsmill_dead_letter_records_total", "Dead letters, by reason and stage.", &["reason", "stage"])?,
        };
        for outcome in [Outcome::Emitted, Outcome::TakenDown, Outcome::DeadLettered] {
            metrics.records.with_label_values(&[outcome_name(outcome)]).reset();
        }
        for cause in ["abort", "rebalance"] {
            metrics.reprocessed.with_label_values(&[cause]).reset();
        }
        for decision in [Decision::New, Decision::Exact] {
            metrics.decisions.with_label_values(&[decision_name(decision)]).reset();
        }
        for kind in [CanonicalKind::Itself, CanonicalKind::Near, CanonicalKind::Duplicate] {
            metrics.settled.with_label_values(&[kind_name(kind)]).reset();
        }
        for watched in stages {
            let stage = watched.stage.0;
            if watched.is_stateful {
                metrics.expired.with_label_values(&[stage]).reset();
                metrics.evicted.with_label_values(&[stage]).reset();
                metrics.dead_letters.with_label_values(&[Reason::Panic.name(), stage]).reset();
            } else {
                for reason in Reason::ALL {
                    metrics.dead_letters.with_label_values(&[reason.name(), stage]).reset();
                }
            }
        }
        Ok(metrics)
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
                    self.warnings.with_label_values(&[&warning_name(warning)]).inc_by(n)
                }
                Count::Settled(kind) => {
                    self.settled.with_label_values(&[kind_name(kind)]).inc_by(n)
                }
                Count::Compared => self.comparisons.inc_by(n),
                Count::Evicted(stage) => self.evicted.with_label_values(&[stage.0]).inc_by(n),
                Count::Expired(stage) => self.expired.with_label_values(&[stage.0]).inc_by(n),
            }
        }
    }

    /// So long it took from a page's record to the commit.
    pub fn record_latency(&self, seconds: f64) {
        self.latency.observe(seconds);
    }

    /// The work of so many records is done again.
    pub fn reprocessed(&self, cause: &str, records: u64) {
        self.reprocessed.with_label_values(&[cause]).inc_by(records);
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

/// The word of the record format, which is the label too.
fn warning_name(warning: Warning) -> String {
    let word = serde_json::to_value(warning).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
