//! What the callbacks of an engine's clients may do, and what they are told.
//!
//! A callback only records: it runs inside `poll`, on the engine's thread, and the engine acts on it after `poll` has
//! returned (kafka-client §6.4). The one exception is a consumer that is being closed, which must hand its partitions
//! back by itself, or closing never ends. How a client stands goes to the observer at once: the producer's thread tells
//! it also while the engine waits for the brokers.

use std::collections::VecDeque;
use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::Statistics;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, RebalanceProtocol};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message as _};
use rdkafka::producer::ProducerContext;
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::RDKafkaRespErr;

use super::token;
use crate::engine::observer::Observer;
use crate::engine::observer::client_view::{self, ClientKind, ClientView};
use crate::engine::watchdog::Pulse;

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

/// A client of an engine, and who watches it.
#[derive(Clone)]
pub struct Watched {
    /// The number of its engine.
    pub engine: usize,
    /// Its name among the clients of its engine.
    pub name: &'static str,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// The signs of life of its engine.
    pub(in crate::engine) pulse: Arc<Pulse>,
}

impl Watched {
    fn stands(&self, kind: ClientKind, statistics: &Statistics) {
        if !client_view::reaches_a_broker(statistics) {
            self.pulse.without_brokers();
        }
        let view = ClientView::new(self.name, kind, statistics);
        self.observer.client(self.engine, &view);
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
    pub(in crate::engine) fn new(watched: Watched) -> Self {
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
    pub(in crate::engine) fn new(watched: Watched) -> Self {
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
pub struct AskingContext {
    /// What it meets is of no interest but to those who debug: a command says by itself why it failed.
    pub(in crate::engine) quiet: bool,
}

impl ClientContext for AskingContext {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, file: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        token::read(file)
    }

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(if self.quiet { RDKafkaLogLevel::Debug } else { level }, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        if !self.quiet {
            complain("restore", &error, reason);
        }
    }
}

impl ConsumerContext for AskingContext {}

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
