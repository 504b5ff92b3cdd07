//! An engine as DESIGN §4 and state-protocol's engine rules want it, one step at a time: a crash may come between any
//! two. The stages and the tables are the real ones.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use newsmill::engine::SentOnce;
use newsmill::stage::KeptPart;

use crate::bug::Bug;
use crate::group::{Group, MemberId, View};
use crate::inbox::Inbox;
use crate::kafka::{Fenced, Fetched, Kafka, Message, Side, Topic, Tp, TxnId};
use crate::program::{KNOWN, Program, owed};
use crate::rng::Rng;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Working,
    Flush,
    Offsets,
    End,
    Abort,
}

struct Txn {
    id: TxnId,
    unsent: VecDeque<(Tp, Message)>,
    /// Where each partition stood when the transaction began: an abort goes back there.
    began: BTreeMap<Tp, usize>,
}

/// An engine from start to end.
struct Running {
    epoch: u32,
    member: MemberId,
    /// What the client's own threads have heard of the group last; `None` where they were told that they are out.
    view: Option<View>,
    /// The callback `lost` waits for a poll.
    lost: bool,
    inboxes: BTreeMap<(Side, usize), Inbox>,
    /// Raw partitions and where they stand; `None` until the committed offset is known.
    raw: BTreeMap<usize, Option<usize>>,
    txn: Option<Txn>,
    once: SentOnce,
    phase: Phase,
}

enum Life {
    Dead,
    Starting,
    Running(Box<Running>),
}

pub struct Engine {
    index: usize,
    life: Life,
}

/// The engine must end: whoever starts it again believes nothing but the brokers.
struct Ended;

impl From<Fenced> for Ended {
    fn from(_: Fenced) -> Self {
        Self
    }
}

impl Engine {
    pub fn new(index: usize) -> Self {
        Self { index, life: Life::Starting }
    }

    /// kill -9.
    pub fn crash(&mut self) {
        self.life = Life::Dead;
    }

    pub fn restart(&mut self) {
        if matches!(self.life, Life::Dead) {
            self.life = Life::Starting;
        }
    }

    pub fn member(&self) -> Option<MemberId> {
        match &self.life {
            Life::Running(running) => Some(running.member),
            Life::Dead | Life::Starting => None,
        }
    }

    /// Whether it is between the first and the last call of a commit.
    pub fn is_committing(&self) -> bool {
        let Life::Running(running) = &self.life else { return false };
        matches!(running.phase, Phase::Flush | Phase::Offsets | Phase::End)
    }

    /// Whether it has nothing left to do.
    pub fn is_idle(&self, kafka: &Kafka) -> bool {
        let Life::Running(running) = &self.life else { return false };
        running.txn.is_none()
            && running.phase == Phase::Working
            && running.raw.iter().all(|(p, position)| {
                position.is_some_and(|at| ended(kafka, Tp(Topic::Raw, *p), at))
            })
            && running.inboxes.iter().all(|((side, p), inbox)| {
                inbox.position().is_some_and(|at| ended(kafka, Tp(Topic::Inbox(*side), *p), at))
            })
    }

    /// The client's threads hear of the group. One that is out joins again only when the application has been told.
    pub fn sync(&mut self, group: &mut Group) {
        let Life::Running(running) = &mut self.life else { return };
        match group.view(running.member) {
            Some(view) => running.view = Some(view.clone()),
            None => {
                running.view = None;
                running.lost = true;
            }
        }
    }

    /// One step, whichever the schedule wants.
    pub fn step(&mut self, program: &Program, kafka: &mut Kafka, group: &mut Group, rng: &mut Rng) {
        let ended = match &mut self.life {
            Life::Dead => Ok(()),
            Life::Starting => {
                if let Ok(epoch) = kafka.init(self.index) {
                    self.life = Life::Running(Box::new(Running::new(epoch, group.join())));
                }
                Ok(())
            }
            Life::Running(running) => running.step(self.index, program, kafka, group, rng),
        };
        if let Err(Ended) = ended {
            self.life = Life::Starting;
        }
    }
}

fn ended(kafka: &Kafka, tp: Tp, position: usize) -> bool {
    matches!(kafka.fetch(tp, position), Fetched::End(_))
        && kafka.last_stable_offset(tp) == kafka.high_watermark(tp)
}

impl Running {
    fn new(epoch: u32, member: MemberId) -> Self {
        Self {
            epoch,
            member,
            view: None,
            lost: false,
            inboxes: BTreeMap::new(),
            raw: BTreeMap::new(),
            txn: None,
            once: SentOnce::default(),
            phase: Phase::Working,
        }
    }

