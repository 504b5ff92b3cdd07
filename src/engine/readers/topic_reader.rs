//! Reads committed records of a topic from given places to where it ends now, beside whoever else reads it: joins no
//! group and commits nothing.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::engine::client::cluster::is_hidden;
use crate::engine::client::reach::unanswered;
use crate::engine::client::{AskingConsumer, Clients, Isolation};
use crate::engine::end::{End, ExitKind};
use crate::stage::Headers;

/// How long the brokers have to answer, and how long may pass without a record before they are taken for gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long one look for a record takes, where there is none.
const POLL: Duration = Duration::from_millis(100);

/// A record of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Its timestamp, in milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its value.
    pub value: Option<Vec<u8>>,
    /// Its headers, in their order.
    pub headers: Headers,
}

impl Found {
    /// A copy of a record: what the client keeps of a message pins all that was fetched with it.
    #[must_use]
    pub fn of(message: &BorrowedMessage<'_>) -> Self {
        let headers = message.headers().map(|headers| {
            let header = |header: rdkafka::message::Header<'_, &[u8]>| {
                (header.key.to_owned(), header.value.map(Vec::from))
            };
            headers.iter().map(header).collect()
        });
        Self {
            partition: message.partition(),
            offset: message.offset(),
            timestamp: message.timestamp().to_millis(),
            key: message.key().map(Vec::from),
            value: message.payload().map(Vec::from),
            headers: headers.unwrap_or_default(),
        }
    }
}

/// What may have happened while a topic is read.
#[derive(Debug)]
pub enum Event {
    /// A record.
    Record(Box<Found>),
    /// Everything that the partition held when the reading began has been read.
    End(i32),
}

/// A topic that is being read.
pub struct TopicReader {
    consumer: AskingConsumer,
    topic: String,
    /// Of each partition where its log begins and where it ended when the reading began.
    bounds: BTreeMap<i32, (i64, i64)>,
}

impl TopicReader {
    /// Finds out where the partitions of a topic begin and end. The group is only a name to ask offsets by.
    ///
    /// # Errors
    /// [`End`]: no such topic, no answer, or refused.
    pub fn open(clients: &Clients, group: &str, topic: &str) -> Result<Self, End> {
        let consumer =
            clients.asking(group, Isolation::ReadCommitted).map_err(|error| End::config(&error))?;
        let metadata = consumer
            .fetch_metadata(Some(topic), PATIENCE)
            .map_err(|error| unanswered(&clients.common, topic, &error))?;
        let partitions: Vec<i32> = metadata
            .topics()
            .iter()
            .filter(|it| it.name() == topic && it.error().is_none())
            .flat_map(|it| it.partitions().iter().map(|partition| partition.id()))
            .collect();
        if is_hidden(&metadata, topic) {
            let why = format!("{topic}: {}", RDKafkaErrorCode::TopicAuthorizationFailed);
            return Err(End::Exit { kind: ExitKind::Denied, why });
        }
        if partitions.is_empty() {
            return Err(End::Exit {
                kind: ExitKind::Config,
                why: format!("there is no topic {topic}; `newsmill topics create` makes it"),
            });
        }
        let mut bounds = BTreeMap::new();
        for partition in partitions {
            let marks = consumer
                .fetch_watermarks(topic, partition, PATIENCE)
                .map_err(|error| unanswered(&clients.common, topic, &error))?;
            bounds.insert(partition, marks);
        }
        Ok(Self { consumer, topic: topic.to_owned(), bounds })
    }

    /// The consumer, to ask by.
    pub(in crate::engine) fn consumer(&self) -> &AskingConsumer {
        &self.consumer
    }

    /// The partitions, each with where its log begins.
    pub fn beginnings(&self) -> BTreeMap<i32, i64> {
        self.bounds.iter().map(|(partition, (begin, _))| (*partition, *begin)).collect()
    }

    /// The partitions, each with an offset that so many others stand behind.
    pub fn near_ends(&self, offsets: i64) -> BTreeMap<i32, i64> {
        let near = |(begin, end): &(i64, i64)| (end - offsets).max(*begin);
        self.bounds.iter().map(|(partition, bounds)| (*partition, near(bounds))).collect()
    }

    /// Reads each of these partitions from its offset; ends with the first `Break`, or when all are read to their ends.
    ///
    /// # Errors
    /// [`End`]: the brokers are gone; or what `each` has for one.
    pub fn read(
        &self,
        from: &BTreeMap<i32, i64>,
        mut each: impl FnMut(Event) -> Result<ControlFlow<()>, End>,
    ) -> Result<(), End> {
        let mut open: BTreeMap<i32, i64> = BTreeMap::new();
        for (partition, offset) in from {
            let Some((begin, end)) = self.bounds.get(partition) else { continue };
            if offset.max(begin) < end {
                open.insert(*partition, *end);
            } else if each(Event::End(*partition))?.is_break() {
                return Ok(());
            }
        }
        self.assign(from, &open)?;
        let mut heard = Instant::now();
        while !open.is_empty() {
            let (partition, is_over) = match self.poll(&mut heard)? {
                Polled::Nothing => continue,
                Polled::End(partition) => (partition, true),
                Polled::Record(message) => {
                    let (partition, next) = (message.partition(), message.offset() + 1);
                    let Some(end) = open.get(&partition) else { continue };
                    if message.offset() < *end
                        && each(Event::Record(Box::new(Found::of(&message))))?.is_break()
                    {
                        return Ok(());
                    }
                    (partition, next >= *end)
                }
            };
            if is_over
                && open.remove(&partition).is_some()
                && each(Event::End(partition))?.is_break()
            {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Begins to read the partitions that hold something, each from its offset.
    fn assign(&self, from: &BTreeMap<i32, i64>, open: &BTreeMap<i32, i64>) -> Result<(), End> {
        let mut assignment = TopicPartitionList::new();
        for (partition, begin) in self.beginnings() {
            if let (Some(offset), true) = (from.get(&partition), open.contains_key(&partition)) {
                let offset = Offset::Offset(*offset.max(&begin));
                assignment
                    .add_partition_offset(&self.topic, partition, offset)
                    .map_err(|error| End::of_command(&self.topic, &error))?;
            }
        }
        self.consumer.assign(&assignment).map_err(|error| End::of_command(&self.topic, &error))
    }

    /// What comes next; `heard` is when a record came last.
    fn poll(&self, heard: &mut Instant) -> Result<Polled<'_>, End> {
        let failed = match self.consumer.poll(POLL) {
            Some(Ok(message)) => {
                *heard = Instant::now();
                return Ok(Polled::Record(message));
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                return Ok(Polled::End(partition));
            }
            Some(Err(error)) => {
                tracing::warn!(event = "read_failed", topic = self.topic, %error);
                Some(error)
            }
            None => None,
        };
        if heard.elapsed() <= PATIENCE {
            return Ok(Polled::Nothing);
        }
        Err(failed
            .map_or_else(|| silent(&self.topic), |error| End::of_command(&self.topic, &error)))
    }
}

/// What a look at the topic gave.
enum Polled<'c> {
    Record(BorrowedMessage<'c>),
    /// The end of that partition.
    End(i32),
    Nothing,
}

fn silent(topic: &str) -> End {
    let why = format!("{topic}: no answer for {} s", PATIENCE.as_secs());
    End::Exit { kind: ExitKind::Temporary, why }
}
