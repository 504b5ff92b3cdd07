//! The metrics. A struct a subsystem, registered into one registry by the `catalogue`, which alone names families;
//! counters of outcomes move when a transaction has committed, never before, so that
//! `consumed = committed + in flight + reprocessed` can be checked.
//!
//! Labels come from closed lists and begin at nought, so that a rate exists before the first event. Series of a partition
//! exist while it is ours.

pub mod catalogue;
mod client;
mod consumer;
pub mod family;
mod group;
mod partition;
mod pipeline;
mod process;
mod transaction;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prometheus::{Encoder, Registry, TextEncoder};

use crate::config::CertificateKind;
use crate::stage::StageName;

pub use client::ClientMetrics;
pub use consumer::ConsumerMetrics;
pub use group::GroupMetrics;
pub use partition::PartitionMetrics;
pub use pipeline::PipelineMetrics;
pub use process::ProcessMetrics;
pub use transaction::TransactionMetrics;

use family::Families;

/// What a process is, as far as metrics need to know before it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watching {
    /// Engines.
    pub engines: usize,
    /// Worker threads of all of them.
    pub workers: u64,
    /// The byte budget.
    pub budget_bytes: u64,
    /// After how long the brokers abort an open transaction.
    pub transaction_timeout: Duration,
    /// The hash of the configuration.
    pub config_hash: String,
    /// When our certificates end, in seconds since 1970.
    pub certificates: Vec<(CertificateKind, i64)>,
    /// The stages with their inboxes.
    pub stages: Vec<Watched>,
    /// The topics that are written.
    pub outputs: Vec<String>,
    /// The sites that have rules of their own in the layouts.
    pub sites: Vec<String>,
}

/// A stage with its inbox, whose series begin at nought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The stage.
    pub stage: StageName,
    /// The topic it reads.
    pub topic: String,
    /// Whether it has a table.
    pub is_stateful: bool,
}

/// All metrics of a process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// What is read.
    pub consumer: ConsumerMetrics,
    /// How partitions stand.
    pub partition: PartitionMetrics,
    /// What became of what was read.
    pub pipeline: PipelineMetrics,
    /// How it was committed.
    pub transaction: TransactionMetrics,
    /// Who does what.
    pub group: GroupMetrics,
    /// Brokers and queues.
    pub client: ClientMetrics,
    /// The process itself.
    pub process: ProcessMetrics,
}

impl Metrics {
    /// Registers every family.
    ///
    /// # Errors
    /// Two families with one name, or a bad name: a bug of ours.
    pub fn new(watching: &Watching) -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let families = Families { registry: &registry, watching };
        let consumer = ConsumerMetrics::register(&families)?;
        let partition = PartitionMetrics::register(&families)?;
        let pipeline = PipelineMetrics::register(&families)?;
        let transaction = TransactionMetrics::register(&families)?;
        let group = GroupMetrics::register(&families)?;
        let client = ClientMetrics::register(&families)?;
        let process = ProcessMetrics::register(&families)?;
        #[cfg(target_os = "linux")]
        registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        Ok(Self { registry, consumer, partition, pipeline, transaction, group, client, process })
    }

    /// Everything in Prometheus' text format.
    ///
    /// # Errors
    /// A family cannot be written: a bug of ours.
    pub fn encode(&self) -> Result<String, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        String::from_utf8(text).map_err(|error| prometheus::Error::Msg(error.to_string()))
    }
}

/// Seconds since 1970.
fn now_seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// A count as a gauge holds it.
fn gauge_of(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// One figure of each engine, shown as their sum. An engine writes its own only.
#[derive(Debug)]
struct PerEngine(Vec<std::sync::atomic::AtomicU64>);

impl PerEngine {
    fn new(engines: usize) -> Self {
        Self((0..engines).map(|_| std::sync::atomic::AtomicU64::new(0)).collect())
    }

    /// Sets one engine's figure and says the sum.
    fn set(&self, engine: usize, figure: u64) -> u64 {
        use std::sync::atomic::Ordering::Relaxed;
        if let Some(own) = self.0.get(engine) {
            own.store(figure, Relaxed);
        }
        self.all().sum()
    }

    /// Sets one engine's figure and says what it was.
    fn swap(&self, engine: usize, figure: u64) -> u64 {
        use std::sync::atomic::Ordering::Relaxed;
        self.0.get(engine).map_or(0, |own| own.swap(figure, Relaxed))
    }

    fn all(&self) -> impl Iterator<Item = u64> + '_ {
        use std::sync::atomic::Ordering::Relaxed;
        self.0.iter().map(|figure| figure.load(Relaxed))
    }
}

#[cfg(test)]
mod tests;
