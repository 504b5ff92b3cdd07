//! What goes out: the transactional producer, one open transaction at most.
//!
//! The order of a commit is fixed: everything acknowledged (flush), then the offsets of each group with its membership
//! read afresh, then the end. Of an offset or abort that fails for good nothing has happened; of a commit whose answer
//! never came nobody knows, and the engine starts again from what the brokers say.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _};

use super::End;
use super::bundle::{self, Bundle, Outgoing, TakeHeader};
use super::client::{Clients, EngineProducer};
use super::client_context::Watched;
use super::ffi::{
    FailureKind, Membership, NextOffset, TransactionCalls, TransactionFailure, Uncompressed,
};
use super::observer::{TransactionPhases, Written};
use super::once::SentOnce;
use crate::record::partition_for;
use crate::stage::{Headers, Output, Record, Target};

/// A topic and how many partitions it had when the process started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The topic.
    pub topic: Arc<str>,
    /// Its partitions.
    pub partitions: NonZeroU32,
}

/// Where each kind of output goes.
#[derive(Debug, Clone)]
pub struct Destinations {
    /// The topic of each target that a stage names.
    pub targets: BTreeMap<Target, Destination>,
    /// The dead letters.
    pub dead_letter: Destination,
    /// Topics of hashes, which no compression makes smaller.
    pub of_hashes: Vec<Arc<str>>,
}

/// Offsets of one group, with what fences them.
pub struct GroupOffsets<'a> {
    /// The next offset of each partition that has moved.
    pub offsets: Vec<NextOffset<'a>>,
    /// The membership of the consumer that read them.
    pub membership: Membership,
}

/// How a commit that did not succeed ended.
#[derive(Debug)]
pub enum CommitFailure {
    /// Nothing was committed; the transaction must be aborted.
    Abort(TransactionFailure),
    /// Nobody knows, or the producer is of no more use: a fresh one, and state from the changelog.
    Indeterminate(TransactionFailure),
}

/// The producer of one engine.
pub struct Outlet {
    /// Before the producer: fields are dropped in their order.
    _uncompressed: Vec<Uncompressed>,
    producer: EngineProducer,
    calls: TransactionCalls,
    destinations: Destinations,
    timeout: Duration,
    is_open: bool,
    /// The number of the open transaction.
    transaction: usize,
    /// What was sent in it, by topic.
    written: Vec<Written>,
    /// When it began, in milliseconds since 1970.
    opened_at: i64,
    once: SentOnce,
    /// By the inbox and its partition; the next transaction fills the memory of this one's.
    waiting: BTreeMap<(Target, i32), Waiting>,
}

/// Messages to one partition of an inbox that have not gone yet.
#[derive(Default)]
struct Waiting {
    bundle: Bundle,
    /// Whether the open transaction has sent one there.
    is_begun: bool,
}

impl Outlet {
    /// Makes the producer and fences its predecessors.
    ///
    /// # Errors
    /// [`End`]: the engine cannot begin.
    pub fn open(
        clients: &Clients,
        transactional_id: &str,
        destinations: Destinations,
        watched: Watched,
    ) -> Result<Self, End> {
        let producer = clients.producer(transactional_id, watched);
        let producer = producer.map_err(|error| End::config(&error))?;
        let uncompressed = destinations.of_hashes.iter();
        let uncompressed = uncompressed.map(|topic| Uncompressed::new(&producer, topic));
        let uncompressed =
            uncompressed.collect::<Result<_, _>>().map_err(|error| End::config(&error))?;
        let calls = TransactionCalls::of(&producer);
        let timeout = Duration::from_millis(clients.tuning.transaction_timeout_ms);
        retrying(Instant::now() + timeout, |left| calls.init(left))
            .map_err(|failure| End::restart(&failure))?;
        Ok(Self {
            _uncompressed: uncompressed,
            producer,
            calls,
            destinations,
            timeout,
            is_open: false,
            transaction: 0,
            written: Vec::new(),
            opened_at: 0,
            once: SentOnce::default(),
            waiting: BTreeMap::new(),
        })
    }

    /// Sends what a stage put out, to the partition that its key chooses; without the part that its receiver has. A
    /// message to an inbox may wait for others, until the commit at the latest.
    ///
    /// # Errors
    /// [`End`]: the producer takes nothing more.
    pub fn output(&mut self, output: &Output) -> Result<(), End> {
        let Some(destination) = self.destinations.targets.get(&output.target) else {
            return Err(End::bug(format!("no topic for {:?}", output.target)));
        };
        let partition = partition_for(&output.key, destination.partitions);
        let topic = Arc::clone(&destination.topic);
        self.ensure_open()?;
        let mut value = output.value.as_deref();
        let short = self.once.short(output.target, &output.key, output.kept, self.opened_at);
        if let (Some(whole), Some(short)) = (value, short) {
            value = whole.get(..short).or(value);
        }
        if matches!(output.target, Target::Inbox(_))
            && self.waits(output, &topic, partition, value)?
        {
            return Ok(());
        }
        let mut headers = Some(OwnedHeaders::new_with_capacity(2));
        output.headers(&mut |key, value| {
            headers = headers.take().map(|headers| headers.insert(Header { key, value }));
        });
        self.send(&topic, partition, Some(&output.key), value, headers)
    }

