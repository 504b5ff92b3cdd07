//! The loop of one engine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use rdkafka::consumer::Consumer as _;
use rdkafka::topic_partition_list::Offset;

use super::observe::{Inherited, Watched};
use crate::engine::client::context::{self, Rebalance};
use crate::engine::client::position::list;
use crate::engine::client::{Clients, StageConsumer};
use crate::engine::end::End;
use crate::engine::ffi::Membership;
use crate::engine::inbox::breaker::BreakerLimits;
use crate::engine::inbox::budget::{Budget, Lane};
use crate::engine::inbox::partition::{Partition, Phase};
use crate::engine::inbox::workers::Workers;
use crate::engine::observer::state::EngineState;
use crate::engine::observer::{DeadLettered, Observer, PauseReason};
use crate::engine::outlet::cadence::{Cadence, CommitLimits};
use crate::engine::outlet::{Destinations, Outlet};
use crate::engine::readers::restore::{Restored, Wanted, Window};
use crate::engine::stop::Stop;
use crate::engine::watchdog::Pulse;
use crate::stage::dead_letter::Undertaker;
use crate::stage::{DynStage, Outbox, Record};

/// The longest that the loop waits for something to happen.
const IDLE_WAIT: Duration = Duration::from_millis(100);

/// An engine that was to read a part of the pages leaves when it has had nothing to do for so long.
const THROUGH: Duration = Duration::from_secs(5);

/// A stage as an engine runs it.
#[derive(Clone)]
pub struct StageSpec {
    /// The stage.
    pub stage: Arc<dyn DynStage>,
    /// Its inbox.
    pub inbox: Arc<str>,
    /// Partitions of the inbox when the process started: fixed for an inbox of our own, free to grow for the pages.
    pub inbox_partitions: u32,
    /// Its consumer group.
    pub group: String,
    /// Its changelog, where it is stateful.
    pub changelog: Option<String>,
    /// Pages from outside, or an inbox of our own.
    pub lane: Lane,
}

/// Everything that an engine is made of.
#[derive(Clone)]
pub struct EngineSpec {
    /// Its number in the process.
    pub number: usize,
    /// Its `transactional.id`: unique among live engines, the same after a restart.
    pub transactional_id: String,
    /// Its stages, in the order in which data flows.
    pub stages: Vec<StageSpec>,
    /// Where outputs go.
    pub destinations: Destinations,
    /// How clients are made.
    pub clients: Clients,
    /// Worker threads.
    pub workers: usize,
    /// The byte budget from poll to commit.
    pub budget_bytes: u64,
    /// The limits of a transaction.
    pub commit: CommitLimits,
    /// Which part of the pages is read.
    pub window: Window,
    /// From when on a partition of pages is held.
    pub breaker: BreakerLimits,
    /// How long a drain may take.
    pub drain_timeout: Duration,
    /// The name of this process in dead letters.
    pub instance: String,
}

/// A stage while it runs.
pub(super) struct StageRun {
    pub(super) spec: StageSpec,
    pub(super) consumer: StageConsumer,
    pub(super) partitions: BTreeMap<i32, Partition>,
    /// Who signs its dead letters.
    pub(super) undertaker: Undertaker,
    /// Why its lane is not read from for now, if it is not.
    pub(super) shut_by: Option<PauseReason>,
    /// The partitions that are being restored: an entry that goes tells its restore that it is not wanted any more.
    pub(super) restores: BTreeMap<i32, Arc<Wanted>>,
}

/// One engine.
pub(in crate::engine) struct Engine {
    pub(super) spec: EngineSpec,
    pub(super) stages: Vec<StageRun>,
    pub(super) outlet: Outlet,
    pub(super) workers: Workers,
    pub(super) budget: Budget,
    pub(super) cadence: Cadence,
    pub(super) outbox: Outbox,
    /// Of the open transaction: input bytes and records applied, and the timestamps of the pages.
    pub(super) applied: AppliedWork,
    /// Messages whose `apply` panicked: dead-lettered when they are met again.
    pub(super) poisoned: BTreeSet<Place>,
    pub(super) next_epoch: u64,
    pub(super) restored: (Sender<Restored>, Receiver<Restored>),
    pub(super) waker: Sender<()>,
    wake: Receiver<()>,
    stop: Arc<Stop>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) observer: Arc<dyn Observer>,
    draining_since: Option<Instant>,
    /// Since when everything that was to be read has been, and committed.
    through_since: Option<Instant>,
    pub(super) watched: Watched,
}

