//! A client that owes nothing to the code under test: makes topics, feeds, and reads as any consumer would.

use std::iter::repeat;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer};
use rdkafka::{ClientConfig, ClientContext, Offset, TopicPartitionList};

use super::wait::wait_for;

const LIMIT: Duration = Duration::from_secs(60);

/// A record as it stands on its topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its value; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    /// Its headers, in their order.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Seen {
    /// The text of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(key, _)| key == name)?;
        std::str::from_utf8(value.as_deref()?).ok()
    }
}

/// What every client starts from.
pub fn config(bootstrap: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap);
    config.set("log_level", "2"); // a killed broker is the test's own doing
    config.set("reconnect.backoff.max.ms", "250");
    config
}

/// Makes a topic.
pub fn create_topic(bootstrap: &str, name: &str, partitions: i32, settings: &[(&str, &str)]) {
    let admin: AdminClient<DefaultClientContext> =
        config(bootstrap).create().expect("a valid configuration");
    let mut topic = NewTopic::new(name, partitions, TopicReplication::Fixed(1));
    for (key, value) in settings {
        topic = topic.set(key, value);
    }
    let created = block_on(admin.create_topics([&topic], &AdminOptions::new()));
    for result in created.expect("the broker answers") {
        result.unwrap_or_else(|(topic, error)| panic!("{topic} was not created: {error}"));
    }
}

/// Changes one setting of a topic.
pub fn set_topic(bootstrap: &str, topic: &str, key: &str, value: &str) {
    let admin: AdminClient<DefaultClientContext> =
        config(bootstrap).create().expect("a valid configuration");
    let change = AlterConfig::new(ResourceSpecifier::Topic(topic)).set(key, value);
    let changed = block_on(admin.alter_configs([&change], &AdminOptions::new()));
    for result in changed.expect("the broker answers") {
        result.unwrap_or_else(|(_, error)| panic!("{topic} was not changed: {error}"));
    }
}

/// Deletes what stands before an offset of a partition, as retention does.
pub fn delete_before(bootstrap: &str, topic: &str, partition: i32, offset: i64) {
    let admin: AdminClient<DefaultClientContext> =
        config(bootstrap).create().expect("a valid configuration");
    let mut offsets = TopicPartitionList::new();
    let offset = Offset::Offset(offset);
    offsets.add_partition_offset(topic, partition, offset).expect("a valid offset");
    let deleted = block_on(admin.delete_records(&offsets, &AdminOptions::new()));
    for element in deleted.expect("the broker answers").elements() {
        element.error().expect("it deletes");
    }
}

/// Runs a future to its end on this thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

/// Remembers what the broker refused.
#[derive(Default)]
pub struct Refused(Mutex<Vec<KafkaError>>);

impl ClientContext for Refused {}

impl ProducerContext for Refused {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            self.0.lock().expect("nobody panics in here").push(error.clone());
        }
    }
}

/// A plain producer, without transactions: what a scraper would use.
pub struct Feed {
    producer: ThreadedProducer<Refused>,
}

impl Feed {
    /// A producer for any topic.
    pub fn new(bootstrap: &str) -> Self {
        let mut config = config(bootstrap);
        config.set("enable.idempotence", "true").set("linger.ms", "5");
        Self {
            producer: config
                .create_with_context(Refused::default())
                .expect("a valid configuration"),
        }
    }

    /// Queues a record.
    pub fn send(&self, topic: &str, partition: i32, key: Option<&[u8]>, value: Option<&[u8]>) {
        self.send_with(topic, partition, key, value, OwnedHeaders::new());
    }

    /// Queues a record with headers.
    pub fn send_with(
        &self,
        topic: &str,
        partition: i32,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: OwnedHeaders,
    ) {
        let mut record = BaseRecord::<[u8], [u8]>::to(topic).partition(partition).headers(headers);
        if let Some(key) = key {
            record = record.key(key);
        }
        if let Some(value) = value {
            record = record.payload(value);
        }
        self.producer.send(record).map_err(|(error, _)| error).expect("room in the queue");
    }

    /// Queues a record as it stands elsewhere, on the partition of the same number.
    pub fn send_as(&self, topic: &str, record: &Seen) {
        let mut headers = OwnedHeaders::new();
        for (key, value) in &record.headers {
            headers = headers.insert(Header { key, value: value.as_ref() });
        }
        let (key, value) = (record.key.as_deref(), record.value.as_deref());
        self.send_with(topic, record.partition, key, value, headers);
    }

    /// Queues a value that was written at this time, in milliseconds since 1970.
    pub fn send_at(&self, topic: &str, partition: i32, value: &[u8], timestamp: i64) {
        let record = BaseRecord::<[u8], [u8]>::to(topic).partition(partition).payload(value);
        let sent = self.producer.send(record.timestamp(timestamp));
        sent.map_err(|(error, _)| error).expect("room in the queue");
    }

    /// Waits until the broker has everything.
    pub fn flush(&self) {
        self.producer.flush(LIMIT).expect("the broker takes it");
        let refused = self.producer.context().0.lock().expect("nobody panics in there");
        assert!(refused.is_empty(), "the broker refused: {refused:?}");
    }
}

/// Reads a whole topic as a `read_committed` consumer sees it, in order of partition and offset.
pub fn read_committed(bootstrap: &str, topic: &str) -> Vec<Seen> {
    read_committed_from(bootstrap, topic, &[])
}

