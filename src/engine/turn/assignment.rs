//! What the group says, and what is done about it.
//!
//! Assigned: paused before anything is read, restored beside the loop, then read from an explicit offset. Revoked:
//! what is unfinished is dropped, what is finished is committed, and only then is the partition handed back. Lost:
//! nothing may be committed; the transaction is aborted. A partition that is assigned while it is still ours was lost
//! and regained within one transaction: abort first.

use std::collections::BTreeSet;
use std::sync::Arc;

use rdkafka::consumer::Consumer as _;
use rdkafka::topic_partition_list::Offset;

use super::run::Engine;
use crate::engine::client::context::Rebalance;
use crate::engine::client::position::{list, placed, seek};
use crate::engine::end::{End, ExitKind};
use crate::engine::inbox::budget::Lane;
use crate::engine::inbox::partition::{Live, Partition, Phase};
use crate::engine::observer::{RebalanceKind, Rework};
use crate::engine::readers::restore::{
    self, Request, RestoreFailure, Restored, Start, Wanted, Window,
};

impl Engine {
    /// Acts on everything that the groups have said since the last turn.
    pub(super) fn take_rebalances(&mut self) -> Result<bool, End> {
        let mut any = false;
        for stage in 0..self.stages.len() {
            while let Some(rebalance) = self.next_rebalance(stage) {
                any = true;
                match rebalance {
                    Rebalance::Assigned(partitions) => self.assigned(stage, &partitions)?,
                    Rebalance::Revoked(partitions) => self.revoked(stage, &partitions)?,
                    Rebalance::Lost(partitions) => self.lost(stage, &partitions)?,
                }
            }
        }
        Ok(any)
    }

    /// Takes what the restores have finished.
    pub(super) fn take_restored(&mut self) -> Result<bool, End> {
        let mut any = false;
        while let Ok(restored) = self.restored.1.try_recv() {
            any = true;
            self.go_live(restored)?;
        }
        Ok(any)
    }

    fn next_rebalance(&self, stage: usize) -> Option<Rebalance> {
        self.stages.get(stage).and_then(|stage| stage.consumer.context().next_rebalance())
    }

    fn assigned(&mut self, stage: usize, partitions: &[i32]) -> Result<(), End> {
        let owned = self.owned(stage);
        if partitions.iter().any(|partition| owned.contains(partition)) {
            self.abort("a partition was lost and regained")?;
            self.forget(stage, partitions);
        }
        let Some(run) = self.stages.get_mut(stage) else { return Ok(()) };
        // Paused before the next poll: nothing is read until the restore has found the offset to read on at. Placed at
        // a number and never at "the end", which the client asks the broker for: an answer that came after the seek
        // moved the reader over records that nobody had read.
        let list = placed(&run.consumer, &run.spec.inbox, partitions)?;
        run.consumer
            .incremental_assign(&list)
            .and_then(|()| run.consumer.pause(&list))
            .map_err(|error| End::client("assign", &error))?;
        let mut request = Vec::new();
        for partition in partitions {
            self.next_epoch += 1;
            request.push((*partition, self.next_epoch));
            let state = Partition { epoch: self.next_epoch, phase: Phase::Restoring };
            run.partitions.insert(*partition, state);
        }
        self.note(stage, RebalanceKind::Assign, partitions);
        self.restore(stage, request)
    }

    fn restore(&mut self, stage: usize, partitions: Vec<(i32, u64)>) -> Result<(), End> {
        let Some(run) = self.stages.get_mut(stage) else { return Ok(()) };
        let wanted = Arc::new(Wanted);
        for (partition, _) in &partitions {
            run.restores.insert(*partition, Arc::clone(&wanted));
        }
        let request = Request {
            stage_index: stage,
            stage: Arc::clone(&run.spec.stage),
            group: run.spec.group.clone(),
            inbox: Arc::clone(&run.spec.inbox),
            inbox_partitions: run.spec.inbox_partitions,
            changelog: run.spec.changelog.clone(),
            window: if run.spec.lane == Lane::Pages { self.spec.window } else { Window::default() },
            partitions,
        };
        let (results, waker) = (self.restored.0.clone(), self.waker.clone());
        restore::spawn(self.spec.clients.clone(), request, results, waker, Arc::downgrade(&wanted))
            .map_err(|error| End::Restart {
                why: format!("no restore thread: {error}"),
                fenced: false,
            })
    }

    fn revoked(&mut self, stage: usize, partitions: &[i32]) -> Result<(), End> {
        self.drop_unapplied(stage, partitions);
        self.commit()?;
        self.forget(stage, partitions);
        self.note(stage, RebalanceKind::Revoke, partitions);
        self.hand_back(stage, partitions)
    }

    fn lost(&mut self, stage: usize, partitions: &[i32]) -> Result<(), End> {
        // Taken out first: an abort seeks what is left.
        self.drop_unapplied(stage, partitions);
        self.forget(stage, partitions);
        self.abort("partitions were lost")?;
        self.note(stage, RebalanceKind::Lost, partitions);
        self.hand_back(stage, partitions)
    }

