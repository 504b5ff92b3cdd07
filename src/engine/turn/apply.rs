//! Apply: each prepared record, in partition order, into its table and the open transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use rdkafka::consumer::Consumer as _;
use rdkafka::topic_partition_list::Offset;

use super::run::{Engine, Place, StageRun};
use crate::engine::bundle;
use crate::engine::client::position::list;
use crate::engine::end::{End, ExitKind};
use crate::engine::inbox::breaker::Trip;
use crate::engine::inbox::budget::Lane;
use crate::engine::inbox::partition::{Live, Phase, Rest};
use crate::engine::inbox::workers::{Done, PreparedMessage, Ticket};
use crate::engine::observer::{DeadLettered, Rework, Step};
use crate::record::{Reason, Reject};
use crate::stage::{Count, Outcome, Record, Refusal};

impl Engine {
    /// Applies every chunk whose turn has come; says whether there was one.
    pub(super) fn apply_ready(&mut self) -> Result<bool, End> {
        let mut any = false;
        while let Ok(done) = self.workers.done().try_recv() {
            any = true;
            let ticket = done.job.ticket;
            let Some(live) = self.live_mut(ticket.stage, ticket.partition, ticket.epoch) else {
                continue;
            };
            live.sequencer.fill(ticket.number, done);
            while let Some(done) = self
                .live_mut(ticket.stage, ticket.partition, ticket.epoch)
                .and_then(|live| live.sequencer.release())
            {
                self.apply_chunk(done)?;
                self.commit_if_large()?;
            }
        }
        Ok(any)
    }

    fn apply_chunk(&mut self, done: Done) -> Result<(), End> {
        let Done { job, results, time } = done;
        let (records, messages) = (job.chunk.len() as u64, results.len() as u64);
        let Ticket { stage, partition, epoch, .. } = job.ticket;
        let name = self.stages.get(stage).map(|run| run.spec.stage.name());
        if let Some(name) = name {
            self.observer.worked(name, Step::Prepare, messages, time);
        }
        let began = Instant::now();
        for message in results {
            if self.live_mut(stage, partition, epoch).is_none() {
                // Aborted at an earlier message: all of it is read again.
                return Ok(());
            }
            let Some(record) = job.chunk.record(message.record) else { continue };
            self.apply(stage, epoch, &record, message)?;
        }
        let Some(live) = self.live_mut(stage, partition, epoch) else { return Ok(()) };
        live.unapplied_bytes -= job.bytes;
        live.unapplied_records -= records;
        self.pulse.progress();
        self.applied.records += records;
        self.applied.bytes += job.bytes;
        let tripped = self.live_mut(stage, partition, epoch).and_then(|live| live.breaker.trip());
        let now = Instant::now();
        if let Some(name) = name {
            self.observer.worked(name, Step::Apply, messages, now.duration_since(began));
        }
        self.cadence.applied(now, messages, job.bytes);
        match tripped {
            Some(trip) => self.hold(stage, partition, trip),
            None => Ok(()),
        }
    }

    fn apply(
        &mut self,
        stage: usize,
        epoch: u64,
        record: &Record<'_>,
        PreparedMessage { number, result, .. }: PreparedMessage,
    ) -> Result<(), End> {
        let Record { partition, offset, .. } = *record;
        let place = Place { stage, partition, offset, number };
        let is_page = self.is_page(stage);
        let result = if self.poisoned.contains(&place) {
            Err(Reject::new(Reason::Panic, "a panic while it was applied").into())
        } else {
            result
        };
        let is_bad = matches!(result, Err(Refusal::DeadLetter(_)));
        match result {
            Ok(prepared) => {
                let outbox = &mut self.outbox;
                let Some(live) = live_of(&mut self.stages, stage, record.partition, epoch) else {
                    return Ok(());
                };
                let applied = catch_unwind(AssertUnwindSafe(|| live.table.apply(prepared, outbox)));
                if applied.is_err() {
                    return self.apply_panicked(place);
                }
            }
            Err(Refusal::DeadLetter(reject)) if is_page => {
                self.dead_letter(stage, record, &reject)?
            }
            Err(Refusal::DeadLetter(reject)) => {
                self.dead_letter_message(stage, record, number, &reject)?
            }
            Err(Refusal::Stop(why)) => return Err(End::Exit { kind: ExitKind::Config, why }),
        }
        for output in self.outbox.outputs.drain(..) {
            self.outlet.output(&output)?;
        }
        self.note_applied((stage, epoch), record, is_bad);
        Ok(())
    }

    fn note_applied(&mut self, (stage, epoch): (usize, u64), record: &Record<'_>, is_bad: bool) {
        let is_page = self.is_page(stage);
        if let Some(live) = self.live_mut(stage, record.partition, epoch) {
            live.applied = record.offset + 1;
            live.applied_ms = record.timestamp;
            if is_page {
                live.breaker.record(is_bad);
            }
        }
        if is_page && let Some(timestamp) = record.timestamp {
            self.applied.page_timestamps.push(timestamp);
        }
        if is_page && self.observer.follows_traces() {
            self.applied.trace(record);
        }
    }