impl StageRun {
    /// Whether its lane may be read from.
    pub(super) fn is_open(&self) -> bool {
        self.shut_by.is_none()
    }

    fn has_joined(&self) -> bool {
        !self.partitions.is_empty() || Membership::of(&self.consumer).is_some()
    }
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The stage.
    pub(super) stage: usize,
    /// The partition of its inbox.
    pub(super) partition: i32,
    /// Its record.
    pub(super) offset: i64,
    /// Its number in the bundle that the record may be.
    pub(super) number: u32,
}

/// What the open transaction covers.
#[derive(Debug, Default)]
pub(super) struct AppliedWork {
    pub(super) records: u64,
    pub(super) bytes: u64,
    pub(super) page_timestamps: Vec<i64>,
    pub(super) dead_letters: Vec<DeadLettered>,
    pub(super) traces: Vec<String>,
}

/// A span links to so many traces at most: OpenTelemetry's own limit.
const TRACES: usize = 128;

impl AppliedWork {
    /// Remembers the trace that a page belongs to.
    pub(super) fn trace(&mut self, page: &Record<'_>) {
        let trace = page.headers.iter().find(|(name, _)| name == "traceparent");
        let trace = trace.and_then(|(_, value)| std::str::from_utf8(value.as_deref()?).ok());
        if let Some(trace) = trace.filter(|trace| trace.len() < 256 && self.traces.len() < TRACES) {
            self.traces.push(trace.to_owned());
        }
    }
}

