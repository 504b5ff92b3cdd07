//! Reading: inboxes before pages, into chunks of one partition, within the byte budget.
//!
//! Back-pressure pauses partitions and never stops polling. While workers have enough to do for the moment, a stage is
//! passed over for one turn; that is shorter than any time-out, keeps the prefetch, and rebalances are still served.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message as _};
use rdkafka::topic_partition_list::Offset;

use super::run::{Engine, StageRun};
use crate::engine::client::StageConsumer;
use crate::engine::client::position::list;
use crate::engine::end::End;
use crate::engine::ffi::known_log;
use crate::engine::inbox::budget::Lane;
use crate::engine::inbox::partition::{Live, Partition, Phase};
use crate::engine::inbox::workers::{Job, Ticket, Workers};
use crate::engine::observer::PauseReason;

/// Records read of one stage in one turn: enough to be cheap, few enough to look at everything else in between.
const RECORDS_A_TURN: usize = 512;
/// Lines of a client's log that are taken in one turn: with `debug` set it has thousands a second, before and between the records.
const LOG_LINES_A_TURN: usize = 4_096;
/// Pages stop while the inboxes of this engine are so many records behind, each of up to some hundred messages …
const INBOX_LAG_SHUTS: i64 = 2_000;
/// … and go on at so many.
const INBOX_LAG_OPENS: i64 = 500;

impl Engine {
    /// Reads from every stage, the last one of the flow first; says whether anything came.
    pub(super) fn read(&mut self) -> Result<bool, End> {
        let mut any = false;
        for stage in (0..self.stages.len()).rev() {
            let (count, failures) = self.read_stage(stage);
            any |= count > 0;
            for error in failures {
                self.consumer_failed(stage, &error)?;
            }
        }
        Ok(any)
    }

    /// Opens and shuts the gates of the lanes.
    pub(super) fn work_the_gates(&mut self) -> Result<(), End> {
        if self.is_draining() {
            return self.set_gates(|_| Some(PauseReason::Drain));
        }
        let lag = self.inbox_lag();
        let budget = &self.budget;
        let shut_by: Vec<Option<PauseReason>> = self
            .stages
            .iter()
            .map(|run| {
                let lag_limit = if run.is_open() { INBOX_LAG_SHUTS } else { INBOX_LAG_OPENS };
                if run.spec.lane == Lane::Pages && lag >= lag_limit {
                    Some(PauseReason::InboxLag)
                } else {
                    let is_open = budget.is_open(run.spec.lane, run.is_open());
                    (!is_open).then_some(PauseReason::Budget)
                }
            })
            .collect();
        self.set_gates(|stage| shut_by.get(stage).copied().flatten())
    }

    /// Records that the inboxes of this engine are behind, as far as the client knows.
    fn inbox_lag(&self) -> i64 {
        self.stages
            .iter()
            .filter(|run| run.spec.lane == Lane::Inbox)
            .flat_map(|run| {
                run.partitions.iter().filter_map(|(partition, state)| match &state.phase {
                    // Whatever stands between what was read and the end is markers and what was aborted, however much.
                    Phase::Live(live) if live.at_end => None,
                    Phase::Live(live) => known_log(&run.consumer, &run.spec.inbox, *partition)
                        .map(|log| (log.end - live.next_read).max(0)),
                    Phase::Restoring => None,
                })
            })
            .sum()
    }

    fn set_gates(&mut self, shut_by: impl Fn(usize) -> Option<PauseReason>) -> Result<(), End> {
        for (index, run) in self.stages.iter_mut().enumerate() {
            let was_open = run.is_open();
            run.shut_by = shut_by(index);
            let open = run.is_open();
            if open == was_open {
                continue;
            }
            let live: Vec<i32> = run
                .partitions
                .iter()
                .filter(
                    |(_, state)| matches!(&state.phase, Phase::Live(live) if live.rest.is_none()),
                )
                .map(|(partition, _)| *partition)
                .collect();
            let list = list(&run.spec.inbox, &live, Offset::Invalid);
            let result = if open { run.consumer.resume(&list) } else { run.consumer.pause(&list) };
            result.map_err(|error| End::client("pause or resume", &error))?;
            tracing::debug!(event = "gate", stage = run.spec.stage.name().0, open);
        }
        Ok(())
    }

