//! Brings newly assigned partitions to where they left off, beside the running engine.
//!
//! The order is the whole point (state-protocol, engine rule 1): the stable committed offset first, which waits for
//! transactions that still carry offsets of the partition; then the high watermark of the changelog as a
//! read_uncommitted reader sees it; then, once the last stable offset has reached that mark, a read_committed reader
//! from the beginning to the end. Commit markers arrive late: whoever takes the last stable offset for the end misses
//! committed rows. A transaction that begins after the mark belongs to a fenced member and is never committed.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, tick};
use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError;
use rdkafka::message::Message as _;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList, TopicPartitionListElem};
use thiserror::Error;

use crate::engine::client::position::list;
use crate::engine::client::{AskingConsumer, Clients, Isolation};
use crate::stage::{DynPartition, DynStage, RestoreError};

/// How long one question to the brokers may take before it is asked again.
const ASK: Duration = Duration::from_secs(5);
/// How often an open transaction is looked at while it holds a restore back.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How often it is said what a restore waits for.
const SAY_AGAIN: Duration = Duration::from_secs(10);

/// Which part of the pages is read, by the timestamps of their records in milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// A partition of which nothing was committed is read from the first record of this time or later.
    pub from: Option<i64>,
    /// Nothing is read from the first record of this time or later on, and nothing that comes after the start.
    pub to: Option<i64>,
}

/// What to restore: the partitions of one assignment of one stage.
pub struct Request {
    /// Index of the stage in the engine's list.
    pub stage_index: usize,
    /// The stage.
    pub stage: Arc<dyn DynStage>,
    /// Its group.
    pub group: String,
    /// Its inbox.
    pub inbox: Arc<str>,
    /// Partitions of its inbox.
    pub inbox_partitions: u32,
    /// Its changelog, where it is stateful.
    pub changelog: Option<String>,
    /// Which part of the inbox is read.
    pub window: Window,
    /// The partitions, each with its epoch.
    pub partitions: Vec<(i32, u64)>,
}

/// A partition brought to where it left off, or why not.
pub struct Restored {
    /// Index of the stage in the engine's list.
    pub stage: usize,
    /// The partition.
    pub partition: i32,
    /// The epoch of the request.
    pub epoch: u64,
    /// How long it took since it was asked for.
    pub time: Duration,
    /// Where the reading is over, where that was said.
    pub stop_at: Option<i64>,
    /// Its table and where to read on.
    pub result: Result<(Box<dyn DynPartition>, Start), RestoreFailure>,
}

/// Where to read on in an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the committed offset, or at the beginning where there is none.
    At(i64),
    /// The committed offset is gone from the log: what stood between the two is lost to us.
    OutOfRange {
        /// The committed offset.
        committed: i64,
        /// The earliest offset that the log still has.
        earliest: i64,
    },
}

/// Why a partition could not be restored.
#[derive(Debug, Error)]
pub enum RestoreFailure {
    /// The state is of other settings, or unreadable: exit 78.
    #[error("{changelog}[{partition}]: {source}")]
    State {
        /// The changelog topic.
        changelog: String,
        /// Its partition.
        partition: i32,
        /// What is wrong with it.
        source: RestoreError,
    },
    /// A client could not be made.
    #[error("restore client: {0}")]
    Client(KafkaError),
}

/// Held for each partition of a request for as long as it is wanted. Partitions of one request come and go one by one:
/// the restore ends early only when none of them is wanted any more.
#[derive(Debug)]
pub struct Wanted;

/// Restores in a thread of its own; results arrive one a partition, in any order. Ends early once nothing is wanted.
///
/// # Errors
/// The system gives no thread.
pub fn spawn(
    clients: Clients,
    request: Request,
    results: Sender<Restored>,
    waker: Sender<()>,
    wanted: Weak<Wanted>,
) -> std::io::Result<()> {
    let name = format!("restore-{}", request.stage.name().0);
    let work = move || {
        let restorer = match Restorer::new(&clients, &request, &wanted) {
            Ok(restorer) => restorer,
            Err(error) => {
                for (partition, epoch) in &request.partitions {
                    let result = Err(RestoreFailure::Client(error.clone()));
                    let (stage, partition, epoch) = (request.stage_index, *partition, *epoch);
                    let time = Duration::ZERO;
                    let restored =
                        Restored { stage, partition, epoch, time, stop_at: None, result };
                    results.send(restored).ok();
                }
                return;
            }
        };
        restorer.run(&results);
        waker.try_send(()).ok();
    };
    std::thread::Builder::new().name(name).spawn(work).map(drop)
}