    fn is_page(&self, stage: usize) -> bool {
        self.stages.get(stage).is_some_and(|run| run.spec.lane == Lane::Pages)
    }

    /// A bug of ours may have left the table half changed: abort, and dead-letter the record when it is met again. What
    /// the panic said has been logged as far as it quotes no page.
    fn apply_panicked(&mut self, place: Place) -> Result<(), End> {
        let Place { stage, partition, offset, number } = place;
        tracing::error!(event = "apply_panicked", stage, partition, offset, number);
        self.poisoned.insert(place);
        self.abort("a panic while a record was applied")
    }

    /// The dead letter of one message of an inbox's record.
    fn dead_letter_message(
        &mut self,
        stage: usize,
        record: &Record<'_>,
        number: u32,
        reject: &Reject,
    ) -> Result<(), End> {
        let (mut at, mut result) = (0, Ok(()));
        bundle::open(record, &mut |message| {
            if at == number {
                result = self.dead_letter(stage, message, reject);
            }
            at += 1;
        })
        .map_err(|error| End::bug(format!("a bundle that was read before: {error}")))?;
        result
    }

    fn dead_letter(
        &mut self,
        stage: usize,
        record: &Record<'_>,
        reject: &Reject,
    ) -> Result<(), End> {
        let Some(run) = self.stages.get(stage) else { return Ok(()) };
        let name = run.spec.stage.name();
        let failed_at = Timestamp::now().as_millisecond();
        let headers = run.undertaker.headers(record, name, reject, failed_at);
        tracing::warn!(
            event = "dead_letter",
            stage = name.0,
            reason = reject.reason.name(),
            topic = record.topic,
            partition = record.partition,
            offset = record.offset
        );
        self.applied.dead_letters.push(DeadLettered {
            at_ms: failed_at,
            stage: name,
            reason: reject.reason,
            topic: Arc::clone(&run.spec.inbox),
            partition: record.partition,
            offset: record.offset,
        });
        if run.spec.lane == Lane::Pages {
            self.outbox.tally.add(Count::Page(Outcome::DeadLettered));
        }
        self.outbox.tally.add(Count::DeadLetter(reject.reason, name));
        self.outlet.dead_letter(record.partition, record.key, record.value, &headers)
    }

    /// Reads nothing more of a partition that is nearly all dead letters. What is applied is committed as ever; what was
    /// read beyond it is read again by whoever the partition is assigned to next.
    fn hold(&mut self, stage: usize, partition: i32, trip: Trip) -> Result<(), End> {
        self.next_epoch += 1;
        let epoch = self.next_epoch;
        let Some(run) = self.stages.get_mut(stage) else { return Ok(()) };
        let Some(state) = run.partitions.get_mut(&partition) else { return Ok(()) };
        let Phase::Live(live) = &mut state.phase else { return Ok(()) };
        state.epoch = epoch;
        live.rest = Some(Rest::Held);
        live.at_end = false;
        let (records, bytes) = live.drop_unapplied();
        self.budget.refund(bytes);
        self.observer.reworked(Rework::Held, records);
        self.observer.tripped(&run.spec.inbox, trip);
        tracing::error!(
            event = "partition_held",
            topic = %run.spec.inbox,
            partition,
            offset = live.applied,
            limit = trip.name(),
            "nearly every record was dead-lettered: the partition is not read until it is assigned anew"
        );
        run.consumer
            .pause(&list(&run.spec.inbox, &[partition], Offset::Invalid))
            .map_err(|error| End::client("pause", &error))
    }

    fn commit_if_large(&mut self) -> Result<(), End> {
        if self.cadence.is_due(Instant::now(), false) { self.commit() } else { Ok(()) }
    }

    /// Live partitions with their stages.
    pub(super) fn live(&self) -> impl Iterator<Item = (&StageRun, i32, &Live)> {
        self.stages.iter().flat_map(|run| {
            run.partitions.iter().filter_map(move |(partition, state)| match &state.phase {
                Phase::Live(live) => Some((run, *partition, live.as_ref())),
                Phase::Restoring => None,
            })
        })
    }

    fn live_mut(&mut self, stage: usize, partition: i32, epoch: u64) -> Option<&mut Live> {
        live_of(&mut self.stages, stage, partition, epoch)
    }
}

fn live_of(stages: &mut [StageRun], stage: usize, partition: i32, epoch: u64) -> Option<&mut Live> {
    let state = stages.get_mut(stage)?.partitions.get_mut(&partition)?;
    match &mut state.phase {
        Phase::Live(live) if state.epoch == epoch => Some(live),
        Phase::Live(_) | Phase::Restoring => None,
    }
}
