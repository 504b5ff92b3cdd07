//! The Kafka clients of an engine: their settings, and what their callbacks may do.
//!
//! A callback only records: it runs inside `poll`, on the engine's thread, and the engine acts on it after `poll` has
//! returned (kafka-client §6.4). The one exception is a consumer that is being closed, which must hand its partitions
//! back by itself, or closing never ends. How a client stands goes to the observer at once: the producer's thread tells
//! it also while the engine waits for the brokers.

use std::collections::VecDeque;
use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossbeam_channel::Sender;
use rdkafka::Statistics;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, RebalanceProtocol};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message as _};
use rdkafka::producer::{Producer as _, ProducerContext, ThreadedProducer};
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::RDKafkaRespErr;

use super::client_view::{ClientKind, ClientView};
use super::observer::Observer;
use super::token;
use crate::config::Config;

/// How often engine clients tell how they stand; with it the client library also looks every ten seconds where logs
/// begin.
const STATISTICS_INTERVAL_MS: &str = "5000";

/// The largest record that the producer takes; topics have limits of their own, which are checked before.
const MESSAGE_MAX_BYTES: u64 = 1_000_000_000;

/// What the group told a consumer, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rebalance {
    /// These partitions are ours.
    Assigned(Vec<i32>),
    /// These partitions are to be handed back, after what is finished has been committed.
    Revoked(Vec<i32>),
    /// These partitions are another's already: nothing of them may be committed.
    Lost(Vec<i32>),
}

/// A consumer of one stage's inbox.
pub type StageConsumer = BaseConsumer<StageContext>;

/// A transactional producer.
pub type EngineProducer = ThreadedProducer<EngineProducerContext>;

/// A client of an engine, and who watches it.
#[derive(Clone)]
pub struct Watched {
    /// The number of its engine.
    pub engine: usize,
    /// Its name among the clients of its engine.
    pub name: &'static str,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
}

impl Watched {
    fn stands(&self, kind: ClientKind, statistics: &Statistics) {
        self.observer.client(self.engine, &ClientView::new(self.name, kind, statistics));
    }

    fn complains(&self, kind: ClientKind, error: &KafkaError, reason: &str) {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown) {
            self.observer.no_broker();
        }
        complain(kind.name(), error, reason);
    }
}

/// Records what the group says, for the engine to act on.
pub struct StageContext {
    rebalances: Mutex<VecDeque<Rebalance>>,
    closing: AtomicBool,
    logged: AtomicBool,
    watched: Watched,
}

impl StageContext {
    fn new(watched: Watched) -> Self {
        let [closing, logged] = [AtomicBool::new(false), AtomicBool::new(false)];
        Self { rebalances: Mutex::default(), closing, logged, watched }
    }

    /// What the group said next.
    pub fn next_rebalance(&self) -> Option<Rebalance> {
        self.rebalances.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Whether the client has said something for the log since this was last asked.
    pub fn has_logged(&self) -> bool {
        self.logged.swap(false, Ordering::AcqRel)
    }

    /// From now on partitions are handed back at once.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }
}

impl ClientContext for StageContext {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, file: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        token::read(file)
    }

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.logged.store(true, Ordering::Release);
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.watched.complains(ClientKind::Consumer, &error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        // What a client says while it is closed is of the past.
        if !self.closing.load(Ordering::Acquire) {
            self.watched.stands(ClientKind::Consumer, &statistics);
        }
    }
}

impl ConsumerContext for StageContext {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        response: RDKafkaRespErr,
        partitions: &mut TopicPartitionList,
    ) {
        if self.closing.load(Ordering::Acquire) {
            hand_back(consumer, partitions);
            return;
        }
        let numbers = partitions.elements().iter().map(|element| element.partition()).collect();
        let rebalance = if response == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            Rebalance::Assigned(numbers)
        } else if consumer.assignment_lost() {
            Rebalance::Lost(numbers)
        } else {
            Rebalance::Revoked(numbers)
        };
        self.rebalances.lock().unwrap_or_else(PoisonError::into_inner).push_back(rebalance);
    }
}

