//! The Kafka clients of an engine and of a command, and their settings; what their callbacks do is in `context`. `token` logs
//! them in, `position` moves a consumer, `reach` finds out whether brokers answer, and `cluster` what they say of topics.

pub(super) mod cluster;
pub(super) mod context;
pub(super) mod position;
pub(super) mod reach;
pub(super) mod token;

use std::time::Duration;

use crossbeam_channel::Sender;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaResult;
use rdkafka::producer::{Producer as _, ThreadedProducer};

use crate::config::Config;
use context::{AskingContext, EngineProducerContext, StageContext, Watched};

/// How often engine clients tell how they stand; with it the client library also looks every ten seconds where logs
/// begin.
const STATISTICS_INTERVAL_MS: &str = "5000";

/// The largest record that the producer takes; topics have limits of their own, which are checked before.
const MESSAGE_MAX_BYTES: u64 = 1_000_000_000;

/// A consumer of one stage's inbox.
pub type StageConsumer = BaseConsumer<StageContext>;

/// A transactional producer.
pub type EngineProducer = ThreadedProducer<EngineProducerContext>;

/// A client that only asks.
pub type AskingConsumer = BaseConsumer<AskingContext>;

/// The settings that every client shares, and the names that tell clients apart.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Brokers, security and the operator's own settings, for every client.
    pub common: Vec<(String, String)>,
    /// The operator's own settings that only consumers take.
    pub consumer: Vec<(String, String)>,
    /// The operator's own settings that only producers take.
    pub producer: Vec<(String, String)>,
    /// The limits and times of consumers and producers.
    pub tuning: Tuning,
    /// Whether those that only ask keep to themselves what they meet.
    pub quiet: bool,
}

/// The times and sizes of the clients, in librdkafka's units.
#[derive(Debug, Clone, Copy)]
pub struct Tuning {
    /// `session.timeout.ms`.
    pub session_timeout_ms: u64,
    /// `max.poll.interval.ms`.
    pub max_poll_interval_ms: u64,
    /// `transaction.timeout.ms`.
    pub transaction_timeout_ms: u64,
    /// `queued.max.messages.kbytes` of one consumer.
    pub prefetch_kbytes: u64,
    /// `fetch.max.bytes`: of one fetch.
    pub fetch_max_bytes: u64,
    /// `message.max.bytes` of the producer.
    pub message_max_bytes: u64,
    /// `queue.buffering.max.kbytes` of the producer.
    pub producer_queue_kbytes: u64,
}

impl Clients {
    /// The clients that a configuration asks for.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let engine = &config.engine;
        Self {
            common: config.kafka.common_client_settings(),
            consumer: config.kafka.consumer_settings(),
            producer: config.kafka.producer_settings(),
            tuning: Tuning {
                session_timeout_ms: ms(engine.session_timeout),
                max_poll_interval_ms: ms(engine.max_poll_interval),
                transaction_timeout_ms: ms(engine.transaction_timeout),
                prefetch_kbytes: (engine.prefetch_bytes / 1024) as u64,
                fetch_max_bytes: engine.fetch_bytes as u64,
                message_max_bytes: MESSAGE_MAX_BYTES,
                producer_queue_kbytes: (engine.budget_of_an_engine() as u64 * 4 / 1024).max(65_536),
            },
            quiet: false,
        }
    }

    /// The clients of a command, which says by itself why it failed.
    #[must_use]
    pub fn of_command(config: &Config) -> Self {
        Self { quiet: true, ..Self::of(config) }
    }

    /// A consumer of a stage's inbox, cooperative-sticky, read_committed, that commits nothing by itself.
    ///
    /// # Errors
    /// librdkafka refuses a setting.
    pub fn stage_consumer(
        &self,
        group: &str,
        watched: Watched,
        wake: Sender<()>,
    ) -> KafkaResult<StageConsumer> {
        let tuning = self.tuning;
        let mut config = base(&[&self.common, &self.consumer]);
        config
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("isolation.level", "read_committed")
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", tuning.session_timeout_ms.to_string())
            .set(
                "heartbeat.interval.ms",
                (tuning.session_timeout_ms / 6).clamp(200, 3_000).to_string(),
            )
            .set("max.poll.interval.ms", tuning.max_poll_interval_ms.to_string())
            .set("queued.max.messages.kbytes", tuning.prefetch_kbytes.to_string())
            .set("fetch.max.bytes", tuning.fetch_max_bytes.to_string())
            .set("enable.partition.eof", "true")
            .set("statistics.interval.ms", STATISTICS_INTERVAL_MS)
            // The default of a second starves a bounded queue (kafka-client §0).
            .set("fetch.queue.backoff.ms", "20")
            .set("fetch.wait.max.ms", "100");
        let mut consumer: StageConsumer = config.create_with_context(StageContext::new(watched))?;
        token::log_in(consumer.client(), &self.common);
        // A wake-up that finds one waiting already is the same wake-up.
        consumer.set_nonempty_callback(move || {
            wake.try_send(()).ok();
        });
        Ok(consumer)
    }

    /// The transactional producer of an engine.
    ///
    /// # Errors
    /// librdkafka refuses a setting.
    pub fn producer(
        &self,
        transactional_id: &str,
        watched: Watched,
    ) -> KafkaResult<EngineProducer> {
        let tuning = self.tuning;
        let mut config = base(&[&self.common, &self.producer]);
        config
            .set("transactional.id", transactional_id)
            .set("transaction.timeout.ms", tuning.transaction_timeout_ms.to_string())
            .set("enable.idempotence", "true")
            .set("delivery.report.only.error", "true")
            .set("statistics.interval.ms", STATISTICS_INTERVAL_MS)
            .set("compression.codec", "lz4")
            .set("linger.ms", "20")
            .set("batch.size", "524288")
            .set("queue.buffering.max.messages", "1000000")
            .set("queue.buffering.max.kbytes", tuning.producer_queue_kbytes.to_string())
            .set("message.max.bytes", tuning.message_max_bytes.to_string());
        let producer: EngineProducer =
            config.create_with_context(EngineProducerContext::new(watched))?;
        token::log_in(producer.client(), &self.common);
        Ok(producer)
    }

    /// A client that asks for offsets and watermarks and reads changelogs by hand; it never joins a group.
    ///
    /// # Errors
    /// librdkafka refuses a setting.
    pub fn asking(&self, group: &str, isolation: Isolation) -> KafkaResult<AskingConsumer> {
        let mut config = base(&[&self.common, &self.consumer]);
        config
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("enable.partition.eof", "true")
            .set("fetch.queue.backoff.ms", "20")
            .set("queued.max.messages.kbytes", self.tuning.prefetch_kbytes.to_string())
            .set("isolation.level", isolation.name());
        let client: AskingConsumer =
            config.create_with_context(AskingContext { quiet: self.quiet })?;
        token::log_in(client.client(), &self.common);
        Ok(client)
    }
}

/// Which records a reader sees, and what it takes for the end of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// Committed records; the end is the last stable offset, and pending group offsets are waited for.
    ReadCommitted,
    /// All records; the end is the high watermark.
    ReadUncommitted,
}

impl Isolation {
    fn name(self) -> &'static str {
        match self {
            Self::ReadCommitted => "read_committed",
            Self::ReadUncommitted => "read_uncommitted",
        }
    }
}

fn base(settings: &[&[(String, String)]]) -> ClientConfig {
    let mut config = ClientConfig::new();
    for (key, value) in settings.iter().copied().flatten() {
        config.set(key, value);
    }
    config
}
