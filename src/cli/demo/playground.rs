//! The broker that is played, the engines over it, and the two clients from outside: one that feeds, one that reads.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use rdkafka::Message as _;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{BorrowedMessage, Headers as _};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, ThreadedProducer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use serde_json::Value;

use crate::cli::explain::explainer;
use crate::cli::{Exit, Failure};
use crate::config::topics::{MAX_MESSAGE_BYTES, Standing};
use crate::config::{Config, Environment};
use crate::engine::{End, Stop, Window, ffi::MockBroker};
use crate::page::Layouts;
use crate::record::partition_for;
use crate::service;
use crate::telemetry::{Watcher, http};

/// Partitions of every topic.
const PARTITIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(3);

/// The broker hands out partitions after so long, to both engines at once: it loses offsets of transactions, so that a
/// later rebalance would begin from the first page again.
const GROUP_DELAY: Duration = Duration::from_millis(1_500);

/// What a topic takes: Kafka's default, and room for dead letters.
const MAX_BYTES: usize = 2 << 20;

/// A broker with its topics, and the configuration that goes with it.
pub(super) struct Playground {
    pub config: Config,
    /// Why metrics are not where they are by default, if they are not.
    watcher: Watcher,
    server: Option<http::Server>,
    standing: BTreeMap<String, Standing>,
    /// Ends last.
    _broker: MockBroker,
}

/// A record that came out.
pub(super) enum Out {
    Article(Value),
    Tombstone,
    Story,
    Sighting(Value),
    DeadLetter { reason: String, message: String },
}

impl Playground {
    pub fn start(log_level: &str) -> Result<Self, Failure> {
        let broker =
            MockBroker::start(GROUP_DELAY).context("the client library plays no broker")?;
        let environment = Environment::default()
            .with("app", "demo")
            .with("instance", "demo")
            .with("kafka.bootstrap_servers", broker.bootstrap_servers())
            .with("topics.partitions_internal", PARTITIONS.to_string())
            .with("input.key", "url")
            // A dozen pages teach nothing.
            .with("lines.starts", "off")
            .with("engine.engines", "2")
            .with("engine.workers", "1")
            .with("engine.session_timeout", "6s")
            .with("engine.drain_timeout", "3s")
            .with("log.level", log_level);
        let config =
            Config::load(None, &environment.clone().with("http.listen", "127.0.0.1:9464"))?;
        let elsewhere = Config::load(None, &environment.with("http.listen", "127.0.0.1:0"))?;
        // Where the usual port is taken, any will do.
        let layouts = Layouts::builtin();
        let explain = explainer(&config, layouts)?;
        let (watcher, server) = service::watch(&config, layouts, Arc::clone(&explain))
            .or_else(|_| service::watch(&elsewhere, layouts, explain))?;
        let mut standing = BTreeMap::new();
        for spec in config.topic_specs() {
            let partitions = i32::try_from(PARTITIONS.get()).unwrap_or(i32::MAX);
            broker
                .create_topic(&spec.name, partitions)
                .with_context(|| format!("making {}", spec.name))?;
            let settings = BTreeMap::from([(MAX_MESSAGE_BYTES.to_owned(), MAX_BYTES.to_string())]);
            standing
                .insert(spec.name, Standing { partitions: PARTITIONS.get() as usize, settings });
        }
        Ok(Self { config, watcher, server, standing, _broker: broker })
    }

    /// Where the status page is, and under it metrics and health.
    pub fn status_url(&self) -> Option<String> {
        self.server.as_ref().map(|server| format!("http://{}/", server.address()))
    }

    /// Starts the engines.
    pub fn run_engines(&self, stop: &Arc<Stop>) -> Result<Engines, Failure> {
        let (config, standing, watcher) =
            (self.config.clone(), self.standing.clone(), self.watcher.clone());
        let stop = Arc::clone(stop);
        let run = move || {
            let all = Window::default();
            service::run_engines(&config, &standing, Layouts::builtin(), watcher, all, &stop)
        };
        let thread = std::thread::Builder::new().name("engines".to_owned()).spawn(run)?;
        Ok(Engines { thread, watcher: self.watcher.clone() })
    }

    /// A producer of raw pages, as a crawler would have it.
    pub fn feeder(&self) -> Result<Feeder, Failure> {
        let producer = self.client().create().context("a producer")?;
        Ok(Feeder { producer, topic: self.config.topics.raw.clone() })
    }