struct Restorer<'a> {
    request: &'a Request,
    wanted: &'a Weak<Wanted>,
    committed: AskingConsumer,
    uncommitted: AskingConsumer,
    /// No transaction can be open for longer, unless the brokers fail to end one.
    longest_transaction: Duration,
    began: Instant,
    said: Cell<Option<Instant>>,
}

impl<'a> Restorer<'a> {
    fn new(
        clients: &Clients,
        request: &'a Request,
        wanted: &'a Weak<Wanted>,
    ) -> Result<Self, KafkaError> {
        Ok(Self {
            request,
            wanted,
            committed: clients.asking(&request.group, Isolation::ReadCommitted)?,
            uncommitted: clients.asking(&request.group, Isolation::ReadUncommitted)?,
            longest_transaction: Duration::from_millis(clients.tuning.transaction_timeout_ms),
            began: Instant::now(),
            said: Cell::new(None),
        })
    }

    fn run(&self, results: &Sender<Restored>) {
        let Some(starts) = self.starts() else { return };
        match &self.request.changelog {
            None => self.hand_over(results, &starts, |_| self.open()),
            Some(changelog) => self.restore_state(changelog, starts, results),
        }
    }

    /// The stable committed offset of each partition, held against what the log still has.
    fn starts(&self) -> Option<HashMap<i32, Start>> {
        let mut inbox = TopicPartitionList::new();
        for (partition, _) in &self.request.partitions {
            inbox.add_partition(&self.request.inbox, *partition);
        }
        let offsets = self.ask("committed offsets", || {
            let offsets = self.committed.committed_offsets(inbox.clone(), ASK)?;
            offsets.elements().iter().try_for_each(TopicPartitionListElem::error)?;
            Ok(offsets)
        })?;
        let mut starts = HashMap::new();
        for element in offsets.elements() {
            let partition = element.partition();
            let (earliest, end) = self.ask("watermarks", || {
                self.uncommitted.fetch_watermarks(&self.request.inbox, partition, ASK)
            })?;
            let start = match element.offset() {
                Offset::Offset(committed) if committed < earliest || committed > end => {
                    Start::OutOfRange { committed, earliest }
                }
                Offset::Offset(committed) => Start::At(committed),
                Offset::Beginning
                | Offset::End
                | Offset::Stored
                | Offset::Invalid
                | Offset::OffsetTail(_) => {
                    let from = self.offset_of(partition, self.request.window.from)?;
                    Start::At(from.unwrap_or(earliest))
                }
            };
            starts.insert(partition, start);
        }
        Some(starts)
    }

    fn restore_state(
        &self,
        changelog: &str,
        mut starts: HashMap<i32, Start>,
        results: &Sender<Restored>,
    ) {
        let mut marks = HashMap::new();
        for partition in starts.keys() {
            let Some((_, mark)) = self.ask("changelog end", || {
                self.uncommitted.fetch_watermarks(changelog, *partition, ASK)
            }) else {
                return;
            };
            marks.insert(*partition, mark);
        }
        while !starts.is_empty() {
            let Some(ready) = self.settled(changelog, &marks) else { return };
            if ready.is_empty() {
                let partitions: Vec<&i32> = marks.keys().collect();
                self.say_waiting(&format!("open transactions on {changelog}{partitions:?}"), None);
                self.pause();
                continue;
            }
            marks.retain(|partition, _| !ready.contains(partition));
            let batch: HashMap<i32, Start> =
                ready.iter().filter_map(|partition| starts.remove_entry(partition)).collect();
            let Some(mut tables) = self.read(changelog, &ready) else { return };
            self.hand_over(results, &batch, |partition| {
                tables.remove(&partition).unwrap_or_else(|| self.open())
            });
        }
    }

    /// The partitions in which everything before the mark is decided.
    fn settled(&self, changelog: &str, marks: &HashMap<i32, i64>) -> Option<Vec<i32>> {
        let mut settled = Vec::new();
        for (partition, mark) in marks {
            let (_, stable) = self.ask("changelog last stable offset", || {
                self.committed.fetch_watermarks(changelog, *partition, ASK)
            })?;
            if stable >= *mark {
                settled.push(*partition);
            }
        }
        Some(settled)
    }

