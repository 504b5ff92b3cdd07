//! The transactional producer, one open transaction at most.
//!
//! The order of a commit is fixed: everything acknowledged (flush), then the offsets of each group with its membership
//! read afresh, then the end. Of an offset or abort that fails for good nothing has happened; of a commit whose answer
//! never came nobody knows, and the engine starts again from what the brokers say.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::OwnedHeaders;
use rdkafka::producer::{BaseRecord, Producer as _};

use crate::engine::client::context::Watched;
use crate::engine::client::{Clients, EngineProducer};
use crate::engine::end::End;
use crate::engine::ffi::{
    FailureKind, Membership, NextOffset, TransactionCalls, TransactionFailure, Uncompressed,
};
use crate::engine::observer::{TransactionPhases, Written};

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

/// The producer of one engine, and its transaction.
pub struct Transaction {
    /// Before the producer: fields are dropped in their order.
    _uncompressed: Vec<Uncompressed>,
    producer: EngineProducer,
    calls: TransactionCalls,
    timeout: Duration,
    is_open: bool,
    /// Of the open transaction.
    number: usize,
    /// What was sent in it, by topic.
    written: Vec<Written>,
    /// When it began, in milliseconds since 1970.
    opened_at: i64,
}

impl Transaction {
    /// Makes the producer and fences its predecessors. `of_hashes` are topics that no compression makes smaller.
    ///
    /// # Errors
    /// [`End`]: the engine cannot begin.
    pub fn fenced(
        clients: &Clients,
        transactional_id: &str,
        of_hashes: &[Arc<str>],
        watched: Watched,
    ) -> Result<Self, End> {
        let producer = clients.producer(transactional_id, watched);
        let producer = producer.map_err(|error| End::config(&error))?;
        let uncompressed = of_hashes.iter().map(|topic| Uncompressed::new(&producer, topic));
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
            timeout,
            is_open: false,
            number: 0,
            written: Vec::new(),
            opened_at: 0,
        })
    }

    /// Begins a transaction where none is open.
    ///
    /// # Errors
    /// [`End`]: the producer is of no more use.
    pub fn ensure_open(&mut self) -> Result<(), End> {
        if !self.is_open {
            self.calls.begin().map_err(|failure| End::restart(&failure))?;
            self.is_open = true;
            self.number += 1;
            self.written.clear();
            self.opened_at = Timestamp::now().as_millisecond();
            self.producer.context().begin(self.number);
        }
        Ok(())
    }

    /// Whether a transaction is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// When the last transaction that was begun did, in milliseconds since 1970.
    #[must_use]
    pub fn opened_at(&self) -> i64 {
        self.opened_at
    }

    /// What the last transaction that was begun has written so far.
    #[must_use]
    pub fn written(&self) -> &[Written] {
        &self.written
    }

    /// Sends a record, in a transaction that is begun where none is open.
    ///
    /// # Errors
    /// [`End`]: the producer takes nothing more.
    pub fn send(
        &mut self,
        topic: &str,
        partition: i32,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: Option<OwnedHeaders>,
    ) -> Result<(), End> {
        self.ensure_open()?;
        let mut record = BaseRecord::<[u8], [u8], usize>::with_opaque_to(topic, self.number)
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
        Ok(TransactionPhases {
            flush: flushed.duration_since(began),
            send_offsets: offsets_sent.duration_since(flushed),
            commit: offsets_sent.elapsed(),
        })
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

    /// Aborts the open transaction, if there is one.
    ///
    /// # Errors
    /// [`End`]: the producer is of no more use.
    pub fn abort(&mut self) -> Result<(), End> {
        if std::mem::take(&mut self.is_open) {
            retrying(Instant::now() + self.timeout, |left| self.calls.abort(left))
                .map_err(|failure| End::restart(&failure))?;
        }
        Ok(())
    }
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