    /// Puts a message to those that wait, unless it is the first one to its partition. That one goes at once: it tells
    /// the brokers that the partition is part of the transaction, which takes a while.
    fn waits(
        &mut self,
        output: &Output,
        topic: &str,
        partition: i32,
        value: Option<&[u8]>,
    ) -> Result<bool, End> {
        let waiting = self.waiting.entry((output.target, partition)).or_default();
        if !std::mem::replace(&mut waiting.is_begun, true) {
            return Ok(false);
        }
        let headers = |each: &mut TakeHeader<'_>| output.headers(each);
        let message = Outgoing { key: &output.key, value, headers: &headers };
        if waiting.bundle.is_full_for(&message) {
            let mut full = std::mem::take(&mut waiting.bundle);
            self.bundle(topic, partition, &full)?;
            full.clear();
            full.add(&message);
            let waiting = self.waiting.entry((output.target, partition)).or_default();
            waiting.bundle = full;
        } else {
            waiting.bundle.add(&message);
        }
        Ok(true)
    }

    /// Sends the messages that wait for others. The last thing before a commit but for the changelogs: no message is
    /// put out after it.
    ///
    /// # Errors
    /// As [`Outlet::output`].
    pub fn send_bundles(&mut self) -> Result<(), End> {
        let mut all = std::mem::take(&mut self.waiting);
        for ((inbox, partition), waiting) in &mut all {
            if let Some(destination) = self.destinations.targets.get(inbox) {
                let topic = Arc::clone(&destination.topic);
                self.bundle(&topic, *partition, &waiting.bundle)?;
            }
            waiting.bundle.clear();
            waiting.is_begun = false;
        }
        self.waiting = all;
        Ok(())
    }

    fn bundle(&mut self, topic: &str, partition: i32, bundle: &Bundle) -> Result<(), End> {
        match bundle.messages() {
            0 => Ok(()),
            1 => self.lone_message(topic, partition, bundle.value()),
            _ => self.send(topic, partition, None, Some(bundle.value()), None),
        }
    }

    /// Sends the one message of a bundle as a record of its own.
    fn lone_message(&mut self, topic: &str, partition: i32, value: &[u8]) -> Result<(), End> {
        let value = Some(value);
        let record =
            Record { topic, partition, offset: 0, timestamp: None, key: None, value, headers: &[] };
        let mut sent = Ok(());
        bundle::open(&record, &mut |message| {
            let headers = Some(native_headers(message.headers));
            sent = self.send(topic, partition, message.key, message.value, headers);
        })
        .map_err(|error| End::bug(format!("a bundle of our own: {error}")))?;
        sent
    }

    /// Sends a dead letter; records of one partition stay on one partition.
    ///
    /// # Errors
    /// As [`Outlet::output`].
    pub fn dead_letter(
        &mut self,
        source_partition: i32,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &Headers,
    ) -> Result<(), End> {
        let Destination { topic, partitions } = self.destinations.dead_letter.clone();
        let partition = (source_partition.cast_unsigned() % partitions).cast_signed();
        self.send(&topic, partition, key, value, Some(native_headers(headers)))
    }

    /// Sends a changelog record to the partition of its table.
    ///
    /// # Errors
    /// As [`Outlet::output`].
    pub fn changelog(
        &mut self,
        topic: &str,
        partition: i32,
        key: &[u8],
        value: Option<&[u8]>,
    ) -> Result<(), End> {
        self.send(topic, partition, Some(key), value, None)
    }

    /// Begins a transaction where none is open.
    ///
    /// # Errors
    /// [`End`]: the producer is of no more use.
    pub fn ensure_open(&mut self) -> Result<(), End> {
        if !self.is_open {
            self.calls.begin().map_err(|failure| End::restart(&failure))?;
            self.is_open = true;
            self.transaction += 1;
            self.written.clear();
            self.opened_at = Timestamp::now().as_millisecond();
            self.producer.context().begin(self.transaction);
        }
        Ok(())
    }

    /// Whether a transaction is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// When the open transaction began, in milliseconds since 1970; `None` while none is open.
    #[must_use]
    pub fn open_since(&self) -> Option<i64> {
        self.is_open.then_some(self.opened_at)
    }

    /// What the last transaction that was begun has written so far.
    #[must_use]
    pub fn written(&self) -> &[Written] {
        &self.written
    }

