//! The client library's own figures: brokers and queues. Several clients of a process are shown as one: the worst time,
//! the sum of counts, up where any is connected. Of a kind of which no client has told yet nothing is known, and nothing
//! is shown: that an engine starts again does not mean that brokers are away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use prometheus::{GaugeVec, IntCounterVec, IntGauge, IntGaugeVec};

use super::family::Families;
use super::{catalogue as of, gauge_of, now_seconds};
use crate::engine::{BrokerView, ClientKind, ClientView};

/// The clients' families.
#[derive(Debug)]
pub struct ClientMetrics {
    up: IntGaugeVec,
    rtt: GaugeVec,
    throttle: GaugeVec,
    errors: IntCounterVec,
    retries: IntCounterVec,
    disconnects: IntCounterVec,
    told_at: GaugeVec,
    prefetch: [IntGauge; 2],
    queue: [IntGauge; 2],
    last: Mutex<Views>,
    /// The brokers that any client has ever known by number: a fresh client that reaches none knows no number.
    known: Mutex<BTreeSet<i32>>,
}

/// What each client said last: its kind, its engine, its name.
type Views = BTreeMap<(ClientKind, usize, &'static str), ClientView>;

impl ClientMetrics {
    pub(super) fn register(families: &Families<'_>) -> Result<Self, prometheus::Error> {
        Ok(Self {
            up: families.gauges(&of::BROKER_UP)?,
            rtt: families.seconds_by(&of::BROKER_RTT)?,
            throttle: families.seconds_by(&of::BROKER_THROTTLE)?,
            errors: families.counters(&of::BROKER_ERRORS)?,
            retries: families.counters(&of::BROKER_RETRIES)?,
            disconnects: families.counters(&of::BROKER_DISCONNECTS)?,
            told_at: families.seconds_by(&of::STATISTICS_AT)?,
            prefetch: [
                families.gauge(&of::PREFETCH_RECORDS)?,
                families.gauge(&of::PREFETCH_BYTES)?,
            ],
            queue: [families.gauge(&of::QUEUE_RECORDS)?, families.gauge(&of::QUEUE_BYTES)?],
            last: Mutex::default(),
            known: Mutex::default(),
        })
    }

    /// A client of an engine says how it stands.
    pub fn stands(&self, engine: usize, view: &ClientView) {
        let kind = view.kind;
        self.told_at.with_label_values(&[kind.name()]).set(now_seconds());
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let before = last.insert((kind, engine, view.name), view.clone());
        for broker in &view.brokers {
            let known =
                |view: &ClientView| view.brokers.iter().find(|it| it.id == broker.id).cloned();
            self.count(kind, broker, before.as_ref().and_then(known).as_ref());
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(view.brokers.iter().map(|broker| broker.id));
        self.show(kind, &last, &known);
    }

    /// The clients of an engine are no more: where no other one of a kind is left, nobody knows how brokers are.
    pub fn gone(&self, engine: usize) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.retain(|(_, number, _), _| *number != engine);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for kind in ClientKind::ALL {
            self.show(kind, &last, &known);
        }
    }

    /// All clients of a kind as one.
    fn show(&self, kind: ClientKind, all: &Views, brokers: &BTreeSet<i32>) {
        let [records, bytes] = match kind {
            ClientKind::Consumer => &self.prefetch,
            ClientKind::Producer => &self.queue,
        };
        records.set(gauge_of(of_kind(all, kind).map(|view| view.queue_records).sum()));
        bytes.set(gauge_of(of_kind(all, kind).map(|view| view.queue_bytes).sum()));
        for id in brokers {
            if of_kind(all, kind).next().is_none() {
                self.hide_broker(kind, *id);
                continue;
            }
            let seen: Vec<&BrokerView> = of_kind(all, kind)
                .flat_map(|view| view.brokers.iter().filter(|it| it.id == *id))
                .collect();
            self.show_broker(kind, *id, &seen);
        }
    }

    /// Counts of a client begin again with each client: what is less than before is new.
    fn count(&self, kind: ClientKind, now: &BrokerView, before: Option<&BrokerView>) {
        let id = now.id.to_string();
        let labels = [kind.name(), id.as_str()];
        let counts = |of: &BrokerView| [of.errors, of.retries, of.disconnects];
        let before = before.map_or([0; 3], counts);
        let families = [&self.errors, &self.retries, &self.disconnects];
        for ((family, now), before) in families.into_iter().zip(counts(now)).zip(before) {
            let more = now.checked_sub(before).unwrap_or(now);
            family.with_label_values(&labels).inc_by(more);
        }
    }

    fn show_broker(&self, kind: ClientKind, broker: i32, seen: &[&BrokerView]) {
        let id = broker.to_string();
        let labels = [kind.name(), id.as_str()];
        let is_up = seen.iter().any(|it| it.is_up);
        self.up.with_label_values(&labels).set(i64::from(is_up));
        if let Some(us) = seen.iter().filter_map(|it| it.rtt_p99_us).max() {
            self.rtt.with_label_values(&labels).set(us as f64 / 1e6);
        }
        let throttle = seen.iter().filter_map(|it| it.throttle_p99_ms).max().unwrap_or(0);
        self.throttle.with_label_values(&labels).set(throttle as f64 / 1e3);
    }

    fn hide_broker(&self, kind: ClientKind, broker: i32) {
        let id = broker.to_string();
        let labels = [kind.name(), id.as_str()];
        // A series that is not there need not be removed.
        drop(self.up.remove_label_values(&labels));
        drop(self.rtt.remove_label_values(&labels));
        drop(self.throttle.remove_label_values(&labels));
    }
}

fn of_kind(all: &Views, kind: ClientKind) -> impl Iterator<Item = &ClientView> {
    all.iter().filter(move |((of, ..), _)| *of == kind).map(|(_, view)| view)
}
