//! Who does what: rebalances, assignments, restores, and the state of the process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use prometheus::{HistogramVec, IntCounterVec, IntGaugeVec};

use super::catalogue as of;
use super::family::Families;
use crate::engine::RebalanceKind;
use crate::stage::StageName;
use crate::telemetry::health::State;

/// The group's families.
#[derive(Debug)]
pub struct GroupMetrics {
    rebalances: IntCounterVec,
    assigned: IntGaugeVec,
    state: IntGaugeVec,
    restored_rows: IntCounterVec,
    restore_time: HistogramVec,
    owned: Mutex<HashMap<(usize, StageName), usize>>,
    stateful: Vec<StageName>,
}

impl GroupMetrics {
    pub(super) fn register(families: &Families<'_>) -> Result<Self, prometheus::Error> {
        let stateful = families.watching.stages.iter().filter(|watched| watched.is_stateful);
        let metrics = Self {
            rebalances: families.counters(&of::REBALANCES)?,
            assigned: families.gauges(&of::ASSIGNED)?,
            state: families.gauges(&of::GROUP_STATE)?,
            restored_rows: families.counters(&of::RESTORED_ROWS)?,
            restore_time: families.histograms(&of::RESTORE_TIME)?,
            owned: Mutex::default(),
            stateful: stateful.map(|watched| watched.stage).collect(),
        };
        for watched in &families.watching.stages {
            metrics.assigned.with_label_values(&[watched.stage.0]).set(0);
        }
        metrics.state(State::Starting);
        Ok(metrics)
    }

    /// The group did something with partitions of a stage; an engine owns so many of it now.
    pub fn rebalanced(&self, engine: usize, stage: StageName, kind: RebalanceKind, owned: usize) {
        self.rebalances.with_label_values(&[stage.0, kind.name()]).inc();
        let mut all = self.owned.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert((engine, stage), owned);
        let sum: usize =
            all.iter().filter(|((_, of), _)| *of == stage).map(|(_, owned)| owned).sum();
        self.assigned.with_label_values(&[stage.0]).set(i64::try_from(sum).unwrap_or(i64::MAX));
    }

    /// A partition has been restored.
    pub fn restored(&self, stage: StageName, rows: u64, time: Duration) {
        if self.stateful.contains(&stage) {
            self.restored_rows.with_label_values(&[stage.0]).inc_by(rows);
        }
        self.restore_time.with_label_values(&[stage.0]).observe(time.as_secs_f64());
    }

    /// The state of the process.
    pub fn state(&self, now: State) {
        for state in State::ALL {
            self.state.with_label_values(&[state.name()]).set(i64::from(state == now));
        }
    }
}