    fn step(
        &mut self,
        index: usize,
        program: &Program,
        kafka: &mut Kafka,
        group: &mut Group,
        rng: &mut Rng,
    ) -> Result<(), Ended> {
        match self.phase {
            Phase::Working => self.work(index, program, kafka, group, rng),
            Phase::Flush => {
                self.send(kafka, usize::MAX)?;
                self.phase = if program.late_flush { Phase::End } else { Phase::Offsets };
                Ok(())
            }
            Phase::Offsets => {
                let taken = self.add_offsets(program, kafka, group, rng)?;
                self.phase = match (taken, program.late_flush) {
                    (false, _) => Phase::Abort,
                    (true, false) => Phase::End,
                    (true, true) => Phase::Flush,
                };
                Ok(())
            }
            Phase::End => self.end(program, kafka, rng),
            Phase::Abort => self.abort(program, kafka),
        }
    }

    fn work(
        &mut self,
        index: usize,
        program: &Program,
        kafka: &mut Kafka,
        group: &mut Group,
        rng: &mut Rng,
    ) -> Result<(), Ended> {
        match rng.below(10) {
            0 | 1 => self.poll(program, group, rng),
            2 | 3 => self.restore(program, kafka, rng),
            4 => self.send(kafka, rng.below(4))?,
            5 if self.txn.is_some() => self.begin_commit(program),
            _ => self.process(index, program, kafka, rng)?,
        }
        Ok(())
    }

    /// The callbacks of a rebalance: lost, revoked, assigned.
    fn poll(&mut self, program: &Program, group: &mut Group, rng: &mut Rng) {
        if self.lost {
            if !program.has(Bug::RegainWithoutAbort) {
                if self.txn.is_some() {
                    self.phase = Phase::Abort;
                    return;
                }
                self.inboxes.clear();
                self.raw.clear();
            }
            self.lost = false;
            self.member = group.join();
        }
        let Some(view) = &self.view else { return };
        let mine: BTreeSet<Tp> = self.owned().collect();
        let gone: Vec<Tp> = mine
            .iter()
            .copied()
            .filter(|tp| !view.owned.contains(tp) || view.revoking.contains(tp))
            .collect();
        if !gone.is_empty() {
            if self.txn.is_some() {
                // Finished work is committed before the partition is handed back, or never was.
                if rng.once_in(3) {
                    self.phase = Phase::Abort
                } else {
                    self.begin_commit(program)
                }
                return;
            }
            for tp in gone {
                self.drop_partition(tp);
                group.give_back(self.member, tp);
            }
            return;
        }
        let idle = view.revoking.iter().filter(|tp| !mine.contains(tp));
        idle.for_each(|tp| group.give_back(self.member, *tp));
        for tp in view.owned.difference(&view.revoking).filter(|tp| !mine.contains(tp)) {
            match tp.0.side() {
                None => drop(self.raw.insert(tp.1, None)),
                Some(side) => drop(self.inboxes.insert((side, tp.1), program.first_step())),
            }
        }
    }

    fn owned(&self) -> impl Iterator<Item = Tp> {
        let raw = self.raw.keys().map(|p| Tp(Topic::Raw, *p));
        raw.chain(self.inboxes.keys().map(|(side, p)| Tp(Topic::Inbox(*side), *p)))
    }

    fn drop_partition(&mut self, tp: Tp) {
        match tp.0.side() {
            None => drop(self.raw.remove(&tp.1)),
            Some(side) => drop(self.inboxes.remove(&(side, tp.1))),
        }
    }

    /// One step of one partition towards being judged. The others go on meanwhile.
    fn restore(&mut self, program: &Program, kafka: &Kafka, rng: &mut Rng) {
        for (p, position) in &mut self.raw {
            if position.is_none() {
                *position = kafka.stable_offset(Tp(Topic::Raw, *p));
            }
        }
        let waiting: Vec<(Side, usize)> = self
            .inboxes
            .iter()
            .filter(|(_, inbox)| !matches!(inbox, Inbox::Live { .. }))
            .map(|(at, _)| *at)
            .collect();
        if waiting.is_empty() {
            return;
        }
        let (side, p) = *rng.pick(&waiting);
        let inbox = self.inboxes.remove(&(side, p)).unwrap();
        self.inboxes.insert((side, p), inbox.advanced(program, kafka, side, p));
    }

    /// Reads and applies one record.
    fn process(
        &mut self,
        index: usize,
        program: &Program,
        kafka: &mut Kafka,
        rng: &mut Rng,
    ) -> Result<(), Ended> {
        let live: Vec<(Tp, usize)> = self.positions().collect();
        let with_data =
            live.iter().filter_map(|(tp, position)| match kafka.fetch(*tp, *position) {
                Fetched::Message(offset, message) => Some((*tp, *position, offset, message)),
                Fetched::End(_) => None,
            });
        let with_data: Vec<_> = with_data.collect();
        if with_data.is_empty() {
            self.restore(program, kafka, rng);
            return Ok(());
        }
        let (tp, position, offset, message) = *rng.pick(&with_data);
        let message = message.clone();
        if self.txn.is_none() {
            let Ok(id) = kafka.begin(index, self.epoch)? else { return Ok(()) };
            let (unsent, began) = (VecDeque::new(), live.into_iter().collect());
            self.txn = Some(Txn { id, unsent, began });
        }
        let Some(txn) = &mut self.txn else { return Ok(()) };
        let _first = *txn.began.entry(tp).or_insert(position);
        let Some(side) = tp.0.side() else {
            let (once, now) = (&mut self.once, kafka.clock);
            // Read again after a crash, a page may be read by another knowledge.
            let parsed = program.parsed(tp, offset, &message, rng.below(KNOWN)).into_iter();
            txn.unsent
                .extend(parsed.map(|(tp, message, kept)| (tp, cut(message, kept, once, now))));
            self.raw.insert(tp.1, Some(offset + 1));
            return Ok(());
        };
        if let Some(Inbox::Live { position, table }) = self.inboxes.get_mut(&(side, tp.1)) {
            txn.unsent.extend(program.judged(&mut **table, side, tp.1, offset, &message));
            *position = offset + 1;
        }
        Ok(())
    }

