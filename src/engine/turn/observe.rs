//! Tells the observer how an engine stands: what is in flight at every turn, partitions about once a second.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::run::{Engine, StageRun};
use crate::engine::end::End;
use crate::engine::ffi::known_log;
use crate::engine::inbox::partition::{Live, Rest};
use crate::engine::observer::state::EngineState;
use crate::engine::observer::{PartitionView, PauseReason, Rework};
use crate::stage::StageName;

/// How often partitions are told about.
const OFTEN: Duration = Duration::from_secs(1);

/// The partitions of inboxes that the observer knows from an engine that failed.
pub(in crate::engine) type Inherited = BTreeSet<(StageName, i32)>;

/// What the observer was told last.
#[derive(Debug, Default)]
pub(super) struct Watched {
    /// By the engine before this one, and by this one not yet.
    inherited: Inherited,
    state: Option<EngineState>,
    turn_at: Option<Instant>,
    partitions_at: Option<Instant>,
}

impl Watched {
    /// Nothing, but for what the engine before said.
    pub(super) fn after(inherited: Inherited) -> Self {
        Self { inherited, ..Self::default() }
    }

    /// A partition has been given away, and the observer knows.
    pub(super) fn given_away(&mut self, stage: StageName, partition: i32) {
        self.inherited.remove(&(stage, partition));
    }
}

impl Engine {
    /// At every turn of the loop.
    pub(super) fn observe(&mut self) {
        self.observer.in_flight(self.spec.number, self.in_flight(), self.budget.used());
        self.observer.transaction_open(self.spec.number, self.outlet.open_since());
        let state = self.state();
        if self.watched.state != Some(state) {
            self.watched.state = Some(state);
            tracing::info!(event = "engine_state", engine = self.spec.number, ?state);
            self.observer.state(self.spec.number, state);
        }
        let now = Instant::now();
        let before = self.watched.turn_at.replace(now).unwrap_or(now);
        self.observe_pauses(now.duration_since(before));
        if self.watched.partitions_at.is_some_and(|at| now.duration_since(at) < OFTEN) {
            return;
        }
        self.watched.partitions_at = Some(now);
        for reason in PauseReason::ALL {
            self.observer.paused(self.spec.number, reason, self.paused(reason));
        }
        self.observe_partitions();
    }

    /// Each partition. Those that the engine before this one was at work on stand as that one left them until it is known how
    /// much of them waits, or until this one has joined without them.
    fn observe_partitions(&mut self) {
        let mut inherited = std::mem::take(&mut self.watched.inherited);
        for (run, partition, live) in self.live() {
            let now = view(run, partition, live);
            let place = (run.spec.stage.name(), partition);
            if now.lag_records.is_some() || !inherited.contains(&place) {
                inherited.remove(&place);
                self.observer.partition(&now);
            }
        }
        if self.state() == EngineState::Running {
            let owned = |(stage, partition): &(StageName, i32)| {
                let run = self.stages.iter().find(|run| run.spec.stage.name() == *stage);
                run.is_some_and(|run| run.partitions.contains_key(partition))
            };
            inherited.retain(|place| {
                let is_owned = owned(place);
                if !is_owned {
                    self.forgotten(*place);
                }
                is_owned
            });
        }
        self.watched.inherited = inherited;
    }

    fn forgotten(&self, (stage, partition): (StageName, i32)) {
        if let Some(run) = self.stages.iter().find(|run| run.spec.stage.name() == stage) {
            self.observer.forgotten(&run.spec.inbox, stage, partition);
        }
    }

    /// What was read and will not be committed by this engine is read again, by whoever has its partitions next. Where that
    /// is the engine that starts in its place, its partitions stand as they are meanwhile: an engine whose commits do not come
    /// through starts again and again, and what waits must be seen between two of its lives. Says which these are.
    pub(super) fn observe_leaving(&mut self, end: &End) -> Inherited {
        self.observer.reworked(Rework::Restart, self.in_flight());
        self.observer.in_flight(self.spec.number, 0, 0);
        self.observer.transaction_open(self.spec.number, None);
        self.observer.clients_gone(self.spec.number);
        for reason in PauseReason::ALL {
            self.observer.paused(self.spec.number, reason, 0);
        }
        if matches!(end, End::Restart { .. }) {
            self.observe_partitions();
            return self.shown();
        }
        self.shown().into_iter().for_each(|place| self.forgotten(place));
        Inherited::default()
    }

    /// The partitions that the observer may know of.
    fn shown(&self) -> Inherited {
        let owned = self.stages.iter().flat_map(|run| {
            run.partitions.keys().map(|partition| (run.spec.stage.name(), *partition))
        });
        owned.chain(self.watched.inherited.iter().copied()).collect()
    }

    /// Records between poll and commit.
    fn in_flight(&self) -> u64 {
        let unapplied: u64 = self.live().map(|(_, _, live)| live.unapplied_records).sum();
        unapplied + self.applied.records
    }

    fn observe_pauses(&self, time: Duration) {
        for reason in PauseReason::ALL {
            if self.paused(reason) > 0 {
                self.observer.was_paused(reason, time);
            }
        }
    }

    fn paused(&self, reason: PauseReason) -> usize {
        if reason == PauseReason::Breaker {
            return self.live().filter(|(_, _, live)| live.rest == Some(Rest::Held)).count();
        }
        let shut = self.stages.iter().filter(|run| run.shut_by == Some(reason));
        shut.map(|run| run.partitions.len()).sum()
    }
}

fn view<'a>(run: &'a StageRun, partition: i32, live: &Live) -> PartitionView<'a> {
    let log = known_log(&run.consumer, &run.spec.inbox, partition);
    PartitionView {
        stage: run.spec.stage.name(),
        topic: &run.spec.inbox,
        partition,
        committed: live.committed,
        // The last offsets of a log that transactions write are markers: read to the end is caught up.
        lag_records: if live.is_caught_up() {
            Some(0)
        } else {
            log.map(|log| (log.end - live.committed).max(0))
        },
        log_start: log.and_then(|log| log.start),
        waiting_since_ms: live.waiting_since_ms(),
        is_held: live.rest == Some(Rest::Held),
        table: live.table.stats(),
    }
}