fn hand_back(consumer: &BaseConsumer<StageContext>, partitions: &TopicPartitionList) {
    let result = match consumer.rebalance_protocol() {
        RebalanceProtocol::Cooperative => consumer.incremental_unassign(partitions),
        RebalanceProtocol::None | RebalanceProtocol::Eager => consumer.unassign(),
    };
    if let Err(error) = result {
        tracing::debug!(event = "unassign_failed", %error);
    }
}

/// Knows which records of the open transaction could not be delivered. Those that could are not reported one by one:
/// `flush` waits for the last of all.
pub struct EngineProducerContext {
    /// The number of the open transaction; every record carries its own.
    transaction: AtomicUsize,
    undelivered: Mutex<Undelivered>,
    watched: Watched,
}

/// Records of which nobody knows whether a broker has them.
#[derive(Debug, Clone, Default)]
pub struct Undelivered {
    /// How many.
    pub records: u64,
    /// What the first one met.
    pub why: String,
}

impl EngineProducerContext {
    fn new(watched: Watched) -> Self {
        Self { transaction: AtomicUsize::new(0), undelivered: Mutex::default(), watched }
    }

    /// A transaction begins; late reports of earlier ones no longer count.
    pub fn begin(&self, transaction: usize) {
        *self.reports() = Undelivered::default();
        self.transaction.store(transaction, Ordering::Release);
    }

    /// What could not be delivered of the open transaction; final after a flush that ended in time.
    pub fn undelivered(&self) -> Undelivered {
        self.reports().clone()
    }

    fn reports(&self) -> MutexGuard<'_, Undelivered> {
        self.undelivered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for EngineProducerContext {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, file: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        token::read(file)
    }

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.watched.complains(ClientKind::Producer, &error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        self.watched.stands(ClientKind::Producer, &statistics);
    }
}

impl ProducerContext for EngineProducerContext {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, transaction: usize) {
        let Err((error, record)) = result else { return };
        if transaction == self.transaction.load(Ordering::Acquire) {
            let mut reports = self.reports();
            if reports.records == 0 {
                reports.why = format!("{}: {error}", record.topic());
            }
            reports.records += 1;
        }
    }
}

/// Watches a client that only asks: offsets, watermarks, changelogs.
#[derive(Debug, Clone, Copy)]
pub struct QuietContext;

impl ClientContext for QuietContext {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, file: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        token::read(file)
    }

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        complain("restore", &error, reason);
    }
}

impl ConsumerContext for QuietContext {}

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
        }
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
    pub fn asking(
        &self,
        group: &str,
        isolation: Isolation,
    ) -> KafkaResult<BaseConsumer<QuietContext>> {
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
        let client: BaseConsumer<QuietContext> = config.create_with_context(QuietContext)?;
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

/// Every error event comes here as well as out of `poll`; the end of a partition is one of them, and no complaint.
fn complain(client: &'static str, error: &KafkaError, reason: &str) {
    if error.rdkafka_error_code() != Some(RDKafkaErrorCode::PartitionEOF) {
        tracing::warn!(event = "kafka_error", client, %error, reason);
    }
}

/// The event of all that the client library logs: its `facility` tells them apart.
const CLIENT_LIBRARY: &str = "client_library";

fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg
        | RDKafkaLogLevel::Alert
        | RDKafkaLogLevel::Critical
        | RDKafkaLogLevel::Error => {
            tracing::error!(target: "librdkafka", event = CLIENT_LIBRARY, facility, "{message}")
        }
        RDKafkaLogLevel::Warning => {
            tracing::warn!(target: "librdkafka", event = CLIENT_LIBRARY, facility, "{message}")
        }
        RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => {
            tracing::info!(target: "librdkafka", event = CLIENT_LIBRARY, facility, "{message}");
        }
        RDKafkaLogLevel::Debug => {
            tracing::debug!(target: "librdkafka", event = CLIENT_LIBRARY, facility, "{message}")
        }
    }
}
