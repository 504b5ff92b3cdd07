//! What is read, and how far behind.

use std::time::Duration;

use prometheus::{Gauge, GaugeVec, Histogram, IntCounter, IntCounterVec, IntGauge, IntGaugeVec};

use super::family::{BYTES, Families, IO};
use super::{PerEngine, Watched, gauge_of, now_seconds};
use crate::engine::PartitionView;
use crate::stage::StageName;

/// Errors of consumers that are counted by name; the rest is `other`, so that the label stays bounded.
const ERRORS: [&str; 9] = [
    "AllBrokersDown",
    "Authentication",
    "BrokerTransportFailure",
    "GroupAuthorizationFailed",
    "PollExceeded",
    "Resolve",
    "TopicAuthorizationFailed",
    "UnknownTopicOrPartition",
    "other",
];

/// The consumer's families.
#[derive(Debug)]
pub struct ConsumerMetrics {
    topics: Vec<(String, OfTopic)>,
    errors: IntCounterVec,
    last_poll: Gauge,
    poll_interval: Histogram,
    polled_us: PerEngine,
    paused: IntGauge,
    paused_each: PerEngine,
    committed_offset: IntGaugeVec,
    lag_records: IntGaugeVec,
    lag_seconds: GaugeVec,
    last_progress: GaugeVec,
    rows: IntGaugeVec,
    bytes: IntGaugeVec,
}

/// Handles of one topic, resolved once: they are used for each record.
#[derive(Debug)]
struct OfTopic {
    records: IntCounter,
    bytes: IntCounter,
    size: Histogram,
    redelivered: IntCounter,
    resets: IntCounter,
    is_stateful: bool,
}

const OF_PARTITION: [&str; 2] = ["topic", "partition"];

impl ConsumerMetrics {
    pub(super) fn register(
        families: &Families<'_>,
        engines: usize,
        stages: &[Watched],
    ) -> Result<Self, prometheus::Error> {
        let records = families.counters(
            "newsmill_consumer_records_total",
            "Records handed over by poll, those included that are rolled back later.",
            &["topic"],
        )?;
        let bytes = families.counters(
            "newsmill_consumer_bytes_total",
            "Bytes of the records handed over by poll.",
            &["topic"],
        )?;
        let size = families.histograms(
            "newsmill_consumer_record_size_bytes",
            "Sizes of the records handed over by poll, in bytes.",
            BYTES,
            &["topic"],
        )?;
        let redelivered = families.counters(
            "newsmill_consumer_redelivered_records_total",
            "Records that the client delivered a second time, and that were dropped.",
            &["topic"],
        )?;
        let resets = families.counters(
            "newsmill_consumer_offset_resets_total",
            "Times that records were deleted before they were read: data loss by retention.",
            &["topic", "reason"],
        )?;
        let of = |topic: &str, is_stateful| OfTopic {
            records: records.with_label_values(&[topic]),
            bytes: bytes.with_label_values(&[topic]),
            size: size.with_label_values(&[topic]),
            redelivered: redelivered.with_label_values(&[topic]),
            resets: resets.with_label_values(&[topic, "out_of_range"]),
            is_stateful,
        };
        let errors = families.counters(
            "newsmill_consumer_errors_total",
            "Errors that consumers reported, by librdkafka's name.",
            &["error"],
        )?;
        for error in ERRORS {
            errors.with_label_values(&[error]).reset();
        }
        Ok(Self {
            topics: stages.iter().map(|watched| (watched.topic.clone(), of(&watched.topic, watched.is_stateful))).collect(),
            errors,
            last_poll: families.seconds("newsmill_consumer_last_poll_timestamp_seconds", "When an engine last polled, in seconds since 1970.")?,
            poll_interval: families.histogram("newsmill_consumer_poll_interval_seconds", "Time between two polls of an engine, in seconds; must stay far below engine.max_poll_interval.", IO)?,
            polled_us: PerEngine::new(engines),
            paused: families.gauge("newsmill_consumer_paused_partitions", "Partitions that are not read now, because memory is full or an inbox lags.")?,
            paused_each: PerEngine::new(engines),
            committed_offset: families.gauges("newsmill_consumer_committed_offset", "The committed offset of a partition.", &OF_PARTITION)?,
            lag_records: families.gauges("newsmill_consumer_lag_records", "Records between the committed offset and the end of a partition; 0 when caught up.", &OF_PARTITION)?,
            lag_seconds: families.seconds_by("newsmill_consumer_lag_seconds", "Age of the last record committed where more are waiting, in seconds; 0 when caught up.", &OF_PARTITION)?,
            last_progress: families.seconds_by("newsmill_consumer_last_progress_timestamp_seconds", "When the committed offset of a partition last advanced, or it was last caught up, in seconds since 1970.", &OF_PARTITION)?,
            rows: families.gauges("newsmill_state_rows", "Rows in the table of a partition.", &["stage", "partition"])?,
            bytes: families.gauges("newsmill_state_bytes", "Bytes that the rows of a partition take in memory, estimated.", &["stage", "partition"])?,
        })
    }

