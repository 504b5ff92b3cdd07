//! What is read: records, errors, and what is not read for now.

use std::time::Duration;

use prometheus::{CounterVec, Gauge, GaugeVec, Histogram, IntCounter, IntCounterVec, IntGaugeVec};

use super::catalogue::CONSUMER_ERRORS;
use super::family::Families;
use super::{PerEngine, Watched, catalogue as of, gauge_of, now_seconds};
use crate::engine::PauseReason;

/// The consumers' families.
#[derive(Debug)]
pub struct ConsumerMetrics {
    topics: Vec<(String, OfTopic)>,
    lost: IntCounter,
    errors: IntCounterVec,
    last_poll: Gauge,
    poll_interval: Histogram,
    polled_us: PerEngine,
    paused: IntGaugeVec,
    paused_each: [PerEngine; PauseReason::ALL.len()],
    paused_time: CounterVec,
    partitions: IntGaugeVec,
    retention: GaugeVec,
}

/// Handles of one topic, resolved once: they are used for each record.
#[derive(Debug)]
struct OfTopic {
    records: IntCounter,
    bytes: IntCounter,
    size: Histogram,
    redelivered: IntCounter,
    resets: IntCounter,
}

impl ConsumerMetrics {
    pub(super) fn register(families: &Families<'_>) -> Result<Self, prometheus::Error> {
        let watching = families.watching;
        let records = families.counters(&of::CONSUMED)?;
        let bytes = families.counters(&of::CONSUMED_BYTES)?;
        let size = families.histograms(&of::RECORD_SIZE)?;
        let redelivered = families.counters(&of::REDELIVERED)?;
        let resets = families.counters(&of::OFFSET_RESETS)?;
        let handles = |topic: &str| OfTopic {
            records: records.with_label_values(&[topic]),
            bytes: bytes.with_label_values(&[topic]),
            size: size.with_label_values(&[topic]),
            redelivered: redelivered.with_label_values(&[topic]),
            resets: resets.with_label_values(&[topic, "out_of_range"]),
        };
        let paused = families.gauges(&of::PAUSED)?;
        for reason in PauseReason::ALL {
            paused.with_label_values(&[reason.name()]).set(0);
        }
        Ok(Self {
            topics: watching
                .stages
                .iter()
                .map(|it| (it.topic.clone(), handles(&it.topic)))
                .collect(),
            lost: families.counter(&of::LOST)?,
            errors: families.counters(&of::ERRORS)?,
            last_poll: families.seconds(&of::LAST_POLL)?,
            poll_interval: families.histogram(&of::POLL_INTERVAL)?,
            polled_us: PerEngine::new(watching.engines),
            paused,
            paused_each: PauseReason::ALL.map(|_| PerEngine::new(watching.engines)),
            paused_time: families.seconds_counters(&of::PAUSED_TIME)?,
            partitions: families.gauges(&of::TOPIC_PARTITIONS)?,
            retention: families.seconds_by(&of::TOPIC_RETENTION)?,
        })
    }

    /// The inbox of a stage has so many partitions and keeps records for so long, for ever where that is `None`.
    pub fn inbox(&self, watched: &Watched, partitions: usize, retention: Option<Duration>) {
        let labels = [watched.stage.0, watched.topic.as_str()];
        self.partitions.with_label_values(&labels).set(gauge_of(partitions as u64));
        if let Some(kept) = retention {
            self.retention.with_label_values(&labels).set(kept.as_secs_f64());
        }
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

    /// Records were deleted before they were read: so many offsets.
    pub fn offset_reset(&self, topic: &str, lost: u64) {
        self.lost.inc_by(lost);
        if let Some(of) = self.topic(topic) {
            of.resets.inc();
        }
    }

    /// A consumer reported an error.
    pub fn error(&self, name: &str) {
        let label = CONSUMER_ERRORS.into_iter().find(|known| *known == name).unwrap_or("other");
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
    pub fn paused(&self, engine: usize, reason: PauseReason, partitions: usize) {
        let all = PauseReason::ALL.into_iter().zip(&self.paused_each);
        if let Some((_, each)) = all.into_iter().find(|(known, _)| *known == reason) {
            let sum = gauge_of(each.set(engine, partitions as u64));
            self.paused.with_label_values(&[reason.name()]).set(sum);
        }
    }

    /// Some partition was not read, for so long.
    pub fn was_paused(&self, reason: PauseReason, time: Duration) {
        self.paused_time.with_label_values(&[reason.name()]).inc_by(time.as_secs_f64());
    }

    fn topic(&self, topic: &str) -> Option<&OfTopic> {
        self.topics.iter().find(|(name, _)| name == topic).map(|(_, of)| of)
    }
}