    fn positions(&self) -> impl Iterator<Item = (Tp, usize)> {
        let raw = self.raw.iter().filter_map(|(p, at)| Some((Tp(Topic::Raw, *p), (*at)?)));
        let inboxes = self.inboxes.iter();
        raw.chain(inboxes.filter_map(|((side, p), inbox)| {
            Some((Tp(Topic::Inbox(*side), *p), inbox.position()?))
        }))
    }

    /// The client sends so many of the records that wait in it.
    fn send(&mut self, kafka: &mut Kafka, n: usize) -> Result<(), Ended> {
        let Some(txn) = &mut self.txn else { return Ok(()) };
        for _ in 0..n {
            let Some((tp, message)) = txn.unsent.pop_front() else { break };
            kafka.append(txn.id, tp, message)?;
        }
        Ok(())
    }

    /// Changelog rows last: one a key, as it stands now.
    fn begin_commit(&mut self, program: &Program) {
        let Some(txn) = &mut self.txn else { return };
        for ((side, p), inbox) in &self.inboxes {
            if let Inbox::Live { table, .. } = inbox {
                let state = Tp(Topic::State(*side), *p);
                txn.unsent.extend(owed(&**table).into_iter().map(|row| (state, row)));
            }
        }
        self.phase = if program.late_flush { Phase::Offsets } else { Phase::Flush };
    }

    /// Whether the group took the offsets, and the coordinator with it.
    fn add_offsets(
        &mut self,
        program: &Program,
        kafka: &mut Kafka,
        group: &Group,
        rng: &mut Rng,
    ) -> Result<bool, Ended> {
        let member = self.member;
        let known =
            self.view.as_ref().is_some_and(|view| group.takes_offsets(member, view.generation));
        let refused = program.faults.is_some_and(|n| rng.once_in(2 * n));
        if refused || !(known || program.has(Bug::UnfencedOffsets)) {
            return Ok(false);
        }
        let offsets: Vec<_> = self.positions().collect();
        if let Some(txn) = &self.txn {
            kafka.add_offsets(txn.id, offsets)?;
        }
        Ok(true)
    }

    fn end(&mut self, program: &Program, kafka: &mut Kafka, rng: &mut Rng) -> Result<(), Ended> {
        let Some(txn) = &self.txn else { return Ok(()) };
        let fault = program.faults.map_or(9, |n| rng.below(10 * n));
        if fault == 0 {
            // The request is lost: nobody knows, and the transaction stands open.
            return Err(Ended);
        }
        kafka.end(txn.id, true)?;
        if fault == 1 {
            // The answer is lost.
            return Err(Ended);
        }
        for inbox in self.inboxes.values_mut() {
            if let Inbox::Live { table, .. } = inbox {
                table.commit();
            }
        }
        self.once.commit();
        self.txn = None;
        self.phase = Phase::Working;
        Ok(())
    }

    fn abort(&mut self, program: &Program, kafka: &mut Kafka) -> Result<(), Ended> {
        self.phase = Phase::Working;
        let Some(txn) = self.txn.take() else { return Ok(()) };
        kafka.end(txn.id, false)?;
        if program.has(Bug::TextsSentThoughAborted) {
            self.once.commit()
        } else {
            self.once.roll_back()
        }
        for ((side, p), inbox) in &mut self.inboxes {
            if let Inbox::Live { position, table } = inbox {
                if program.has(Bug::NoRollback) {
                    table.commit()
                } else {
                    table.rollback()
                }
                *position =
                    txn.began.get(&Tp(Topic::Inbox(*side), *p)).copied().unwrap_or(*position);
            }
        }
        for (p, position) in &mut self.raw {
            if let Some(began) = txn.began.get(&Tp(Topic::Raw, *p)) {
                *position = Some(*began);
            }
        }
        Ok(())
    }
}

/// The message without the text that went before it.
fn cut(message: Message, kept: Option<KeptPart>, once: &mut SentOnce, now: i64) -> Message {
    let (target, key) = (message.target.unwrap(), message.key.as_deref().unwrap());
    match once.short(target, key, kept, now) {
        Some(short) => message.cut(short),
        None => message,
    }
}