    /// Reads changelog partitions to their ends. They were settled before the reading began, so that the first end of
    /// partition that the reader meets lies at or after the mark.
    fn read(&self, changelog: &str, partitions: &[i32]) -> Option<HashMap<i32, TableResult>> {
        let mut tables: HashMap<i32, TableResult> =
            partitions.iter().map(|partition| (*partition, self.open())).collect();
        let assignment = list(changelog, partitions, Offset::Beginning);
        self.ask("changelog assignment", || self.committed.assign(&assignment))?;
        let mut unread: Vec<i32> = partitions.to_vec();
        while !unread.is_empty() {
            if self.is_cancelled() {
                return None;
            }
            match self.committed.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => {
                    let partition = message.partition();
                    let Some(table) = tables.get_mut(&partition) else { continue };
                    let key = message.key().unwrap_or_default();
                    if let Ok(open) = table
                        && let Err(source) = open.restore(key, message.payload())
                    {
                        let changelog = changelog.to_owned();
                        *table = Err(RestoreFailure::State { changelog, partition, source });
                    }
                }
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    unread.retain(|other| *other != partition);
                }
                Some(Err(error)) => {
                    tracing::warn!(event = "restore_read_failed", changelog, %error)
                }
                None => {}
            }
        }
        self.ask("end of restore", || self.committed.unassign())?;
        Some(tables)
    }

    fn hand_over(
        &self,
        results: &Sender<Restored>,
        starts: &HashMap<i32, Start>,
        mut table: impl FnMut(i32) -> TableResult,
    ) {
        for (partition, epoch) in &self.request.partitions {
            let Some(start) = starts.get(partition) else { continue };
            let result = table(*partition).map(|table| (table, *start));
            let (stage, partition, epoch) = (self.request.stage_index, *partition, *epoch);
            let time = self.began.elapsed();
            let Some(stop_at) = self.offset_of(partition, self.request.window.to) else { return };
            results.send(Restored { stage, partition, epoch, time, stop_at, result }).ok();
        }
    }

    /// The offset of the first record of a time or later, or of the end where there is none yet; without a time no offset.
    fn offset_of(&self, partition: i32, time: Option<i64>) -> Option<Option<i64>> {
        let Some(ms) = time else { return Some(None) };
        let asked = list(&self.request.inbox, &[partition], Offset::Offset(ms));
        let answer = self.ask("offsets of a time", || {
            let answer = self.committed.offsets_for_times(asked.clone(), ASK)?;
            answer.elements().iter().try_for_each(TopicPartitionListElem::error)?;
            Ok(answer)
        })?;
        let found = answer.elements().first().map(TopicPartitionListElem::offset);
        if let Some(Offset::Offset(offset)) = found {
            return Some(Some(offset));
        }
        let (_, end) = self.ask("watermarks", || {
            self.committed.fetch_watermarks(&self.request.inbox, partition, ASK)
        })?;
        Some(Some(end))
    }

    fn open(&self) -> TableResult {
        Ok(Arc::clone(&self.request.stage).open(self.request.inbox_partitions))
    }

    /// Asks until there is an answer: a broker that is away comes back. `None` once the partitions are no longer ours.
    fn ask<T>(
        &self,
        what: &'static str,
        question: impl Fn() -> Result<T, KafkaError>,
    ) -> Option<T> {
        loop {
            if self.is_cancelled() {
                return None;
            }
            match question() {
                Ok(answer) => return Some(answer),
                Err(error) => {
                    self.say_waiting(what, Some(&error));
                    self.pause();
                }
            }
        }
    }

    /// A wait is usual as long as a transaction may be open, and until the group has noticed who is gone; beyond that
    /// somebody must look.
    fn say_waiting(&self, what: &str, error: Option<&KafkaError>) {
        if self.said.get().is_some_and(|said| said.elapsed() < SAY_AGAIN) {
            return;
        }
        let waited = self.began.elapsed();
        self.said.set(Some(Instant::now()));
        let stage = self.request.stage.name().0;
        let error = error.map(tracing::field::display);
        if waited < self.longest_transaction * 3 {
            tracing::info!(event = "restore_waits", stage, what, error, ?waited);
        } else {
            tracing::error!(
                event = "restore_held_back",
                stage,
                what,
                error,
                ?waited,
                "a transaction seems to have been left undecided by the brokers: see kafka-transactions.sh find-hanging"
            );
        }
    }

    fn pause(&self) {
        tick(LOOK_AGAIN).recv().ok();
    }

    fn is_cancelled(&self) -> bool {
        self.wanted.strong_count() == 0
    }
}

type TableResult = Result<Box<dyn DynPartition>, RestoreFailure>;