    fn note(&self, stage: usize, kind: RebalanceKind, partitions: &[i32]) {
        let Some(run) = self.stages.get(stage) else { return };
        let (name, owned) = (run.spec.stage.name(), run.partitions.len());
        self.observer.rebalanced(self.spec.number, name, kind, owned);
        tracing::info!(event = "rebalance", kind = kind.name(), stage = name.0, ?partitions, owned);
    }

    fn go_live(&mut self, restored: Restored) -> Result<(), End> {
        let Restored { stage, partition, epoch, result, time, stop_at } = restored;
        let is_wanted = self.stages.get(stage).and_then(|run| run.partitions.get(&partition));
        if is_wanted.is_none_or(|state| state.epoch != epoch) {
            return Ok(());
        }
        let (table, start) = result.map_err(|failure| match failure {
            RestoreFailure::State { .. } => {
                End::Exit { kind: ExitKind::Config, why: failure.to_string() }
            }
            RestoreFailure::Client(error) => End::client("restore", &error),
        })?;
        let offset = self.start_offset(stage, partition, start)?;
        let is_draining = self.is_draining();
        let Some(run) = self.stages.get_mut(stage) else { return Ok(()) };
        run.restores.remove(&partition);
        let name = run.spec.stage.name().0;
        self.observer.restored(run.spec.stage.name(), table.stats().rows, time);
        tracing::info!(
            event = "restored",
            stage = name,
            partition,
            offset,
            rows = table.stats().rows
        );
        let list = list(&run.spec.inbox, &[partition], Offset::Offset(offset));
        seek(&run.consumer, &list)?;
        if run.is_open() && !is_draining {
            run.consumer.resume(&list).map_err(|error| End::client("resume", &error))?;
        }
        if let Some(state) = run.partitions.get_mut(&partition) {
            let live = Live::new(table, offset, self.spec.breaker).until(stop_at);
            state.phase = Phase::Live(Box::new(live));
        }
        Ok(())
    }

    /// Out of range is the end on an inbox: what stood there is in no output. On the pages it is counted and told, and
    /// reading goes on at the earliest page that the log still has.
    fn start_offset(&self, stage: usize, partition: i32, start: Start) -> Result<i64, End> {
        let (committed, earliest) = match start {
            Start::At(offset) => return Ok(offset),
            Start::OutOfRange { committed, earliest } => (committed, earliest),
        };
        let Some(run) = self.stages.get(stage) else { return Ok(earliest) };
        let topic = &run.spec.inbox;
        match run.spec.lane {
            Lane::Pages => {
                // Nobody knows how many, where the topic itself is another.
                let lost = u64::try_from(earliest - committed).unwrap_or(0);
                self.observer.offset_reset(topic, lost);
                tracing::error!(event = "offset_out_of_range", %topic, partition, committed, earliest,
                    "pages were deleted before they were read: reading goes on at the earliest");
                Ok(earliest)
            }
            Lane::Inbox => Err(End::Exit {
                kind: ExitKind::Config,
                why: format!(
                    "{topic}[{partition}]: the committed offset {committed} is gone, the log begins at {earliest}: \
                     messages were deleted before they were judged. Either set the group {} to {earliest} and live \
                     with the gap, or choose a new `app` name and replay the pages",
                    run.spec.group
                ),
            }),
        }
    }

    fn owned(&self, stage: usize) -> BTreeSet<i32> {
        self.stages
            .get(stage)
            .map(|run| run.partitions.keys().copied().collect())
            .unwrap_or_default()
    }

    /// Drops what is read and not applied, so that late results find a dead epoch.
    fn drop_unapplied(&mut self, stage: usize, partitions: &[i32]) {
        let Some(run) = self.stages.get_mut(stage) else { return };
        for partition in partitions {
            let Some(state) = run.partitions.get_mut(partition) else { continue };
            self.next_epoch += 1;
            state.epoch = self.next_epoch;
            if let Phase::Live(live) = &mut state.phase {
                let (records, bytes) = live.drop_unapplied();
                self.budget.refund(bytes);
                self.observer.reworked(Rework::Rebalance, records);
            }
        }
    }

    fn forget(&mut self, stage: usize, partitions: &[i32]) {
        let Some(run) = self.stages.get_mut(stage) else { return };
        for partition in partitions {
            if run.partitions.remove(partition).is_some() {
                let stage = run.spec.stage.name();
                self.observer.forgotten(&run.spec.inbox, stage, *partition);
                self.watched.given_away(stage, *partition);
            }
            run.restores.remove(partition);
        }
    }

    fn hand_back(&self, stage: usize, partitions: &[i32]) -> Result<(), End> {
        let Some(run) = self.stages.get(stage) else { return Ok(()) };
        run.consumer
            .incremental_unassign(&list(&run.spec.inbox, partitions, Offset::Invalid))
            .map_err(|error| End::client("unassign", &error))
    }
}
