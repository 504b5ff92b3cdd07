//! The worker threads of one engine: the stateless part of every stage, on any of them, in chunks of one partition.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::budget::Lane;
use super::chunk::Chunk;
use crate::engine::bundle;
use crate::stage::{DynStage, Prepared, Record, Refusal, prepare_caught};

/// Which chunk this is: results of an assignment that has ended die by their epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// Index of the stage in the engine's list.
    pub stage: usize,
    /// The partition of its inbox.
    pub partition: i32,
    /// The assignment, or the run since the last abort, that read the chunk.
    pub epoch: u64,
    /// Its number in reading order.
    pub number: u64,
}

/// A chunk on its way to a worker.
#[derive(Debug)]
pub struct Job {
    /// Which it is.
    pub ticket: Ticket,
    /// Its records.
    pub chunk: Chunk,
    /// What it was charged to the budget.
    pub bytes: u64,
}

/// What became of a message.
pub struct PreparedMessage {
    /// Its record, by its place in the chunk.
    pub record: usize,
    /// Its place in the bundle that the record may be.
    pub number: u32,
    /// What `prepare` made of it.
    pub result: Result<Prepared, Refusal>,
}

/// A chunk that a worker has prepared.
pub struct Done {
    /// The chunk as it was.
    pub job: Job,
    /// What became of each message of its records, in order.
    pub results: Vec<PreparedMessage>,
    /// How long that took.
    pub time: Duration,
}

/// The pool. Both channels are unbounded: what is in them is bounded by the byte budget.
pub struct Workers {
    jobs: Option<Sender<Job>>,
    done: Receiver<Done>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts so many threads.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(
        engine: usize,
        count: usize,
        stages: &[(Arc<dyn DynStage>, Lane)],
        waker: &Sender<()>,
    ) -> std::io::Result<Self> {
        let (jobs, todo) = unbounded::<Job>();
        let (finished, done) = unbounded();
        let threads = (0..count.max(1))
            .map(|number| {
                let (todo, stages) = (todo.clone(), stages.to_vec());
                let (finished, waker) = (finished.clone(), waker.clone());
                std::thread::Builder::new()
                    .name(format!("worker-{engine}-{number}"))
                    .spawn(move || work(&todo, &stages, &finished, &waker))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { jobs: Some(jobs), done, threads })
    }

    /// Hands a chunk to the next free worker.
    pub fn submit(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            // The receivers live as long as this sender, so that the send cannot fail.
            jobs.send(job).ok();
        }
    }

    /// Chunks that no worker has begun.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.jobs.as_ref().map_or(0, Sender::len)
    }

    /// Where prepared chunks arrive, in any order.
    #[must_use]
    pub fn done(&self) -> &Receiver<Done> {
        &self.done
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

fn work(
    todo: &Receiver<Job>,
    stages: &[(Arc<dyn DynStage>, Lane)],
    finished: &Sender<Done>,
    waker: &Sender<()>,
) {
    for job in todo {
        let Some((stage, lane)) = stages.get(job.ticket.stage) else { continue };
        let began = Instant::now();
        let results = prepare(stage.as_ref(), *lane, &job.chunk);
        if finished.send(Done { job, results, time: began.elapsed() }).is_err() {
            return;
        }
        // Where a wake-up waits already, this one is the same.
        waker.try_send(()).ok();
    }
}

/// Prepares the messages of a chunk; those of pages are the records themselves.
fn prepare(stage: &dyn DynStage, lane: Lane, chunk: &Chunk) -> Vec<PreparedMessage> {
    let mut results = Vec::with_capacity(chunk.len());
    for (record, whole) in chunk.records().enumerate() {
        let mut number = 0;
        let mut message = |message: &Record<'_>| {
            let result = prepare_caught(stage, message);
            results.push(PreparedMessage { record, number, result });
            number += 1;
        };
        let opened = match lane {
            Lane::Pages => {
                message(&whole);
                Ok(())
            }
            Lane::Inbox => bundle::open(&whole, &mut message),
        };
        if let Err(error) = opened {
            results.push(PreparedMessage { record, number, result: Err(error.stop(&whole)) });
        }
    }
    results
}
