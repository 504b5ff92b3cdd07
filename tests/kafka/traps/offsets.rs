//! What committed offsets and watermarks say while a transaction is open, and what one transaction may carry.

use std::time::{Duration, Instant};

use newsmill::engine::ffi::TransactionCalls;
use rdkafka::Offset;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseRecord, Producer};

use super::member::{self, assigned, at};
use crate::broker::shared;
use crate::client;

const LIMIT: Duration = Duration::from_secs(30);

fn committed(isolation: &str, group: &str, topic: &str, limit: Duration) -> Option<Offset> {
    let mut config = client::config(&shared().bootstrap());
    config.set("group.id", group).set("isolation.level", isolation);
    let consumer: BaseConsumer = config.create().unwrap();
    let answer = consumer.committed_offsets(at(topic, 0, Offset::Invalid), limit).ok()?;
    Some(answer.elements()[0].offset())
}

#[test]
fn pending_offsets_keep_a_read_committed_client_waiting_and_a_read_uncommitted_one_not() {
    let bootstrap = shared().bootstrap();
    client::create_topic(&bootstrap, "pending", 1, &[]);
    let member = member::join(&bootstrap, "pending", "pending");
    member.incremental_assign(&assigned(&member)).unwrap();
    let producer = client::transactional(&bootstrap, "pending");
    producer.begin_transaction().unwrap();
    let metadata = member.group_metadata().unwrap();
    producer
        .send_offsets_to_transaction(&at("pending", 0, Offset::Offset(5)), &metadata, LIMIT)
        .unwrap();

    let short = Duration::from_secs(2);
    assert_eq!(committed("read_uncommitted", "pending", "pending", short), Some(Offset::Invalid));
    assert_eq!(committed("read_committed", "pending", "pending", short), None, "it waits");
    producer.commit_transaction(LIMIT).unwrap();
    assert_eq!(committed("read_committed", "pending", "pending", LIMIT), Some(Offset::Offset(5)));
}

#[test]
fn watermarks_of_a_read_committed_client_end_at_the_last_stable_offset() {
    let bootstrap = shared().bootstrap();
    client::create_topic(&bootstrap, "marks", 1, &[]);
    let producer = client::transactional(&bootstrap, "marks");
    producer.begin_transaction().unwrap();
    for _ in 0..5 {
        let record = BaseRecord::<[u8], [u8]>::to("marks").partition(0).payload(b"open");
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(LIMIT).unwrap();
    assert_eq!(client::ends(&bootstrap, "marks"), [(0, 5)]);
    producer.commit_transaction(LIMIT).unwrap();
    assert_eq!(client::ends(&bootstrap, "marks"), [(6, 6)], "five records and the marker");
}

#[test]
fn one_transaction_carries_the_offsets_of_two_groups_and_decides_both() {
    let bootstrap = shared().bootstrap();
    let names = ["two-groups-raw", "two-groups-inbox"];
    let members = names.map(|name| {
        client::create_topic(&bootstrap, name, 1, &[]);
        let member = member::join(&bootstrap, name, name);
        member.incremental_assign(&assigned(&member)).unwrap();
        member
    });
    let producer = client::transactional(&bootstrap, "two-groups");
    let offsets = || names.map(|name| client::group_offsets(&bootstrap, name, name)[0]);
    let send = |number| {
        producer.begin_transaction().unwrap();
        for (name, member) in names.iter().zip(&members) {
            let metadata = member.group_metadata().unwrap();
            let list = at(name, 0, Offset::Offset(number));
            producer.send_offsets_to_transaction(&list, &metadata, LIMIT).unwrap();
        }
    };

    send(7);
    producer.commit_transaction(LIMIT).unwrap();
    assert_eq!(offsets(), [Some(7), Some(7)]);
    send(9);
    producer.abort_transaction(LIMIT).unwrap();
    assert_eq!(offsets(), [Some(7), Some(7)]);
}

#[test]
fn librdkafkas_own_commit_commits_as_well_without_the_tenth_of_a_second_that_rust_rdkafka_waits() {
    let bootstrap = shared().bootstrap();
    client::create_topic(&bootstrap, "commits", 1, &[]);
    let producer = client::transactional(&bootstrap, "commits");
    let calls = TransactionCalls::of(&producer);
    let commit = |commit: &dyn Fn()| {
        producer.begin_transaction().unwrap();
        let record = BaseRecord::<[u8], [u8]>::to("commits").partition(0).payload(b"a record");
        producer.send(record).map_err(|(error, _)| error).unwrap();
        let start = Instant::now();
        commit();
        start.elapsed()
    };
    let rounds = 10;
    let [mut direct, mut wrapped] = [(); 2].map(|()| Vec::new());
    for _ in 0..rounds {
        direct.push(commit(&|| calls.commit(LIMIT).unwrap()));
        wrapped.push(commit(&|| producer.commit_transaction(LIMIT).unwrap()));
    }
    direct.sort();
    wrapped.sort();
    // Clocks of a busy machine prove nothing: the figures are for whoever reads them.
    println!("median of {rounds}: {:?} direct, {:?} by rust-rdkafka", direct[5], wrapped[5]);
    assert_eq!(client::read_committed(&bootstrap, "commits").len(), 2 * rounds, "both commit");
}