    /// Reads from a stage, for a turn; says how many records came, and what failed.
    fn read_stage(&mut self, index: usize) -> (usize, Vec<KafkaError>) {
        let (mut count, mut failures) = (0, Vec::new());
        let is_full = self.has_enough_to_do();
        let Some(run) = self.stages.get_mut(index) else { return (0, failures) };
        if is_full && run.spec.lane == Lane::Pages {
            return (0, failures);
        }
        let StageRun { spec, consumer, partitions, .. } = run;
        let mut log_lines = LOG_LINES_A_TURN;
        while count < RECORDS_A_TURN {
            let message = match next(consumer, &mut log_lines) {
                None => break,
                Some(Ok(message)) => message,
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    if let Some((live, _)) = live_of(partitions, partition) {
                        live.met_end();
                    }
                    continue;
                }
                Some(Err(error)) => {
                    failures.push(error);
                    continue;
                }
            };
            let Some((live, epoch)) = live_of(partitions, message.partition()) else { continue };
            match take(live, &spec.inbox, &message) {
                Taken::Nothing => {}
                Taken::Again => self.observer.redelivered(&spec.inbox),
                Taken::Record { bytes, fills_chunk } => {
                    count += 1;
                    self.budget.charge(bytes);
                    self.observer.consumed(&spec.inbox, bytes);
                    if fills_chunk {
                        dispatch(&self.workers, index, message.partition(), epoch, live);
                    }
                }
            }
        }
        for (partition, state) in partitions {
            if let Phase::Live(live) = &mut state.phase {
                dispatch(&self.workers, index, *partition, state.epoch, live);
            }
        }
        (count, failures)
    }

    /// Partitions that have come to where their reading is over are not read any further.
    pub(super) fn rest_where_over(&mut self) -> Result<(), End> {
        for run in &mut self.stages {
            let mut over = Vec::new();
            for (partition, state) in &mut run.partitions {
                if let Phase::Live(live) = &mut state.phase
                    && live.rest.is_none()
                    && live.is_over()
                {
                    live.rest_over();
                    over.push(*partition);
                }
            }
            if !over.is_empty() {
                let topic = &run.spec.inbox;
                tracing::info!(event = "read_over", %topic, partitions = ?over);
                run.consumer
                    .pause(&list(topic, &over, Offset::Invalid))
                    .map_err(|error| End::client("pause", &error))?;
            }
        }
        Ok(())
    }

    /// Whether the workers have so much to do that more pages would only fill memory.
    fn has_enough_to_do(&self) -> bool {
        self.workers.waiting() > 4 * self.spec.workers.max(1)
    }

    fn consumer_failed(&mut self, stage: usize, error: &KafkaError) -> Result<(), End> {
        let code = error.rdkafka_error_code();
        self.observer
            .consumer_error(&code.map_or_else(|| "other".to_owned(), |code| format!("{code:?}")));
        match (error, code) {
            (KafkaError::MessageConsumptionFatal(_), _) => Err(End::client("consume", error)),
            (_, Some(RDKafkaErrorCode::AutoOffsetReset)) => self.find_out_of_range(stage),
            (
                _,
                Some(
                    RDKafkaErrorCode::TopicAuthorizationFailed
                    | RDKafkaErrorCode::GroupAuthorizationFailed,
                ),
            ) => Err(End::client("consume", error)),
            // Gone, or a broker that has not learned of it yet: fresh clients find out.
            (_, Some(RDKafkaErrorCode::UnknownTopicOrPartition)) => {
                Err(End::client("consume", error))
            }
            _ => {
                tracing::warn!(event = "consumer_error", %error);
                Ok(())
            }
        }
    }

    /// The client says that some offset is out of range and not which: every live partition is held against its log.
    fn find_out_of_range(&mut self, stage: usize) -> Result<(), End> {
        let Some(run) = self.stages.get(stage) else { return Ok(()) };
        let ask = Duration::from_secs(5);
        for (partition, state) in &run.partitions {
            let Phase::Live(live) = &state.phase else { continue };
            let (earliest, end) = run
                .consumer
                .fetch_watermarks(&run.spec.inbox, *partition, ask)
                .map_err(|error| End::client("watermarks", &error))?;
            if live.next_read < earliest || live.next_read > end {
                let topic = Arc::clone(&run.spec.inbox);
                // The way back in is the restore's, which tells and counts it; fresh clients take it.
                return Err(End::Restart {
                    why: format!("{topic}[{partition}]: offset {} is out of range", live.next_read),
                    fenced: false,
                });
            }
        }
        Ok(())
    }
}

/// What the client has next. A line of its log comes out of a poll as nothing does: there may be more behind it.
fn next<'c>(
    consumer: &'c StageConsumer,
    log_lines: &mut usize,
) -> Option<KafkaResult<BorrowedMessage<'c>>> {
    loop {
        let came = consumer.poll(Duration::ZERO);
        if came.is_some() || !consumer.context().has_logged() {
            return came;
        }
        *log_lines = log_lines.checked_sub(1)?;
    }
}

/// A partition that is read, and the epoch of its assignment.
fn live_of(partitions: &mut BTreeMap<i32, Partition>, partition: i32) -> Option<(&mut Live, u64)> {
    let state = partitions.get_mut(&partition)?;
    match &mut state.phase {
        Phase::Live(live) => Some((live, state.epoch)),
        Phase::Restoring => None,
    }
}

/// What was made of a message.
enum Taken {
    /// It is not to be read.
    Nothing,
    /// It has been read already: librdkafka was seen to deliver an offset twice (style E11).
    Again,
    /// It stands in the partition's chunk.
    Record { bytes: u64, fills_chunk: bool },
}

/// Takes a message into the chunk of its partition, where it is to be read.
fn take(live: &mut Live, inbox: &Arc<str>, message: &BorrowedMessage<'_>) -> Taken {
    if live.rest.is_some() || live.is_over() {
        return Taken::Nothing;
    }
    if message.offset() < live.next_read {
        return Taken::Again;
    }
    if let Some(stop) = live.stop_at.filter(|stop| message.offset() >= *stop) {
        live.next_read = stop;
        return Taken::Nothing;
    }
    live.read(message.offset(), message.timestamp().to_millis());
    let (chunk, charge) = live.open_chunk(inbox, message.partition());
    let bytes = chunk.push(message);
    *charge += bytes;
    let fills_chunk = chunk.is_full();
    live.unapplied_bytes += bytes;
    live.unapplied_records += 1;
    Taken::Record { bytes, fills_chunk }
}

fn dispatch(workers: &Workers, stage: usize, partition: i32, epoch: u64, live: &mut Live) {
    if let Some((chunk, bytes)) = live.open.take() {
        let ticket = Ticket { stage, partition, epoch, number: live.sequencer.reserve() };
        workers.submit(Job { ticket, chunk, bytes });
    }
}
