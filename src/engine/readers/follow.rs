//! Follows a compacted topic: reads all of it before anything depends on it, then whatever comes. What is done with its
//! records is the caller's.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError;
use rdkafka::message::Message as _;
use rdkafka::topic_partition_list::Offset;

use crate::engine::client::position::list;
use crate::engine::client::{AskingConsumer, Clients, Isolation};
use crate::engine::end::{End, ExitKind};
use crate::engine::stop::Stop;

/// How long one question to the brokers may take before it is asked again.
const ASK: Duration = Duration::from_secs(5);

/// How long a reader waits for a record before it looks whether it is to stop.
const POLL: Duration = Duration::from_millis(100);

/// What is done with a record: its key, and its value, `None` a tombstone. An error is a record that cannot be read.
pub type Take = dyn Fn(&[u8], Option<&[u8]>) -> Result<(), String> + Send + Sync;

/// How far a topic is read that must be read before work begins.
#[derive(Debug, Default)]
pub struct Progress {
    is_wanted: AtomicBool,
    is_whole: AtomicBool,
    read: AtomicU64,
    of: AtomicU64,
}

impl Progress {
    /// Offsets read and to be read; `None` once all are, and where none are wanted.
    #[must_use]
    pub fn unread(&self) -> Option<(u64, u64)> {
        let waits =
            self.is_wanted.load(Ordering::Acquire) && !self.is_whole.load(Ordering::Acquire);
        waits.then(|| (self.read.load(Ordering::Relaxed), self.of.load(Ordering::Relaxed)))
    }
}

/// A topic that is followed.
pub struct Follower {
    topic: String,
    consumer: AskingConsumer,
    take: Box<Take>,
}

impl Follower {
    /// Reads the topic from its beginning to where it ended when the reading began.
    ///
    /// # Errors
    /// [`End::Stopped`] where the process is to stop first; 78 where a record cannot be read, or a setting is refused.
    pub fn read_whole(
        clients: &Clients,
        group: &str,
        (topic, partitions): (&str, usize),
        take: Box<Take>,
        progress: &Progress,
        stop: &Stop,
    ) -> Result<Self, End> {
        progress.is_wanted.store(true, Ordering::Release);
        let consumer =
            clients.asking(group, Isolation::ReadCommitted).map_err(|error| End::config(&error))?;
        let follower = Self { topic: topic.to_owned(), consumer, take };
        let partitions = 0..i32::try_from(partitions).unwrap_or(i32::MAX);
        let partitions: Vec<i32> = partitions.collect();
        for partition in &partitions {
            let (from, to) = follower
                .ask(stop, || follower.consumer.fetch_watermarks(topic, *partition, ASK))?;
            progress.of.fetch_add(u64::try_from(to - from).unwrap_or(0), Ordering::Relaxed);
        }
        let all = list(topic, &partitions, Offset::Beginning);
        follower.ask(stop, || follower.consumer.assign(&all))?;
        let mut unread: BTreeSet<i32> = partitions.into_iter().collect();
        while !unread.is_empty() {
            if stop.is_draining() {
                return Err(End::Stopped);
            }
            match follower.poll() {
                Polled::Record(taken) => {
                    progress.read.fetch_add(1, Ordering::Relaxed);
                    taken.map_err(|why| End::Exit { kind: ExitKind::Config, why })?;
                }
                Polled::End(partition) => drop(unread.remove(&partition)),
                Polled::Nothing => {}
            }
        }
        progress.is_whole.store(true, Ordering::Release);
        Ok(follower)
    }

    /// Reads on in a thread of its own, until the process stops. A record that cannot be read is passed over and logged.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn follow(self, stop: Arc<Stop>) -> std::io::Result<()> {
        let work = move || {
            while !stop.is_draining() {
                if let Polled::Record(Err(why)) = self.poll() {
                    tracing::error!(event = "followed_record_unreadable", why);
                }
            }
        };
        std::thread::Builder::new().name("follow".to_owned()).spawn(work).map(drop)
    }

    fn poll(&self) -> Polled {
        match self.consumer.poll(POLL) {
            Some(Ok(message)) => {
                let taken = (self.take)(message.key().unwrap_or_default(), message.payload());
                Polled::Record(taken.map_err(|why| {
                    let (partition, offset) = (message.partition(), message.offset());
                    format!("{}/{partition}/{offset} cannot be read: {why}", self.topic)
                }))
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => Polled::End(partition),
            Some(Err(error)) => {
                tracing::warn!(event = "follow_failed", topic = self.topic, %error);
                Polled::Nothing
            }
            None => Polled::Nothing,
        }
    }

    /// Asks until there is an answer: a broker that is away comes back.
    fn ask<T>(&self, stop: &Stop, question: impl Fn() -> Result<T, KafkaError>) -> Result<T, End> {
        loop {
            if stop.is_draining() {
                return Err(End::Stopped);
            }
            match question() {
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    if let end @ End::Exit { .. } = End::client("follow", &error) {
                        return Err(end);
                    }
                    tracing::warn!(event = "follow_waits", topic = self.topic, %error);
                    stop.wait(POLL);
                }
            }
        }
    }
}

/// What a look at the topic gave.
enum Polled {
    Record(Result<(), String>),
    /// The end of that partition, for now.
    End(i32),
    Nothing,
}