impl Engine {
    /// Makes the clients and joins the groups. `inherited` is what the engine before left, and is this one's then.
    pub(in crate::engine) fn start(
        spec: EngineSpec,
        stop: Arc<Stop>,
        pulse: Arc<Pulse>,
        observer: Arc<dyn Observer>,
        inherited: &mut Inherited,
    ) -> Result<Self, End> {
        pulse.beat(false);
        let watched = |name| context::Watched {
            engine: spec.number,
            name,
            observer: Arc::clone(&observer),
            pulse: Arc::clone(&pulse),
        };
        let outlet = Outlet::open(
            &spec.clients,
            &spec.transactional_id,
            spec.destinations.clone(),
            watched("producer"),
        )?;
        let (waker, wake) = bounded(1);
        stop.wakes(waker.clone());
        let stages: Vec<_> =
            spec.stages.iter().map(|stage| (Arc::clone(&stage.stage), stage.lane)).collect();
        let workers =
            Workers::start(spec.number, spec.workers, &stages, &waker).map_err(|error| {
                End::Restart { why: format!("no worker thread: {error}"), fenced: false }
            })?;
        let stages = spec
            .stages
            .iter()
            .map(|stage| join(stage, &spec, watched(stage.stage.name().0), waker.clone()))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            outlet,
            workers,
            stages,
            budget: Budget::new(spec.budget_bytes),
            cadence: Cadence::new(spec.commit),
            outbox: Outbox::default(),
            applied: AppliedWork::default(),
            poisoned: BTreeSet::new(),
            next_epoch: 0,
            restored: unbounded(),
            waker,
            wake,
            stop,
            pulse,
            observer,
            draining_since: None,
            through_since: None,
            watched: Watched::after(std::mem::take(inherited)),
            spec,
        })
    }

    /// Runs until it ends; partitions and clients are given back on the way out. What the observer still knows of is left
    /// to the engine that starts in its place.
    pub(in crate::engine) fn run(mut self, inherited: &mut Inherited) -> End {
        let end = loop {
            if let Err(end) = self.turn() {
                break end;
            }
        };
        // A call that failed may have blocked for long, and each client that is let go of may do so again.
        self.pulse.beat(false);
        *inherited = self.observe_leaving(&end);
        self.leave();
        end
    }

    /// One turn of the loop; `Err` is its end.
    fn turn(&mut self) -> Result<(), End> {
        self.pulse.beat(self.budget.used() > 0);
        self.observer.beat(self.spec.number);
        if self.stop.is_abort() {
            self.outlet.abort()?;
            return Err(End::Aborted);
        }
        let mut busy = self.take_restored()?;
        busy |= self.read()?;
        // Polling is what brings the group's word: it is acted on before anything is applied or committed.
        busy |= self.take_rebalances()?;
        if self.cadence.rest(Instant::now()).is_zero() {
            busy |= self.apply_ready()?;
        }
        self.work_the_gates()?;
        self.rest_where_over()?;
        let idle = !busy && self.is_idle();
        if self.cadence.is_due(Instant::now(), idle) {
            self.commit()?;
            busy = true;
        }
        self.drain(idle)?;
        self.end_when_through()?;
        self.observe();
        if !busy {
            self.wait(idle);
        }
        Ok(())
    }

    /// While stopping: done as soon as everything read is applied and committed.
    fn drain(&mut self, idle: bool) -> Result<(), End> {
        if !self.stop.is_draining() {
            return Ok(());
        }
        let since = *self.draining_since.get_or_insert_with(Instant::now);
        if idle || since.elapsed() > self.spec.drain_timeout / 2 {
            self.commit()?;
            self.pulse.drained();
            return Err(End::Stopped);
        }
        Ok(())
    }

    /// Where only a part of the pages was to be read: done as soon as that is read and everything of ours is committed,
    /// for long enough that nothing more comes of it. What others still send goes to whoever takes over.
    fn end_when_through(&mut self) -> Result<(), End> {
        let is_through = self.spec.window.to.is_some()
            && self.state() == EngineState::Running
            && !self.outlet.is_open()
            && self.live().all(|(run, _, live)| {
                live.is_caught_up() && (run.spec.lane == Lane::Inbox || live.is_over())
            });
        if !is_through {
            self.through_since = None;
            return Ok(());
        }
        let since = *self.through_since.get_or_insert_with(Instant::now);
        if since.elapsed() < THROUGH {
            return Ok(());
        }
        tracing::info!(
            event = "through",
            engine = self.spec.number,
            "all that was to be read is committed"
        );
        Err(End::Stopped)
    }

    pub(super) fn state(&self) -> EngineState {
        let mut partitions = self.stages.iter().flat_map(|run| run.partitions.values());
        if self.is_draining() {
            EngineState::Draining
        } else if partitions.any(|state| matches!(state.phase, Phase::Restoring)) {
            EngineState::Restoring
        } else if self.stages.iter().all(StageRun::has_joined) {
            EngineState::Running
        } else {
            EngineState::Joining
        }
    }

    /// Whether nothing is waiting to be prepared or applied.
    fn is_idle(&self) -> bool {
        self.live().all(|(_, _, live)| live.is_idle())
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining_since.is_some() || self.stop.is_draining()
    }

    fn wait(&self, idle: bool) {
        let now = Instant::now();
        let mut wait = self.cadence.wait(now, idle).unwrap_or(IDLE_WAIT).min(IDLE_WAIT);
        let rest = self.cadence.rest(now);
        if !rest.is_zero() {
            wait = wait.min(rest);
        }
        // A time-out is as good as a wake-up: the next turn looks at everything.
        self.wake.recv_timeout(wait).ok();
    }

    /// Hands everything back. A closing consumer hands its partitions back by itself; what the group has said and
    /// nobody has acted on is acted on first, or closing would wait for it for ever.
    fn leave(mut self) {
        for run in &mut self.stages {
            run.restores.clear();
            run.consumer.context().close();
            while let Some(rebalance) = run.consumer.context().next_rebalance() {
                let result = match rebalance {
                    Rebalance::Assigned(partitions) => run.consumer.incremental_assign(&list(
                        &run.spec.inbox,
                        &partitions,
                        Offset::End,
                    )),
                    Rebalance::Revoked(partitions) | Rebalance::Lost(partitions) => run
                        .consumer
                        .incremental_unassign(&list(&run.spec.inbox, &partitions, Offset::Invalid)),
                };
                if let Err(error) = result {
                    tracing::debug!(event = "hand_back_failed", %error);
                }
            }
        }
        for run in std::mem::take(&mut self.stages) {
            drop(run);
            self.pulse.beat(false);
        }
    }
}

fn join(
    stage: &StageSpec,
    spec: &EngineSpec,
    watched: context::Watched,
    wake: Sender<()>,
) -> Result<StageRun, End> {
    let consumer = spec.clients.stage_consumer(&stage.group, watched, wake);
    let consumer = consumer.map_err(|error| End::config(&error))?;
    consumer.subscribe(&[&stage.inbox]).map_err(|error| End::client("subscribe", &error))?;
    Ok(StageRun {
        undertaker: Undertaker { group: stage.group.clone(), instance: spec.instance.clone() },
        spec: stage.clone(),
        consumer,
        partitions: BTreeMap::new(),
        shut_by: None,
        restores: BTreeMap::new(),
    })
}
