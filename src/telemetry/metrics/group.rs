//! Who does what: rebalances, assignments, and the state of the process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use prometheus::{IntCounterVec, IntGaugeVec};

use super::Watched;
use super::family::Families;
use crate::stage::StageName;
use crate::telemetry::health::State;

/// The group's families.
#[derive(Debug)]
pub struct GroupMetrics {
    rebalances: IntCounterVec,
    assigned: IntGaugeVec,
    state: IntGaugeVec,
    owned: Mutex<HashMap<(usize, StageName), usize>>,
}

const KINDS: [&str; 3] = ["assign", "revoke", "lost"];

impl GroupMetrics {
    pub(super) fn register(
        families: &Families<'_>,
        stages: &[Watched],
    ) -> Result<Self, prometheus::Error> {
        let metrics = Self {
            rebalances: families.counters(
                "newsmill_rebalances_total",
                "What the group did with partitions of a stage.",
                &["stage", "type"],
            )?,
            assigned: families.gauges(
                "newsmill_assigned_partitions",
                "Partitions of a stage's inbox that this process owns.",
                &["stage"],
            )?,
            state: families.gauges(
                "newsmill_group_state",
                "The state of the process: exactly one is 1.",
                &["state"],
            )?,
            owned: Mutex::default(),
        };
        for watched in stages {
            for kind in KINDS {
                metrics.rebalances.with_label_values(&[watched.stage.0, kind]).reset();
            }
            metrics.assigned.with_label_values(&[watched.stage.0]).set(0);
        }
        metrics.state(State::Starting);
        Ok(metrics)
    }

    /// The group did something with partitions of a stage; an engine owns so many of it now.
    pub fn rebalanced(&self, engine: usize, stage: StageName, kind: &str, owned: usize) {
        self.rebalances.with_label_values(&[stage.0, kind]).inc();
        let mut all = self.owned.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert((engine, stage), owned);
        let sum: usize =
            all.iter().filter(|((_, of), _)| *of == stage).map(|(_, owned)| owned).sum();
        self.assigned.with_label_values(&[stage.0]).set(i64::try_from(sum).unwrap_or(i64::MAX));
    }

    /// The state of the process.
    pub fn state(&self, now: State) {
        for state in State::ALL {
            self.state.with_label_values(&[state.name()]).set(i64::from(state == now));
        }
    }
}
