//! The least that an exactly-once processor can do with this client: read, write the same bytes, commit every 200 ms.

use std::time::{Duration, Instant};

use newsmill::engine::ffi::{Membership, NextOffset, TransactionCalls};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, ThreadedProducer};

use crate::client;

const LIMIT: Duration = Duration::from_secs(30);
const INTERVAL: Duration = Duration::from_millis(200);
const PARTITIONS: usize = 6;

/// Runs until it is killed.
pub fn run(bootstrap: &str, group: &str, input: &str, output: &str) {
    let mut config = client::config(bootstrap);
    config.set("group.id", group).set("enable.auto.commit", "false");
    config.set("auto.offset.reset", "earliest").set("isolation.level", "read_committed");
    config.set("partition.assignment.strategy", "cooperative-sticky");
    config.set("queued.max.messages.kbytes", "32768").set("fetch.queue.backoff.ms", "20");
    let consumer: BaseConsumer = config.create().unwrap();
    let mut config = client::config(bootstrap);
    config.set("transactional.id", group).set("compression.codec", "lz4").set("linger.ms", "20");
    config.set("delivery.report.only.error", "true");
    config.set("batch.size", "524288").set("queue.buffering.max.kbytes", "262144");
    let producer: ThreadedProducer<DefaultProducerContext> = config.create().unwrap();
    let calls = TransactionCalls::of(&producer);
    calls.init(LIMIT).unwrap();
    consumer.subscribe(&[input]).unwrap();
    let mut next = [None; PARTITIONS];
    let mut begun: Option<Instant> = None;
    loop {
        let message = match consumer.poll(Duration::from_millis(10)) {
            Some(Ok(message)) => Some(message),
            Some(Err(error)) => {
                eprintln!("pass-through: {error}");
                None
            }
            None => None,
        };
        if let Some(message) = message {
            if begun.is_none() {
                calls.begin().unwrap();
                begun = Some(Instant::now());
            }
            let partition = message.partition();
            let mut record = BaseRecord::<(), [u8]>::to(output).partition(partition);
            record.payload = message.payload();
            while let Err((_, refused)) = producer.send(record) {
                calls.flush(Duration::from_millis(50));
                record = refused;
            }
            next[partition as usize] = Some(message.offset() + 1);
        }
        if begun.is_some_and(|begun| begun.elapsed() >= INTERVAL) {
            assert!(calls.flush(LIMIT));
            let offsets: Vec<NextOffset<'_>> = (0..)
                .zip(&next)
                .filter_map(|(partition, offset)| {
                    offset.map(|offset| NextOffset { topic: input, partition, offset })
                })
                .collect();
            let membership = Membership::of(&consumer).unwrap();
            calls.send_offsets(&offsets, &membership, LIMIT).unwrap();
            calls.commit(LIMIT).unwrap();
            begun = None;
        }
    }
}