    /// A reader of everything that comes out, from now on.
    pub fn reader(&self) -> Result<Reader<'_>, Failure> {
        let consumer: BaseConsumer = self
            .client()
            .set("group.id", "demo-reader")
            .set("enable.auto.commit", "false")
            .set("fetch.wait.max.ms", "20")
            .create()
            .context("a consumer")?;
        let topics = &self.config.topics;
        let mut all = TopicPartitionList::new();
        for topic in [&topics.articles, &topics.stories, &topics.sightings, &topics.dead_letter] {
            for partition in 0..i32::try_from(PARTITIONS.get()).unwrap_or(i32::MAX) {
                all.add_partition_offset(topic, partition, Offset::Beginning)
                    .context("a partition")?;
            }
        }
        consumer.assign(&all).context("reading the outputs")?;
        Ok(Reader { consumer, playground: self })
    }

    fn client(&self) -> ClientConfig {
        let mut client = ClientConfig::new();
        for (key, value) in self.config.kafka.common_client_settings() {
            client.set(key, value);
        }
        client
    }
}

/// The engines while they run.
pub(super) struct Engines {
    thread: JoinHandle<Result<(), End>>,
    watcher: Watcher,
}

impl Engines {
    /// Whether both read, with every partition restored.
    pub fn are_ready(&self) -> bool {
        let partitions = Some(u64::from(PARTITIONS.get()));
        let has_all = |stage| {
            self.figure(&format!("newsmill_assigned_partitions{{stage=\"{stage}\"}}")) == partitions
        };
        self.watcher.health.ready().is_ok() && has_all("parse") && has_all("home")
    }

    pub fn have_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// What `/metrics` says of a series that counts.
    pub fn figure(&self, series: &str) -> Option<u64> {
        let text = self.watcher.metrics.encode().ok()?;
        text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
    }

    /// Waits for their end.
    pub fn join(self) -> Result<(), Failure> {
        match self.thread.join() {
            Ok(Ok(()) | Err(End::Stopped)) => Ok(()),
            Ok(Err(end)) => Err(end.into()),
            Err(_) => Err(Exit::Bug.because(anyhow!("the engines panicked"))),
        }
    }
}

/// Feeds raw pages.
pub(super) struct Feeder {
    producer: ThreadedProducer<DefaultProducerContext>,
    topic: String,
}

impl Feeder {
    pub fn send(&self, key: &str, value: Option<&[u8]>) -> anyhow::Result<()> {
        let mut record: BaseRecord<'_, str, [u8]> = BaseRecord::to(&self.topic).key(key);
        record.partition = Some(partition_for(key.as_bytes(), PARTITIONS));
        record.payload = value;
        self.producer.send(record).map_err(|(error, _)| error).context("feeding a page")
    }
}

/// Reads what comes out.
pub(super) struct Reader<'p> {
    consumer: BaseConsumer,
    playground: &'p Playground,
}

impl Reader<'_> {
    /// The next record, if there is one already.
    pub fn next(&self) -> anyhow::Result<Option<Out>> {
        match self.consumer.poll(Duration::from_millis(20)) {
            None => Ok(None),
            Some(Err(error)) => Err(error).context("reading the outputs"),
            Some(Ok(message)) => self.out_of(&message).map(Some),
        }
    }

    fn out_of(&self, message: &BorrowedMessage<'_>) -> anyhow::Result<Out> {
        let topics = &self.playground.config.topics;
        let topic = message.topic();
        if topic == topics.dead_letter {
            let header = |name| header(message, name).unwrap_or_default();
            return Ok(Out::DeadLetter {
                reason: header("newsmill.dlq.reason"),
                message: header("newsmill.dlq.message"),
            });
        }
        let Some(value) = message.payload() else { return Ok(Out::Tombstone) };
        if topic == topics.stories {
            return Ok(Out::Story);
        }
        let value =
            serde_json::from_slice(value).with_context(|| format!("a record of {topic}"))?;
        Ok(if topic == topics.articles { Out::Article(value) } else { Out::Sighting(value) })
    }
}

fn header(message: &BorrowedMessage<'_>, name: &str) -> Option<String> {
    let headers = message.headers()?;
    let header = headers.iter().find(|header| header.key == name)?;
    std::str::from_utf8(header.value?).ok().map(str::to_owned)
}
