//! Tells the observer how an engine stands: what is in flight at every turn, partitions about once a second.

use std::time::{Duration, Instant};

use super::run::{Engine, StageRun};
use crate::engine::ffi::known_log;
use crate::engine::inbox::partition::{Live, Rest};
use crate::engine::observer::state::EngineState;
use crate::engine::observer::{PartitionView, PauseReason, Rework};

/// How often partitions are told about.
const OFTEN: Duration = Duration::from_secs(1);

/// What the observer was told last.
#[derive(Debug, Default)]
pub(super) struct Watched {
    state: Option<EngineState>,
    turn_at: Option<Instant>,
    partitions_at: Option<Instant>,
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
        for (run, partition, live) in self.live() {
            self.observer.partition(&view(run, partition, live));
        }
    }

    /// What was read and will not be committed by this engine is read again, by whoever has its partitions next.
    pub(super) fn observe_leaving(&self) {
        self.observer.reworked(Rework::Restart, self.in_flight());
        self.observer.in_flight(self.spec.number, 0, 0);
        self.observer.transaction_open(self.spec.number, None);
        self.observer.clients_gone(self.spec.number);
        for reason in PauseReason::ALL {
            self.observer.paused(self.spec.number, reason, 0);
        }
        for run in &self.stages {
            for partition in run.partitions.keys() {
                self.observer.forgotten(&run.spec.inbox, run.spec.stage.name(), *partition);
            }
        }
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
