//! What can be found out about a cluster without disturbing it, for `doctor`: how brokers and topics stand, and by trying
//! what we may do.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaResult;
use rdkafka::message::{DeliveryResult, Message as _, Timestamp};
use rdkafka::producer::{
    BaseProducer, BaseRecord, Producer as _, ProducerContext, ThreadedProducer,
};
use rdkafka::topic_partition_list::TopicPartitionList;

use crate::engine::client::reach::unanswered;
use crate::engine::client::token;
use crate::engine::client::{AskingConsumer, Clients, Isolation};
use crate::engine::end::End;
use crate::engine::readers::topic_reader::{Event, TopicReader};
use crate::engine::stop::Stop;
use crate::stage::DynStage;

/// How long the brokers have to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A topic's partitions as the cluster has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replication {
    /// The least number of copies that a partition has.
    pub copies: usize,
    /// Partitions that nobody leads: they can be neither read nor written.
    pub leaderless: Vec<i32>,
    /// Partitions with fewer copies in step than there should be.
    pub behind: Vec<i32>,
}

/// How many brokers there are, and how the partitions of these topics stand.
///
/// # Errors
/// [`End::Exit`]: no answer, or refused.
pub fn replication(
    clients: &Clients,
    topics: &[&str],
) -> Result<(usize, BTreeMap<String, Replication>), End> {
    let client = clients
        .asking("newsmill-doctor", Isolation::ReadCommitted)
        .map_err(|error| End::config(&error))?;
    let metadata = client
        .fetch_metadata(None, PATIENCE)
        .map_err(|error| unanswered(&clients.common, "asking about the cluster", &error))?;
    let found = metadata.topics().iter().filter(|topic| topics.contains(&topic.name()));
    let standing = found.map(|topic| {
        let partitions = topic.partitions();
        let those = |wanted: &dyn Fn(&rdkafka::metadata::MetadataPartition) -> bool| {
            partitions.iter().filter(|it| wanted(it)).map(|it| it.id()).collect()
        };
        let replication = Replication {
            copies: partitions.iter().map(|it| it.replicas().len()).min().unwrap_or(0),
            leaderless: those(&|it| it.leader() < 0),
            behind: those(&|it| it.isr().len() < it.replicas().len()),
        };
        (topic.name().to_owned(), replication)
    });
    Ok((metadata.brokers().len(), standing.collect()))
}

/// A broker tells which requests it answers when it is connected to: it has so long.
const FIRST_WORD: Duration = Duration::from_secs(5);

/// The greatest version of each request, by its number, that each broker answers; `None` of one that has not said. The
/// client library tells it in its own log and nowhere else.
///
/// # Errors
/// [`End::Exit`]: no answer, or refused.
pub fn versions(clients: &Clients) -> Result<BTreeMap<i32, Option<BTreeMap<i16, i16>>>, End> {
    let mut config = ClientConfig::new();
    for (key, value) in &clients.common {
        config.set(key, value);
    }
    // Every broker is connected to, not only one that can answer.
    config.set("debug", "feature").set("enable.sparse.connections", "false");
    config.set_log_level(RDKafkaLogLevel::Debug);
    let client: BaseProducer<Heard> =
        config.create_with_context(Heard::default()).map_err(|error| End::config(&error))?;
    token::log_in(client.client(), &clients.common);
    let metadata = client.client().fetch_metadata(None, PATIENCE);
    let metadata = metadata
        .map_err(|error| unanswered(&clients.common, "asking about the cluster", &error))?;
    let brokers: Vec<(i32, String)> = metadata
        .brokers()
        .iter()
        .map(|broker| (broker.id(), format!("{}:{}", broker.host(), broker.port())))
        .collect();
    let deadline = Instant::now() + FIRST_WORD;
    loop {
        client.poll(Duration::from_millis(50));
        let heard = client.context().0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |(id, address): &(i32, String)| (*id, heard.whole(address).cloned());
        let all: BTreeMap<_, _> = brokers.iter().map(of).collect();
        if Instant::now() >= deadline || all.values().all(Option::is_some) {
            return Ok(all);
        }
    }
}

/// What brokers were heard to answer.
#[derive(Default)]
struct Heard(Mutex<Answers>);

#[derive(Default)]
struct Answers {
    /// By a broker's address, the greatest version of each request that it answers.
    greatest: BTreeMap<String, BTreeMap<i16, i16>>,
    /// Those who have said all.
    whole: BTreeSet<String>,
}

impl Answers {
    fn whole(&self, address: &str) -> Option<&BTreeMap<i16, i16>> {
        self.whole.contains(address).then(|| self.greatest.get(address))?
    }

