//! The metrics. A struct a subsystem, registered into one registry; counters of outcomes move when a transaction has
//! committed, never before, so that `consumed = outcomes + in flight + reprocessed` can be checked.
//!
//! Labels come from closed lists and begin at nought, so that a rate exists before the first event. Series of a partition
//! exist while it is ours.

mod consumer;
mod family;
mod group;
mod pipeline;
mod transaction;

use std::time::{SystemTime, UNIX_EPOCH};

use prometheus::{Encoder, Registry, TextEncoder};

use crate::stage::StageName;

pub use consumer::ConsumerMetrics;
pub use group::GroupMetrics;
pub use pipeline::PipelineMetrics;
pub use transaction::TransactionMetrics;

use family::Families;

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
    /// What became of it.
    pub pipeline: PipelineMetrics,
    /// How it was committed.
    pub transaction: TransactionMetrics,
    /// Who does what.
    pub group: GroupMetrics,
}

impl Metrics {
    /// Registers every family.
    ///
    /// # Errors
    /// Two families with one name, or a bad name: a bug of ours.
    pub fn new(engines: usize, stages: &[Watched]) -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let families = Families(&registry);
        let consumer = ConsumerMetrics::register(&families, engines, stages)?;
        let pipeline = PipelineMetrics::register(&families, engines, stages)?;
        let transaction = TransactionMetrics::register(&families)?;
        let group = GroupMetrics::register(&families, stages)?;
        let build = families.gauges(
            "newsmill_build_info",
            "The build that runs: always 1.",
            &["version", "librdkafka"],
        )?;
        let (_, librdkafka) = rdkafka::util::get_rdkafka_version();
        build.with_label_values(&[env!("CARGO_PKG_VERSION"), librdkafka.as_str()]).set(1);
        #[cfg(target_os = "linux")]
        registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        Ok(Self { registry, consumer, pipeline, transaction, group })
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
        self.0.iter().map(|figure| figure.load(Relaxed)).sum()
    }

    /// Sets one engine's figure and says what it was.
    fn swap(&self, engine: usize, figure: u64) -> u64 {
        use std::sync::atomic::Ordering::Relaxed;
        self.0.get(engine).map_or(0, |own| own.swap(figure, Relaxed))
    }
}

#[cfg(test)]
mod tests;
