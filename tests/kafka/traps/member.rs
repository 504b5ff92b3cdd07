//! A member of a group that only notes its rebalances and acts on them between polls, as the engine does.

use std::ops::Deref;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::message::Message;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientConfig, ClientContext, Offset, TopicPartitionList};

use crate::client;
use crate::wait::wait_for;

/// A rebalance as the callback saw it.
pub enum Event {
    /// Partitions are given.
    Assign(TopicPartitionList),
    /// Partitions are taken; whether they were lost already.
    Revoke(TopicPartitionList, bool),
}

/// Notes every rebalance.
#[derive(Default)]
pub struct Notes {
    events: Mutex<Vec<Event>>,
    /// Nobody polls any more: the callback has to give everything back by itself, or dropping never ends.
    closing: AtomicBool,
}

impl ClientContext for Notes {}

impl ConsumerContext for Notes {
    fn rebalance(
        &self,
        member: &BaseConsumer<Self>,
        err: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        let event = if err == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            Event::Assign(list.clone())
        } else if self.closing.load(Ordering::Acquire) {
            return member.incremental_unassign(list).expect("its own partitions");
        } else {
            Event::Revoke(list.clone(), member.assignment_lost())
        };
        self.events.lock().expect("nobody panics in here").push(event);
    }
}

/// The member; leaves its group when dropped.
pub struct Member(BaseConsumer<Notes>);

impl Deref for Member {
    type Target = BaseConsumer<Notes>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Member {
    /// Calls `wake` whenever there is something to poll where there was nothing.
    pub fn on_nonempty(&mut self, wake: impl Fn() + Send + Sync + 'static) {
        self.0.set_nonempty_callback(wake);
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.context().closing.store(true, Ordering::Release);
        // A revocation that was noted and never acted on holds up the farewell as well.
        for event in self.context().events.lock().expect("nobody panics in there").drain(..) {
            if let Event::Revoke(list, _) = event {
                self.0.incremental_unassign(&list).expect("its own partitions");
            }
        }
    }
}
/// As the engine configures it.
pub fn config(bootstrap: &str, group: &str) -> ClientConfig {
    let mut config = client::config(bootstrap);
    config.set("group.id", group).set("partition.assignment.strategy", "cooperative-sticky");
    config.set("session.timeout.ms", "6000").set("heartbeat.interval.ms", "300");
    config.set("enable.auto.commit", "false").set("enable.auto.offset.store", "false");
    config.set("isolation.level", "read_committed").set("auto.offset.reset", "error");
    config.set("fetch.wait.max.ms", "50");
    config
}

/// Joins a group for one topic.
pub fn join(bootstrap: &str, group: &str, topic: &str) -> Member {
    let member = config(bootstrap, group).create_with_context(Notes::default());
    let member = Member(member.expect("a valid configuration"));
    member.subscribe(&[topic]).expect("a subscription");
    member
}

/// Polls until the next rebalance is noted.
pub fn next_event(member: &Member) -> Event {
    wait_for("a rebalance", Duration::from_secs(30), || {
        drop(member.poll(Duration::from_millis(50)));
        let mut notes = member.context().events.lock().expect("nobody panics in there");
        (!notes.is_empty()).then(|| notes.remove(0))
    })
}

/// Polls until partitions are assigned.
pub fn assigned(member: &Member) -> TopicPartitionList {
    match next_event(member) {
        Event::Assign(list) => list,
        Event::Revoke(list, lost) => panic!("revoked {list:?}, lost {lost}"),
    }
}

/// One partition, at an offset.
pub fn at(topic: &str, partition: i32, offset: Offset) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, partition, offset).expect("a valid offset");
    list
}

/// Polls for a record: its partition and offset.
pub fn poll(member: &Member, timeout: Duration) -> Option<(i32, i64)> {
    let record = member.poll(timeout)?.expect("a record");
    Some((record.partition(), record.offset()))
}