    fn hear(&mut self, line: &str) {
        let Some((address, said)) = of_broker(line) else { return };
        if let Some((number, greatest)) = answered(said) {
            self.greatest.entry(address.to_owned()).or_default().insert(number, greatest);
        } else if said.trim_start().starts_with("Feature ") {
            // What follows from the list is told behind it.
            self.whole.insert(address.to_owned());
        }
    }
}

impl ClientContext for Heard {
    fn log(&self, _: RDKafkaLogLevel, _: &str, message: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).hear(message);
    }
}

impl ProducerContext for Heard {
    type DeliveryOpaque = ();

    fn delivery(&self, _: &DeliveryResult<'_>, (): ()) {}
}

/// Who is spoken of, and what is said: `[thrd:host:9092/1]: host:9092/1:   ApiKey Fetch (1) Versions 4..17`. With TLS or a
/// user the address has the protocol before it.
fn of_broker(line: &str) -> Option<(&str, &str)> {
    let (_, line) = line.split_once("]: ")?;
    let (name, said) = line.split_once(": ")?;
    let (address, _) = name.rsplit_once('/')?;
    Some((address.rsplit_once('/').map_or(address, |(_, address)| address), said))
}

/// `ApiKey Fetch (1) Versions 4..17`: the number of a request, and its greatest version.
fn answered(said: &str) -> Option<(i16, i16)> {
    let (_, said) = said.trim_start().strip_prefix("ApiKey ")?.split_once('(')?;
    let (number, versions) = said.split_once(") Versions ")?;
    let (_, greatest) = versions.split_once("..")?;
    Some((number.parse().ok()?, greatest.trim().parse().ok()?))
}

/// When the newest record of a topic was written, by the timestamp that it has, in milliseconds since 1970. Behind it
/// stand at most so many markers; where there are more, it is not found.
///
/// # Errors
/// [`End::Exit`]: no answer, or refused.
pub fn newest(clients: &Clients, group: &str, topic: &str) -> Result<Option<i64>, End> {
    const MARKERS: i64 = 16;
    let reader = TopicReader::open(clients, group, topic)?;
    let mut newest = None;
    reader.read(&reader.near_ends(MARKERS), |event| {
        if let Event::Record(found) = event {
            newest = newest.max(found.timestamp);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(newest)
}

/// Tries to ask for what a group has committed.
///
/// # Errors
/// [`End::Exit`]: no answer, or refused.
pub fn try_group(clients: &Clients, group: &str, topic: &str) -> Result<(), End> {
    let client =
        clients.asking(group, Isolation::ReadCommitted).map_err(|error| End::config(&error))?;
    let mut asked = TopicPartitionList::new();
    asked.add_partition(topic, 0);
    let answer = committed(&client, &asked).map_err(|error| End::of_command(group, &error))?;
    answer
        .elements()
        .iter()
        .try_for_each(|element| element.error())
        .map_err(|error| End::of_command(group, &error))
}

/// What a group has committed. Where the group is refused the question itself only times out, and the reason comes to whoever
/// polls.
fn committed(
    client: &AskingConsumer,
    asked: &TopicPartitionList,
) -> KafkaResult<TopicPartitionList> {
    const TURN: Duration = Duration::from_secs(1);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = client.committed_offsets(asked.clone(), TURN);
        if answer.is_ok() || Instant::now() >= deadline {
            return answer;
        }
        if let Some(Err(refused)) = client.poll(Duration::ZERO) {
            return Err(refused);
        }
    }
}

/// Tries to read the first record of a topic, whichever partition has one.
///
/// # Errors
/// [`End::Exit`]: no answer, or refused.
pub fn try_read(clients: &Clients, group: &str, topic: &str) -> Result<(), End> {
    let reader = TopicReader::open(clients, group, topic)?;
    reader.read(&reader.beginnings(), |event| {
        Ok(if matches!(event, Event::Record(_)) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })
}

/// Tries to begin transactions under a name of ours, and to write one record to each of these topics in one that is
/// aborted: a reader with `read_committed` never sees it. Says how far the brokers' clock is ahead of ours, in
/// milliseconds, where one of the topics takes their time. Told to stop, it aborts at once: left open, the transaction would
/// hold back every reader until its time-out.
///
/// # Errors
/// [`End::Exit`]: no answer, or refused.
pub fn try_transaction(
    clients: &Clients,
    transactional_id: &str,
    topics: &[&str],
    stop: &Stop,
) -> Result<Option<i64>, End> {
    let mut config = ClientConfig::new();
    for (key, value) in clients.common.iter().chain(&clients.producer) {
        config.set(key, value);
    }
    config.set("transactional.id", transactional_id);
    let producer: ThreadedProducer<Trial> =
        config.create_with_context(Trial::default()).map_err(|error| End::config(&error))?;
    token::log_in(producer.client(), &clients.common);
    producer
        .init_transactions(PATIENCE)
        .map_err(|error| End::of_command("init_transactions", &error))?;
    if topics.is_empty() {
        return Ok(None);
    }
    producer.begin_transaction().map_err(|error| End::of_command("begin_transaction", &error))?;
    for topic in topics {
        let record = BaseRecord::<[u8], [u8]>::to(topic).partition(0).key(b"newsmill doctor");
        producer.send(record).map_err(|(error, _)| End::of_command(topic, &error))?;
    }
    let flushed = flush(&producer, stop);
    let aborted = producer.abort_transaction(PATIENCE);
    let mut told = producer.context().0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(refused) = told.refused.take() {
        return Err(refused);
    }
    flushed.and(aborted).map_err(|error| End::of_command("a transaction", &error))?;
    Ok(told.ahead_ms)
}

/// Until all is acknowledged, patience has ended, or it is told to stop.
fn flush(producer: &ThreadedProducer<Trial>, stop: &Stop) -> KafkaResult<()> {
    const TURN: Duration = Duration::from_millis(100);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let flushed = producer.flush(TURN);
        if flushed.is_ok() || stop.is_draining() || Instant::now() >= deadline {
            return flushed;
        }
    }
}

/// What the brokers said of the records that were tried.
#[derive(Default)]
struct Trial(Mutex<Told>);

#[derive(Default)]
struct Told {
    refused: Option<End>,
    ahead_ms: Option<i64>,
}

impl ClientContext for Trial {}

impl ProducerContext for Trial {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match result {
            Ok(message) => {
                if let Timestamp::LogAppendTime(ms) = message.timestamp() {
                    told.ahead_ms = Some(ms - jiff::Timestamp::now().as_millisecond());
                }
            }
            Err((error, message)) => {
                told.refused.get_or_insert(End::of_command(message.topic(), error));
            }
        }
    }
}

/// What is wrong with the `meta` records of a changelog, a line each: state of other settings or partition counts. A
/// partition without a record is of no state yet.
///
/// # Errors
/// [`End::Exit`]: no answer, or refused.
pub fn faults_of_state(
    clients: &Clients,
    stage: &Arc<dyn DynStage>,
    group: &str,
    changelog: &str,
    partitions: u32,
) -> Result<Vec<String>, End> {
    let reader = TopicReader::open(clients, group, changelog)?;
    let mut faults = Vec::new();
    for (partition, begin) in reader.beginnings() {
        reader.read(&BTreeMap::from([(partition, begin)]), |event| {
            let Event::Record(found) = event else { return Ok(ControlFlow::Continue(())) };
            // It is the first record of every changelog.
            let mut table = Arc::clone(stage).open(partitions);
            let key = found.key.unwrap_or_default();
            if let Err(error) = table.restore(&key, found.value.as_deref()) {
                faults.push(format!("{changelog}[{partition}]: {error}"));
            }
            Ok(ControlFlow::Break(()))
        })?;
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_broker_answers_is_read_from_the_client_librarys_words_once_it_has_said_all() {
        let mut heard = Answers::default();
        for line in [
            "[thrd:kafka:9092/1]: kafka:9092/1: Broker API support:",
            "[thrd:kafka:9092/1]: kafka:9092/1:   ApiKey TxnOffsetCommit (28) Versions 0..5",
            "[thrd:sasl_ssl://b:9093/bootstrap]: sasl_ssl://b:9093/bootstrap:   ApiKey Fetch (1) Versions 4..17",
        ] {
            heard.hear(line);
        }
        assert_eq!(heard.whole("kafka:9092"), None, "there may be more");
        heard.hear("[thrd:kafka:9092/1]: kafka:9092/1:  Feature MsgVer1: Produce (2..2) supported by broker");
        heard.hear("[thrd:sasl_ssl://b:9093/bootstrap]: sasl_ssl://b:9093/bootstrap:  Feature ApiVersion: ApiVersion (0..0) supported by broker");
        assert_eq!(heard.whole("kafka:9092"), Some(&BTreeMap::from([(28, 5)])));
        assert_eq!(heard.whole("b:9093"), Some(&BTreeMap::from([(1, 17)])));
    }
}
