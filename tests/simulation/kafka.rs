//! What Kafka's brokers promise, and no more: logs, transactions whose markers come late and in any order, group
//! offsets that are pending until theirs has come, producers that fence each other.

use std::collections::{BTreeMap, BTreeSet};

use newsmill::stage::{Headers, Target};

use crate::rng::Rng;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    Raw,
    /// The inbox of a stage.
    Inbox(Side),
    /// Its changelog.
    State(Side),
    Articles,
    /// Everything that home puts out to others for a partition of its inbox, in one log, so that its order can be
    /// compared.
    Out,
    /// What lines publishes for a partition of its inbox.
    Starts,
}

/// A stage with an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    Home,
    Near,
    Lines,
}

impl Side {
    pub const ALL: [Self; 3] = [Self::Home, Self::Near, Self::Lines];
}

impl Topic {
    /// The stage whose inbox it is.
    pub fn side(self) -> Option<Side> {
        if let Self::Inbox(side) = self { Some(side) } else { None }
    }
}

/// A partition of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tp(pub Topic, pub usize);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Message {
    /// The topic that it would go to, where a log of the model stands for several.
    pub target: Option<Target>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Headers,
    /// Set by the broker on an inbox (`LogAppendTime`).
    pub timestamp: i64,
}

impl Message {
    /// Only so many bytes of the value.
    pub fn cut(mut self, len: usize) -> Self {
        self.value.as_mut().unwrap().truncate(len);
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TxnId(usize);

#[derive(Debug)]
enum Entry {
    Data { txn: Option<TxnId>, message: Message },
    Marker,
}

#[derive(Debug, Default)]
struct Log {
    entries: Vec<Entry>,
    /// Transactions without their marker here, and where they begin.
    open: BTreeMap<TxnId, usize>,
    aborted: BTreeSet<TxnId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Committing,
    Aborting,
    Done,
}

#[derive(Debug)]
struct Txn {
    producer: usize,
    epoch: u32,
    state: State,
    partitions: BTreeSet<Tp>,
    offsets: BTreeMap<Tp, usize>,
    /// The group's own partition has not seen the marker yet.
    offsets_pending: bool,
}

#[derive(Debug, Default)]
struct Producer {
    epoch: u32,
    txn: Option<TxnId>,
}

/// The call must be made again: the last transaction is not done yet.
#[derive(Debug, PartialEq, Eq)]
pub struct Busy;

/// Another producer has the transactional id, or the coordinator gave up on this one.
#[derive(Debug, PartialEq, Eq)]
pub struct Fenced;

/// What a read_committed reader finds at its position.
pub enum Fetched<'k> {
    /// A message and its offset.
    Message(usize, &'k Message),
    /// Nothing that is stable; the position moves to here.
    End(usize),
}

#[derive(Debug, Default)]
pub struct Kafka {
    logs: BTreeMap<Tp, Log>,
    txns: Vec<Txn>,
    /// Those that are not done.
    undone: BTreeSet<TxnId>,
    producers: BTreeMap<usize, Producer>,
    offsets: BTreeMap<Tp, usize>,
    /// The brokers' clock, in milliseconds since 1970.
    pub clock: i64,
}

impl Kafka {
    pub fn new(clock: i64) -> Self {
        Self { clock, ..Self::default() }
    }

    /// Writes outside transactions, as whoever fills the raw topic does.
    pub fn write(&mut self, tp: Tp, message: Message) {
        self.logs.entry(tp).or_default().entries.push(Entry::Data { txn: None, message });
    }

    /// Takes over a transactional id: the transaction of whoever had it is aborted first.
    pub fn init(&mut self, producer: usize) -> Result<u32, Busy> {
        let txn = self.producers.entry(producer).or_default().txn;
        if let Some(txn) = txn {
            self.time_out(txn);
            if self.txns[txn.0].state != State::Done {
                return Err(Busy);
            }
        }
        let producer = self.producers.get_mut(&producer).unwrap();
        producer.epoch += 1;
        Ok(producer.epoch)
    }

    /// Begins a transaction; refused while markers of the one before are missing.
    pub fn begin(&mut self, producer: usize, epoch: u32) -> Result<Result<TxnId, Busy>, Fenced> {
        let held = self.producers.get_mut(&producer).unwrap();
        if held.epoch != epoch {
            return Err(Fenced);
        }
        if held.txn.is_some_and(|txn| self.txns[txn.0].state != State::Done) {
            return Ok(Err(Busy));
        }
        let id = TxnId(self.txns.len());
        held.txn = Some(id);
        self.undone.insert(id);
        self.txns.push(Txn {
            producer,
            epoch,
            state: State::Open,
            partitions: BTreeSet::new(),
            offsets: BTreeMap::new(),
            offsets_pending: false,
        });
        Ok(Ok(id))
    }

    fn open(&mut self, txn: TxnId) -> Result<&mut Txn, Fenced> {
        let txn = &mut self.txns[txn.0];
        let fenced = self.producers[&txn.producer].epoch != txn.epoch;
        if fenced || txn.state != State::Open { Err(Fenced) } else { Ok(txn) }
    }

    pub fn append(&mut self, txn: TxnId, tp: Tp, mut message: Message) -> Result<(), Fenced> {
        self.open(txn)?.partitions.insert(tp);
        message.timestamp = self.clock;
        let log = self.logs.entry(tp).or_default();
        log.open.entry(txn).or_insert(log.entries.len());
        log.entries.push(Entry::Data { txn: Some(txn), message });
        Ok(())
    }

    /// Adds group offsets; they are pending until the transaction's marker reaches the group.
    pub fn add_offsets(
        &mut self,
        txn: TxnId,
        offsets: impl IntoIterator<Item = (Tp, usize)>,
    ) -> Result<(), Fenced> {
        let txn = self.open(txn)?;
        txn.offsets.extend(offsets);
        txn.offsets_pending = true;
        Ok(())
    }

    /// Decides a transaction. Its markers are still to come.
    pub fn end(&mut self, txn: TxnId, commit: bool) -> Result<(), Fenced> {
        let _open = self.open(txn)?;
        self.decide(txn, if commit { State::Committing } else { State::Aborting });
        Ok(())
    }

    fn decide(&mut self, txn: TxnId, state: State) {
        self.txns[txn.0].state = state;
        self.settle(txn);
    }

    /// A transaction is done when nothing waits for its markers any more.
    fn settle(&mut self, id: TxnId) {
        let txn = &mut self.txns[id.0];
        let decided = matches!(txn.state, State::Committing | State::Aborting);
        if decided && txn.partitions.is_empty() && !txn.offsets_pending {
            txn.state = State::Done;
            self.undone.remove(&id);
        }
    }

    /// The coordinator gives up on a transaction that stands open for too long, and on its producer.
    pub fn time_out(&mut self, txn: TxnId) {
        let held = &self.txns[txn.0];
        if held.state == State::Open {
            self.producers.get_mut(&held.producer).unwrap().epoch += 1;
            self.decide(txn, State::Aborting);
        }
    }

    pub fn open_txns(&self) -> Vec<TxnId> {
        let undone = self.undone.iter().copied();
        undone.filter(|txn| self.txns[txn.0].state == State::Open).collect()
    }

    /// Writes one marker that is owed, whichever; says whether there was one. Those of `slow` come seldom.
    pub fn deliver_marker(&mut self, rng: &mut Rng, slow: Option<Tp>) -> bool {
        let mut owed = Vec::new();
        for id in &self.undone {
            let txn = &self.txns[id.0];
            if txn.state != State::Open {
                let logs = txn.partitions.iter().map(|tp| (*id, Some(*tp)));
                owed.extend(logs.chain(txn.offsets_pending.then_some((*id, None))));
            }
        }
        owed.retain(|(_, tp)| tp.is_none() || *tp != slow || rng.once_in(100));
        if owed.is_empty() {
            return false;
        }
        let (id, place) = *rng.pick(&owed);
        let txn = &mut self.txns[id.0];
        let commit = txn.state == State::Committing;
        match place {
            Some(tp) => {
                let _was = txn.partitions.remove(&tp);
                let log = self.logs.get_mut(&tp).unwrap();
                let _began = log.open.remove(&id);
                log.entries.push(Entry::Marker);
                if !commit {
                    log.aborted.insert(id);
                }
            }
            None => {
                txn.offsets_pending = false;
                if commit {
                    self.offsets.extend(txn.offsets.iter().map(|(tp, offset)| (*tp, *offset)));
                }
            }
        }
        self.settle(id);
        true
    }

    /// The committed offset of a group, or the beginning; `None` while a pending one may change it.
    pub fn stable_offset(&self, tp: Tp) -> Option<usize> {
        let mut undone = self.undone.iter().map(|txn| &self.txns[txn.0]);
        let pending = undone.any(|txn| txn.offsets_pending && txn.offsets.contains_key(&tp));
        (!pending).then(|| self.offsets.get(&tp).copied().unwrap_or(0))
    }

    /// The end of a log, as a read_uncommitted reader sees it.
    pub fn high_watermark(&self, tp: Tp) -> usize {
        self.logs.get(&tp).map_or(0, |log| log.entries.len())
    }

    /// The last stable offset: as far as a read_committed reader gets.
    pub fn last_stable_offset(&self, tp: Tp) -> usize {
        self.logs
            .get(&tp)
            .map_or(0, |log| log.open.values().min().copied().unwrap_or(log.entries.len()))
    }

    /// Reads on as read_committed does.
    pub fn fetch(&self, tp: Tp, position: usize) -> Fetched<'_> {
        let stable = self.last_stable_offset(tp);
        let Some(log) = self.logs.get(&tp) else { return Fetched::End(0) };
        for (offset, entry) in log.entries.iter().enumerate().take(stable).skip(position) {
            if let Entry::Data { txn, message } = entry
                && !txn.is_some_and(|txn| log.aborted.contains(&txn))
            {
                return Fetched::Message(offset, message);
            }
        }
        Fetched::End(stable.max(position))
    }

    /// Everything that a read_committed reader sees, with its offsets.
    pub fn committed(&self, tp: Tp) -> Vec<(usize, &Message)> {
        let (mut messages, mut position) = (Vec::new(), 0);
        while let Fetched::Message(offset, message) = self.fetch(tp, position) {
            messages.push((offset, message));
            position = offset + 1;
        }
        messages
    }
}
