//! What goes out: where each output belongs, and what waits for others of its partition. It goes by the `transaction`, which
//! ends by the `cadence`; a text goes `once`.

pub(super) mod cadence;
pub(super) mod once;
pub(super) mod transaction;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use rdkafka::message::{Header, OwnedHeaders};

use crate::engine::bundle::{self, Bundle, Outgoing, TakeHeader};
use crate::engine::client::Clients;
use crate::engine::client::context::Watched;
use crate::engine::end::End;
use crate::engine::observer::{TransactionPhases, Written};
use crate::record::partition_for;
use crate::stage::{Headers, Output, Record, Target};
use once::SentOnce;
use transaction::{CommitFailure, GroupOffsets, Transaction};

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

/// What one engine sends.
pub struct Outlet {
    transaction: Transaction,
    destinations: Destinations,
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
        let transaction =
            Transaction::fenced(clients, transactional_id, &destinations.of_hashes, watched)?;
        let (once, waiting) = (SentOnce::default(), BTreeMap::new());
        Ok(Self { transaction, destinations, once, waiting })
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
        self.transaction.ensure_open()?;
        let mut value = output.value.as_deref();
        let short =
            self.once.short(output.target, &output.key, output.kept, self.transaction.opened_at());
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
        self.transaction.send(&topic, partition, Some(&output.key), value, headers)
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
            _ => self.transaction.send(topic, partition, None, Some(bundle.value()), None),
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
            sent = self.transaction.send(topic, partition, message.key, message.value, headers);
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
        self.transaction.send(&topic, partition, key, value, Some(native_headers(headers)))
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
        self.transaction.send(topic, partition, Some(key), value, None)
    }

    /// Begins a transaction where none is open.
    ///
    /// # Errors
    /// [`End`]: the producer is of no more use.
    pub fn ensure_open(&mut self) -> Result<(), End> {
        self.transaction.ensure_open()
    }

    /// Whether a transaction is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.transaction.is_open()
    }

    /// When the open transaction began, in milliseconds since 1970; `None` while none is open.
    #[must_use]
    pub fn open_since(&self) -> Option<i64> {
        self.is_open().then_some(self.transaction.opened_at())
    }

    /// What the last transaction that was begun has written so far.
    #[must_use]
    pub fn written(&self) -> &[Written] {
        self.transaction.written()
    }

    /// Commits the open transaction with the offsets of each group.
    ///
    /// # Errors
    /// [`CommitFailure`].
    pub fn commit(
        &mut self,
        groups: &[GroupOffsets<'_>],
    ) -> Result<TransactionPhases, CommitFailure> {
        let phases = self.transaction.commit(groups)?;
        self.once.commit();
        Ok(phases)
    }

    /// Aborts the open transaction, if there is one.
    ///
    /// # Errors
    /// [`End`]: the producer is of no more use.
    pub fn abort(&mut self) -> Result<(), End> {
        if self.is_open() {
            self.once.roll_back();
            self.waiting.clear();
        }
        self.transaction.abort()
    }
}

fn native_headers(headers: &[(String, Option<Vec<u8>>)]) -> OwnedHeaders {
    headers.iter().fold(OwnedHeaders::new_with_capacity(headers.len()), |native, (key, value)| {
        native.insert(Header { key, value: value.as_deref() })
    })
}
