//! The run: reader, workers, and the one thread that applies.
//!
//! Order is kept by promises: for each chunk the reader queues, in input order, the receiver of its result, and hands
//! the sender to whichever worker takes the chunk. Both queues are bounded, so a slow sink stops the reader.

use std::collections::VecDeque;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded};
use thiserror::Error;

use super::chunk::Chunks;
use crate::record::Reject;
use crate::stage::{
    DynPartition, DynStage, Headers, Outbox, Output, Prepared, Record, Refusal, StageName, Tally,
    Target, prepare_caught,
};

/// An input record that owns its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The topic, or the path of a file.
    pub topic: Arc<str>,
    /// The partition; 0 in a file.
    pub partition: i32,
    /// The offset, or the index of the page in its file.
    pub offset: i64,
    /// Milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The value; `None` is a take-down.
    pub value: Option<Vec<u8>>,
    /// The headers.
    pub headers: Headers,
}

impl Input {
    /// A page of a file: without key and headers.
    #[must_use]
    pub fn page(path: Arc<str>, index: i64, timestamp: Option<i64>, value: Vec<u8>) -> Self {
        let (key, value, headers) = (None, Some(value), Vec::new());
        Self { topic: path, partition: 0, offset: index, timestamp, key, value, headers }
    }

    /// As a stage sees it.
    #[must_use]
    pub fn record(&self) -> Record<'_> {
        Record {
            topic: &self.topic,
            partition: self.partition,
            offset: self.offset,
            timestamp: self.timestamp,
            key: self.key.as_deref(),
            value: self.value.as_deref(),
            headers: &self.headers,
        }
    }
}

/// The stages: one that every input record goes to, and those behind it.
#[derive(Clone)]
pub struct Pipeline {
    /// Without a table: it runs whole on the workers.
    pub first: Arc<dyn DynStage>,
    /// The stages that have an inbox.
    pub inboxes: Vec<Arc<dyn DynStage>>,
    /// Whether the pages come in rounds: those of a round are prepared by what the rounds before have taught, so that it
    /// matters not how many threads there are, or how fast.
    pub in_rounds: bool,
}

/// Chunks of a round: a thousand pages, or less of long ones.
const ROUND: usize = 16;

/// Where the results go, in input order.
pub trait Sink {
    /// Why it takes no more.
    type Error;

    /// Takes an output record.
    ///
    /// # Errors
    /// It takes no more: the run ends.
    fn output(&mut self, output: &Output) -> Result<(), Self::Error>;

    /// A round has ended: nothing of the next one is prepared yet.
    fn round_ended(&mut self) {}

    /// Takes an input record that became none.
    ///
    /// # Errors
    /// It takes no more: the run ends.
    fn reject(
        &mut self,
        input: &Input,
        stage: StageName,
        reject: &Reject,
    ) -> Result<(), Self::Error>;
}

/// Why a run ended before its input.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RunError<R, W> {
    /// The input could not be read on.
    #[error("{0}")]
    Read(R),
    /// The sink takes no more.
    #[error("{0}")]
    Write(W),
    /// A stage refuses to go on, or a worker died: a bug of ours.
    #[error("{0}")]
    Bug(String),
}

/// Runs every input record through the stages; returns what was counted.
///
/// # Errors
/// See [`RunError`]. What was written before stands.
pub fn run<R: Send, W: Sink>(
    pipeline: &Pipeline,
    threads: usize,
    input: impl Iterator<Item = Result<Input, R>> + Send,
    sink: &mut W,
) -> Result<Tally, RunError<R, W::Error>> {
    let threads = threads.max(1);
    std::thread::scope(|scope| {
        let (jobs, take) = bounded::<Job>(threads);
        let (promise, promises) = bounded(2 * threads);
        for _ in 0..threads {
            let take = take.clone();
            let _worker = scope.spawn(move || work(pipeline, &take));
        }
        drop(take);
        let round = if pipeline.in_rounds { ROUND } else { usize::MAX };
        let (ended, wait) = bounded(1);
        let _reader = scope.spawn(move || read(Chunks::new(input), round, &wait, &jobs, &promise));
        // An early return drops `promises` and `ended`: the reader ends, and with its jobs end the workers.
        Applier::new(pipeline).apply_all(&promises, &ended, sink)
    })
}

/// A chunk, and where its result is awaited.
struct Job {
    inputs: Vec<Input>,
    done: Sender<Vec<Done>>,
}

/// What became of one input record before its order mattered.
struct Done {
    input: Input,
    outcome: Result<Step, Refused>,
}

/// The outputs of a stage, those for an inbox already prepared.
#[derive(Default)]
struct Step {
    routed: Vec<Routed>,
    tally: Tally,
}

/// A refusal, and the stage that it is of.
type Refused = (StageName, Refusal);

enum Routed {
    Output(Output),
    /// For the stage of that index.
    Inbox(usize, Prepared),
}

/// A chunk that a worker works on, or what ended the input.
type Promise<R> = Result<Promised, R>;

struct Promised {
    done: Receiver<Vec<Done>>,
    ends_round: bool,
}

