//! How transactions end, and how long they take.

use std::time::Duration;

use prometheus::{Gauge, Histogram, HistogramVec, IntCounterVec};

use super::family::{Families, IO};
use super::now_seconds;

/// The transactions' families.
#[derive(Debug)]
pub struct TransactionMetrics {
    ended: IntCounterVec,
    duration: Histogram,
    phase: HistogramVec,
    last_commit: Gauge,
    reinits: IntCounterVec,
}

const OUTCOMES: [&str; 4] = ["committed", "aborted", "fenced", "indeterminate"];

impl TransactionMetrics {
    pub(super) fn register(families: &Families<'_>) -> Result<Self, prometheus::Error> {
        let metrics = Self {
            ended: families.counters(
                "newsmill_transactions_total",
                "Transactions, by how they ended.",
                &["outcome"],
            )?,
            duration: families.histogram(
                "newsmill_transaction_duration_seconds",
                "From the first record of a transaction to the answer to its commit, in seconds.",
                IO,
            )?,
            phase: families.histograms(
                "newsmill_transaction_phase_duration_seconds",
                "Time in a phase of a committed transaction, in seconds.",
                IO,
                &["phase"],
            )?,
            last_commit: families.seconds(
                "newsmill_transaction_last_commit_timestamp_seconds",
                "When a transaction was last committed, in seconds since 1970.",
            )?,
            reinits: families.counters(
                "newsmill_producer_reinits_total",
                "Times that an engine began again with fresh clients, by reason.",
                &["reason"],
            )?,
        };
        for outcome in OUTCOMES {
            metrics.ended.with_label_values(&[outcome]).reset();
        }
        for reason in ["indeterminate", "fenced"] {
            metrics.reinits.with_label_values(&[reason]).reset();
        }
        Ok(metrics)
    }

    /// A transaction committed: so long it was open, so long the commit took.
    pub fn committed(&self, duration: Duration, commit: Duration) {
        self.ended.with_label_values(&["committed"]).inc();
        self.duration.observe(duration.as_secs_f64());
        self.phase.with_label_values(&["commit"]).observe(commit.as_secs_f64());
        self.last_commit.set(now_seconds());
    }

    /// A transaction ended otherwise: one of `aborted`, `fenced`, `indeterminate`.
    pub fn not_committed(&self, outcome: &str) {
        self.ended.with_label_values(&[outcome]).inc();
    }

    /// An engine began again.
    pub fn reinitialised(&self, fenced: bool) {
        let reason = if fenced { "fenced" } else { "indeterminate" };
        self.reinits.with_label_values(&[reason]).inc();
    }
}
