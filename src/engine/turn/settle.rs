//! Commit and abort: where work becomes true, all of it or none.

use std::time::Instant;

use jiff::Timestamp;
use rdkafka::consumer::Consumer as _;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::run::{AppliedWork, Engine, StageRun};
use crate::engine::client::position::{list, seek};
use crate::engine::end::End;
use crate::engine::ffi::{Membership, NextOffset};
use crate::engine::inbox::partition::{Phase, Rest};
use crate::engine::observer::{Committed, Rework, TransactionEnd, TransactionPhases};
use crate::engine::outlet::transaction::{CommitFailure, GroupOffsets};

impl Engine {
    /// Commits everything that is applied. Nothing applied: nothing to do.
    pub(super) fn commit(&mut self) -> Result<(), End> {
        if !self.outlet.is_open() && self.live().all(|(_, _, live)| !live.has_moved()) {
            return Ok(());
        }
        self.outlet.ensure_open()?;
        self.outlet.send_bundles()?;
        self.write_changelogs()?;
        let Some(groups) = group_offsets(&self.stages) else {
            return self.abort("no longer a member of the group");
        };
        let result = self.outlet.commit(&groups);
        drop(groups);
        match result {
            Ok(phases) => {
                self.committed(phases);
                Ok(())
            }
            Err(CommitFailure::Abort(failure)) => self.abort(&failure.to_string()),
            Err(CommitFailure::Indeterminate(failure)) => {
                let end = if failure.fenced {
                    TransactionEnd::Fenced
                } else {
                    TransactionEnd::Indeterminate
                };
                self.observer.not_committed(end);
                Err(End::restart(&failure))
            }
        }
    }

    /// Aborts: tables and positions go back to the last commit, and everything since is read again.
    pub(super) fn abort(&mut self, why: &str) -> Result<(), End> {
        tracing::warn!(event = "transaction_aborted", why, records = self.applied.records);
        self.outlet.abort()?;
        self.observer.not_committed(TransactionEnd::Aborted);
        let mut unapplied = 0;
        for run in &mut self.stages {
            for state in run.partitions.values_mut() {
                let Phase::Live(live) = &mut state.phase else { continue };
                self.next_epoch += 1;
                state.epoch = self.next_epoch;
                let (records, bytes) = live.drop_unapplied();
                live.roll_back();
                self.budget.refund(bytes);
                unapplied += records;
            }
        }
        self.observer.reworked(Rework::Abort, unapplied + self.applied.records);
        self.forget_applied();
        self.pulse.progress();
        self.seek_to_committed()?;
        self.read_on()
    }

    /// What was read to its end and has been taken back is read again.
    fn read_on(&mut self) -> Result<(), End> {
        for run in &mut self.stages {
            let mut again = Vec::new();
            for (partition, state) in &mut run.partitions {
                let Phase::Live(live) = &mut state.phase else { continue };
                if live.rest == Some(Rest::Over) && !live.is_over() {
                    live.rest = None;
                    again.push(*partition);
                }
            }
            if run.is_open() && !again.is_empty() {
                run.consumer
                    .resume(&list(&run.spec.inbox, &again, Offset::Invalid))
                    .map_err(|error| End::client("resume", &error))?;
            }
        }
        Ok(())
    }

    fn write_changelogs(&mut self) -> Result<(), End> {
        for run in &self.stages {
            let Some(changelog) = &run.spec.changelog else { continue };
            for (partition, state) in &run.partitions {
                let Phase::Live(live) = &state.phase else { continue };
                let mut result = Ok(());
                live.table.changes(&mut |key, value| {
                    if result.is_ok() {
                        result = self.outlet.changelog(changelog, *partition, key, value);
                    }
                });
                result?;
            }
        }
        Ok(())
    }

    fn committed(&mut self, phases: TransactionPhases) {
        for run in &mut self.stages {
            for state in run.partitions.values_mut() {
                if let Phase::Live(live) = &mut state.phase {
                    live.commit();
                }
            }
        }
        let now = Timestamp::now().as_millisecond();
        for timestamp in &mut self.applied.page_timestamps {
            *timestamp = (now - *timestamp).max(0);
        }
        self.observer.committed(&Committed {
            tally: &self.outbox.tally,
            records: self.applied.records,
            bytes: self.applied.bytes,
            duration: self.cadence.age(Instant::now()),
            phases,
            written: self.outlet.written(),
            traces: &self.applied.traces,
            dead_letters: &self.applied.dead_letters,
            page_latencies_ms: &self.applied.page_timestamps,
        });
        self.pulse.progress();
        self.forget_applied();
    }

    fn forget_applied(&mut self) {
        self.budget.refund(self.applied.bytes);
        self.applied = AppliedWork::default();
        self.outbox.outputs.clear();
        self.outbox.tally.clear();
        self.cadence.reset(Instant::now());
    }

    fn seek_to_committed(&mut self) -> Result<(), End> {
        for run in &self.stages {
            let mut list = TopicPartitionList::new();
            for (partition, state) in &run.partitions {
                if let Phase::Live(live) = &state.phase {
                    let offset = Offset::Offset(live.committed);
                    list.add_partition_offset(&run.spec.inbox, *partition, offset)
                        .map_err(|error| End::client("seek", &error))?;
                }
            }
            if list.count() == 0 {
                continue;
            }
            seek(&run.consumer, &list)?;
        }
        Ok(())
    }
}

/// The offsets that have moved, a group each; `None` where a consumer with such offsets is no member of its group.
fn group_offsets(stages: &[StageRun]) -> Option<Vec<GroupOffsets<'_>>> {
    let mut groups = Vec::new();
    for run in stages {
        let offsets: Vec<NextOffset<'_>> = run
            .partitions
            .iter()
            .filter_map(|(partition, state)| match &state.phase {
                Phase::Live(live) if live.has_moved() => Some(NextOffset {
                    topic: &run.spec.inbox,
                    partition: *partition,
                    offset: live.applied,
                }),
                Phase::Live(_) | Phase::Restoring => None,
            })
            .collect();
        if !offsets.is_empty() {
            let membership = Membership::of(&run.consumer)?;
            groups.push(GroupOffsets { offsets, membership });
        }
    }
    Some(groups)
}