fn read<R>(
    chunks: impl Iterator<Item = Result<Vec<Input>, R>>,
    round: usize,
    round_ended: &Receiver<()>,
    jobs: &Sender<Job>,
    promises: &Sender<Promise<R>>,
) {
    for (number, chunk) in (1..).zip(chunks) {
        let ends_round = number % round == 0;
        let (promise, job) = match chunk {
            Ok(inputs) => {
                let (done, promised) = bounded(1);
                let promised = Promised { done: promised, ends_round };
                (Ok(promised), Some(Job { inputs, done }))
            }
            Err(error) => (Err(error), None),
        };
        if promises.send(promise).is_err()
            || job.is_some_and(|job| jobs.send(job).is_err())
            || ends_round && round_ended.recv().is_err()
        {
            return;
        }
    }
}

fn work(pipeline: &Pipeline, jobs: &Receiver<Job>) {
    let mut first = Arc::clone(&pipeline.first).open(1);
    for Job { inputs, done } in jobs {
        let results = inputs
            .into_iter()
            .map(|input| {
                let outcome = first_stage(pipeline, &mut *first, &input);
                Done { input, outcome }
            })
            .collect();
        if done.send(results).is_err() {
            return;
        }
    }
}

fn first_stage(
    pipeline: &Pipeline,
    first: &mut dyn DynPartition,
    input: &Input,
) -> Result<Step, Refused> {
    let prepared = prepared(&*pipeline.first, &input.record())?;
    let mut outbox = Outbox::default();
    first.apply(prepared, &mut outbox);
    route(pipeline, outbox, input.timestamp)
}

fn prepared(stage: &dyn DynStage, record: &Record<'_>) -> Result<Prepared, Refused> {
    prepare_caught(stage, record).map_err(|refusal| (stage.name(), refusal))
}

/// Prepares what goes to an inbox. The append time of such a message is the timestamp of its page: no clock.
fn route(pipeline: &Pipeline, outbox: Outbox, timestamp: Option<i64>) -> Result<Step, Refused> {
    let mut routed = Vec::with_capacity(outbox.outputs.len());
    for output in outbox.outputs {
        let Target::Inbox(name) = output.target else {
            routed.push(Routed::Output(output));
            continue;
        };
        let of_name = pipeline.inboxes.iter().enumerate().find(|(_, stage)| stage.name() == name);
        let (index, stage) =
            of_name.ok_or_else(|| (name, Refusal::Stop("no stage of that name".to_owned())))?;
        let mut headers = Headers::new();
        output.headers(&mut |name, value| headers.push((name.to_owned(), value.map(Vec::from))));
        let record = Record {
            topic: name.0,
            partition: 0,
            offset: 0,
            timestamp,
            key: Some(&output.key),
            value: output.value.as_deref(),
            headers: &headers,
        };
        routed.push(Routed::Inbox(index, prepared(&**stage, &record)?));
    }
    Ok(Step { routed, tally: outbox.tally })
}

/// The tables, and what was counted.
struct Applier<'p> {
    pipeline: &'p Pipeline,
    tables: Vec<Box<dyn DynPartition>>,
    tally: Tally,
}

impl<'p> Applier<'p> {
    fn new(pipeline: &'p Pipeline) -> Self {
        let tables = pipeline.inboxes.iter().map(|stage| Arc::clone(stage).open(1)).collect();
        Self { pipeline, tables, tally: Tally::default() }
    }

    fn apply_all<R, W: Sink>(
        mut self,
        promises: &Receiver<Promise<R>>,
        round_ended: &Sender<()>,
        sink: &mut W,
    ) -> Result<Tally, RunError<R, W::Error>> {
        for promise in promises {
            let Promised { done, ends_round } = promise.map_err(RunError::Read)?;
            let chunk = done.recv().map_err(|_| RunError::Bug("a worker died".to_owned()))?;
            for Done { input, outcome } in chunk {
                match outcome {
                    Ok(step) => self.apply(step, &input, sink)?,
                    Err((stage, Refusal::DeadLetter(reject))) => {
                        self.tally.add_dead_letter(reject.reason, stage);
                        sink.reject(&input, stage, &reject).map_err(RunError::Write)?;
                    }
                    Err((stage, Refusal::Stop(message))) => return Err(bug(stage, &message)),
                }
            }
            // Nothing is ever taken back: the undo lists need not grow.
            self.tables.iter_mut().for_each(|table| table.commit());
            if ends_round {
                sink.round_ended();
                // A reader that is gone waits for nothing.
                round_ended.send(()).ok();
            }
        }
        Ok(self.tally)
    }

    fn apply<R, W: Sink>(
        &mut self,
        step: Step,
        input: &Input,
        sink: &mut W,
    ) -> Result<(), RunError<R, W::Error>> {
        let mut waiting = VecDeque::from([step]);
        while let Some(step) = waiting.pop_front() {
            self.tally.merge(&step.tally);
            for routed in step.routed {
                match routed {
                    Routed::Output(output) => sink.output(&output).map_err(RunError::Write)?,
                    Routed::Inbox(index, prepared) => {
                        let mut outbox = Outbox::default();
                        if let Some(table) = self.tables.get_mut(index) {
                            table.apply(prepared, &mut outbox);
                        }
                        let step = route(self.pipeline, outbox, input.timestamp);
                        waiting.push_back(step.map_err(|(stage, refusal)| match refusal {
                            Refusal::Stop(message) => bug(stage, &message),
                            Refusal::DeadLetter(reject) => bug(stage, &reject.message),
                        })?);
                    }
                }
            }
        }
        Ok(())
    }
}

fn bug<R, W>(stage: StageName, message: &str) -> RunError<R, W> {
    RunError::Bug(format!("stage {}: {message}", stage.0))
}

#[cfg(test)]
mod tests;