/// The same, each partition from the offset given for it; from its beginning where none is.
pub fn read_committed_from(bootstrap: &str, topic: &str, from: &[Option<i64>]) -> Vec<Seen> {
    let mut config = config(bootstrap);
    config.set("group.id", "newsmill-tests-never-commits").set("enable.auto.commit", "false");
    config.set("isolation.level", "read_committed").set("enable.partition.eof", "true");
    config.set("auto.offset.reset", "error").set("fetch.wait.max.ms", "50");
    let consumer: BaseConsumer = config.create().expect("a valid configuration");
    let mut assignment = TopicPartitionList::new();
    let partitions = partition_count(&consumer, topic);
    for (partition, offset) in (0..partitions).zip(from.iter().chain(repeat(&None))) {
        let offset = offset.map_or(Offset::Beginning, Offset::Offset);
        assignment.add_partition_offset(topic, partition, offset).expect("a valid offset");
    }
    consumer.assign(&assignment).expect("a valid assignment");
    let (mut seen, mut open) = (Vec::new(), partitions);
    let start = Instant::now();
    while open > 0 {
        assert!(
            start.elapsed() < LIMIT,
            "{topic}: {open} partitions not read to their end in {LIMIT:?}"
        );
        match consumer.poll(Duration::from_millis(100)) {
            None => {}
            Some(Ok(message)) => seen.push(to_seen(&message)),
            Some(Err(KafkaError::PartitionEOF(_))) => open -= 1,
            Some(Err(error)) => eprintln!("reading {topic}: {error}"), // a broker that is restarting
        }
    }
    seen.sort_by_key(|record| (record.partition, record.offset));
    seen
}

fn to_seen(message: &impl Message) -> Seen {
    Seen {
        partition: message.partition(),
        offset: message.offset(),
        timestamp: message.timestamp().to_millis(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers: message.headers().map_or_else(Vec::new, |headers| {
            headers.iter().map(|h| (h.key.to_owned(), h.value.map(<[u8]>::to_vec))).collect()
        }),
    }
}

fn partition_count(consumer: &BaseConsumer, topic: &str) -> i32 {
    let metadata = wait_for("metadata", LIMIT, || consumer.fetch_metadata(Some(topic), LIMIT).ok());
    let topic = metadata.topics().first().expect("the topic asked for");
    i32::try_from(topic.partitions().len()).expect("few partitions")
}

/// A topic's marks, a partition each: (last stable offset, high watermark). They differ where a transaction is open.
pub fn ends(bootstrap: &str, topic: &str) -> Vec<(i64, i64)> {
    let [committed, uncommitted] = ["read_committed", "read_uncommitted"].map(|isolation| {
        let mut config = config(bootstrap);
        config.set("isolation.level", isolation);
        config.create::<BaseConsumer>().expect("a valid configuration")
    });
    let end = |consumer: &BaseConsumer, partition| {
        wait_for("watermarks", LIMIT, || consumer.fetch_watermarks(topic, partition, LIMIT).ok()).1
    };
    (0..partition_count(&committed, topic))
        .map(|partition| (end(&committed, partition), end(&uncommitted, partition)))
        .collect()
}

/// The partitions of a topic that an unfinished transaction holds back.
pub fn open_transactions(bootstrap: &str, topic: &str) -> Vec<i32> {
    let ends = ends(bootstrap, topic);
    (0..)
        .zip(ends)
        .filter(|(_, (stable, high))| stable < high)
        .map(|(partition, _)| partition)
        .collect()
}

/// What a group has committed of a topic, a partition each; waits while a transaction decides about one.
pub fn group_offsets(bootstrap: &str, group: &str, topic: &str) -> Vec<Option<i64>> {
    offsets(bootstrap, group, topic, "read_committed")
}

/// What a group had committed of a topic before the transactions that are under way: where one is at any time, there is
/// no end to waiting.
pub fn group_offsets_so_far(bootstrap: &str, group: &str, topic: &str) -> Vec<Option<i64>> {
    offsets(bootstrap, group, topic, "read_uncommitted")
}

fn offsets(bootstrap: &str, group: &str, topic: &str, isolation: &str) -> Vec<Option<i64>> {
    let mut config = config(bootstrap);
    config.set("group.id", group).set("isolation.level", isolation);
    let consumer: BaseConsumer = config.create().expect("a valid configuration");
    let last = partition_count(&consumer, topic) - 1;
    // A coordinator that is just moving in says so.
    let answer = wait_for("the offsets of a group", LIMIT, || {
        let mut asked = TopicPartitionList::new();
        asked.add_partition_range(topic, 0, last);
        consumer.committed_offsets(asked, LIMIT).ok()
    });
    answer.elements().iter().map(|element| to_number(element.offset())).collect()
}

fn to_number(offset: Offset) -> Option<i64> {
    if let Offset::Offset(offset) = offset { Some(offset) } else { None }
}

/// A transactional producer that has just fenced its predecessors.
pub fn transactional(bootstrap: &str, id: &str) -> ThreadedProducer<Refused> {
    let mut config = config(bootstrap);
    config.set("transactional.id", id).set("transaction.timeout.ms", "10000");
    let producer: ThreadedProducer<Refused> =
        config.create_with_context(Refused::default()).expect("a valid configuration");
    producer.init_transactions(LIMIT).expect("the broker answers");
    producer
}