    /// Commits the open transaction with the offsets of each group.
    ///
    /// # Errors
    /// [`CommitFailure`].
    pub fn commit(
        &mut self,
        groups: &[GroupOffsets<'_>],
    ) -> Result<TransactionPhases, CommitFailure> {
        let began = Instant::now();
        // One deadline for all of it: together with what a client call overshoots it stays below the watchdog's time.
        let deadline = Instant::now() + self.timeout;
        self.flush().map_err(CommitFailure::Indeterminate)?;
        let flushed = Instant::now();
        for group in groups {
            let send = |left| self.calls.send_offsets(&group.offsets, &group.membership, left);
            // Without the end of the transaction its offsets are nothing: a failure here is never in doubt.
            retrying(deadline, send).map_err(|failure| match failure.kind {
                FailureKind::Retriable | FailureKind::Abortable => CommitFailure::Abort(failure),
                FailureKind::Fatal => CommitFailure::Indeterminate(failure),
            })?;
        }
        let offsets_sent = Instant::now();
        retrying(deadline, |left| self.calls.commit(left)).map_err(|failure| {
            match failure.kind {
                FailureKind::Abortable => CommitFailure::Abort(failure),
                FailureKind::Retriable | FailureKind::Fatal => {
                    CommitFailure::Indeterminate(failure)
                }
            }
        })?;
        self.is_open = false;
        self.once.commit();
        Ok(TransactionPhases {
            flush: flushed.duration_since(began),
            send_offsets: offsets_sent.duration_since(flushed),
            commit: offsets_sent.elapsed(),
        })
    }

    /// Aborts the open transaction, if there is one.
    ///
    /// # Errors
    /// [`End`]: the producer is of no more use.
    pub fn abort(&mut self) -> Result<(), End> {
        if std::mem::take(&mut self.is_open) {
            self.once.roll_back();
            self.waiting.clear();
            retrying(Instant::now() + self.timeout, |left| self.calls.abort(left))
                .map_err(|failure| End::restart(&failure))?;
        }
        Ok(())
    }

    /// Every record has been acknowledged. One that has not may be on its way: written behind the marker of an abort it
    /// would be an open transaction that nobody ends, and hold every reader back. So there is no abort here: the engine
    /// starts again, and the greater epoch of its fresh producer shuts the late record out.
    fn flush(&self) -> Result<(), TransactionFailure> {
        let in_time = self.calls.flush(self.timeout);
        let undelivered = self.producer.context().undelivered();
        let message = match (in_time, undelivered.records) {
            (true, 0) => return Ok(()),
            (true, records) => {
                format!("{records} records could not be delivered ({})", undelivered.why)
            }
            (false, _) => format!("not every record was acknowledged within {:?}", self.timeout),
        };
        Err(TransactionFailure { call: "flush", kind: FailureKind::Fatal, fenced: false, message })
    }

    fn count(&mut self, topic: &str, bytes: usize) {
        let known = self.written.iter().position(|written| written.topic == topic);
        let index = known.unwrap_or_else(|| {
            self.written.push(Written { topic: topic.to_owned(), records: 0, bytes: 0 });
            self.written.len() - 1
        });
        if let Some(written) = self.written.get_mut(index) {
            written.records += 1;
            written.bytes += bytes as u64;
        }
    }

    fn send(
        &mut self,
        topic: &str,
        partition: i32,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: Option<OwnedHeaders>,
    ) -> Result<(), End> {
        self.ensure_open()?;
        let mut record = BaseRecord::<[u8], [u8], usize>::with_opaque_to(topic, self.transaction)
            .partition(partition);
        record.key = key;
        record.payload = value;
        record.headers = headers;
        let deadline = Instant::now() + self.timeout;
        loop {
            record = match self.producer.send(record) {
                Ok(()) => {
                    self.count(topic, key.map_or(0, <[u8]>::len) + value.map_or(0, <[u8]>::len));
                    return Ok(());
                }
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), refused))
                    if Instant::now() < deadline =>
                {
                    self.calls.flush(Duration::from_millis(50));
                    refused
                }
                Err((error, _)) => return Err(End::produce(topic, &error)),
            };
        }
    }
}

fn native_headers(headers: &[(String, Option<Vec<u8>>)]) -> OwnedHeaders {
    headers.iter().fold(OwnedHeaders::new_with_capacity(headers.len()), |native, (key, value)| {
        native.insert(Header { key, value: value.as_deref() })
    })
}

/// Calls again while the failure says that the same call may be made again, until the deadline; each call gets what is
/// left of the time, and a second at least.
fn retrying(
    deadline: Instant,
    call: impl Fn(Duration) -> Result<(), TransactionFailure>,
) -> Result<(), TransactionFailure> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match call(left.max(Duration::from_secs(1))) {
            Err(failure) if failure.kind == FailureKind::Retriable && Instant::now() < deadline => {
                tracing::warn!(event = "transaction_call_retried", call = failure.call, %failure);
            }
            result => return result,
        }
    }
}