    /// A record was handed over.
    pub fn consumed(&self, topic: &str, bytes: u64) {
        let Some(of) = self.topic(topic) else { return };
        of.records.inc();
        of.bytes.inc_by(bytes);
        of.size.observe(bytes as f64);
    }

    /// A record was handed over a second time.
    pub fn redelivered(&self, topic: &str) {
        if let Some(of) = self.topic(topic) {
            of.redelivered.inc();
        }
    }

    /// Records were deleted before they were read.
    pub fn offset_reset(&self, topic: &str) {
        if let Some(of) = self.topic(topic) {
            of.resets.inc();
        }
    }

    /// A consumer reported an error.
    pub fn error(&self, name: &str) {
        let label = ERRORS.into_iter().find(|known| *known == name).unwrap_or("other");
        self.errors.with_label_values(&[label]).inc();
    }

    /// An engine polled, so long after some fixed moment.
    pub fn polled(&self, engine: usize, since_start: Duration) {
        self.last_poll.set(now_seconds());
        let now = u64::try_from(since_start.as_micros()).unwrap_or(u64::MAX).max(1);
        let before = self.polled_us.swap(engine, now);
        if before > 0 {
            self.poll_interval
                .observe(Duration::from_micros(now.saturating_sub(before)).as_secs_f64());
        }
    }

    /// So many partitions of an engine are not read now.
    pub fn paused(&self, engine: usize, partitions: usize) {
        self.paused.set(gauge_of(self.paused_each.set(engine, partitions as u64)));
    }

    /// A partition as it stands.
    pub fn partition(&self, now: &PartitionView<'_>) {
        let partition = now.partition.to_string();
        let labels = [now.topic, partition.as_str()];
        let committed = self.committed_offset.with_label_values(&labels);
        let advanced = committed.get() != now.committed;
        committed.set(now.committed);
        if advanced || now.lag_records == Some(0) {
            self.last_progress.with_label_values(&labels).set(now_seconds());
        }
        if let Some(lag) = now.lag_records {
            self.lag_records.with_label_values(&labels).set(lag);
        }
        let age = |ms: i64| (now_seconds() - ms as f64 / 1_000.0).max(0.0);
        match (now.lag_records, now.committed_ms) {
            (Some(0), _) => self.lag_seconds.with_label_values(&labels).set(0.0),
            (Some(_), Some(ms)) => self.lag_seconds.with_label_values(&labels).set(age(ms)),
            (None, _) | (_, None) => {}
        }
        let of_state = [now.stage.0, partition.as_str()];
        if self.topic(now.topic).is_some_and(|of| of.is_stateful) {
            self.rows.with_label_values(&of_state).set(gauge_of(now.table.rows));
            self.bytes.with_label_values(&of_state).set(gauge_of(now.table.bytes));
        }
    }

    /// A partition is no longer ours: its series end.
    pub fn forgotten(&self, topic: &str, stage: StageName, partition: i32) {
        let partition = partition.to_string();
        let labels = [topic, partition.as_str()];
        let of_state = [stage.0, partition.as_str()];
        // A series that never began cannot be removed, and need not be.
        drop(self.committed_offset.remove_label_values(&labels));
        drop(self.lag_records.remove_label_values(&labels));
        drop(self.lag_seconds.remove_label_values(&labels));
        drop(self.last_progress.remove_label_values(&labels));
        drop(self.rows.remove_label_values(&of_state));
        drop(self.bytes.remove_label_values(&of_state));
    }

    fn topic(&self, topic: &str) -> Option<&OfTopic> {
        self.topics.iter().find(|(name, _)| name == topic).map(|(_, of)| of)
    }
}
