//! The harness itself: a broker that keeps what was committed, through its own violent death.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka::{Offset, TopicPartitionList};

use super::broker::Broker;
use super::client::{self, Feed, Refused};
use super::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(30);

fn send(producer: &ThreadedProducer<Refused>, topic: &str, value: &str) {
    let record = BaseRecord::to(topic).partition(0).key("key").payload(value);
    producer.send(record).map_err(|(error, _)| error).expect("room in the queue");
}

fn values(bootstrap: &str, topic: &str) -> Vec<String> {
    let seen = client::read_committed(bootstrap, topic);
    seen.into_iter()
        .map(|seen| String::from_utf8(seen.value.expect("a value")).expect("text"))
        .collect()
}

#[test]
fn what_was_committed_survives_kill_9_of_the_broker_and_what_was_not_is_never_seen() {
    let mut broker = Broker::start_mortal();
    let bootstrap = broker.bootstrap();
    client::create_topic(&bootstrap, "in", 2, &[]);
    client::create_topic(&bootstrap, "out", 1, &[("cleanup.policy", "compact")]);
    let feed = Feed::new(&bootstrap);
    feed.send("in", 1, Some(b"key"), Some(b"value"));
    feed.send("in", 1, Some(b"key"), None);
    feed.flush();

    let producer = client::transactional(&bootstrap, "smoke");
    producer.begin_transaction().unwrap();
    send(&producer, "out", "committed");
    let group: BaseConsumer = client::config(&bootstrap).set("group.id", "smoke").create().unwrap();
    let mut offsets = TopicPartitionList::new();
    offsets.add_partition_offset("in", 1, Offset::Offset(2)).unwrap();
    let metadata = group.group_metadata().expect("a group");
    producer.send_offsets_to_transaction(&offsets, &metadata, LIMIT).unwrap();
    producer.commit_transaction(LIMIT).unwrap();
    producer.begin_transaction().unwrap();
    send(&producer, "out", "aborted");
    producer.flush(LIMIT).unwrap();
    producer.abort_transaction(LIMIT).unwrap();
    producer.begin_transaction().unwrap();
    send(&producer, "out", "never decided");
    producer.flush(LIMIT).unwrap();
    assert_eq!(client::open_transactions(&bootstrap, "out"), [0]);

    broker.kill();
    broker.restart();
    drop(producer);

    assert_eq!(values(&bootstrap, "out"), ["committed"]);
    assert_eq!(client::group_offsets(&bootstrap, "smoke", "in"), [None, Some(2)]);
    let input = client::read_committed(&bootstrap, "in");
    let input: Vec<_> = input
        .iter()
        .map(|seen| (seen.partition, seen.key.as_deref(), seen.value.as_deref()))
        .collect();
    assert_eq!(input, [(1, Some(&b"key"[..]), Some(&b"value"[..])), (1, Some(&b"key"[..]), None)]);

    drop(client::transactional(&bootstrap, "smoke"));
    wait_until("the successor has aborted what its predecessor left", LIMIT, || {
        client::open_transactions(&bootstrap, "out").is_empty()
    });
    assert_eq!(values(&bootstrap, "out"), ["committed"]);
}
