//! The metrics as Prometheus meets them, and what is said about them elsewhere.

mod docs;
mod exposed;
mod figures;

use std::time::Duration;

use super::catalogue::SECTIONS;
use super::family::Family;
use super::*;
use crate::engine::{
    BrokerView, ClientKind, ClientView, PartitionView, Step, TransactionEnd, TransactionPhases,
    Trip, Written,
};
use crate::record::{CanonicalKind, Warning};
use crate::stage::{Count, TableStats, Tally};
use crate::telemetry::health::{Health, Limits};

const HOME: StageName = StageName("home");

fn watching() -> Watching {
    let stage = |stage, topic: &str, is_stateful| Watched {
        stage: StageName(stage),
        topic: topic.to_owned(),
        is_stateful,
    };
    Watching {
        engines: 2,
        workers: 4,
        stages: vec![
            stage("parse", "raw", false),
            stage("home", "inbox", true),
            stage("near", "near-inbox", true),
        ],
        certificates: vec![(CertificateKind::Client, 2_000_000_000)],
        outputs: vec!["articles".to_owned(), "stories".to_owned()],
        ..Watching::default()
    }
}

fn metrics() -> Metrics {
    Metrics::new(&watching()).unwrap()
}

/// The value of one line of the text format.
fn value(metrics: &Metrics, series: &str) -> Option<f64> {
    let text = metrics.encode().unwrap();
    text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

fn catalogue() -> impl Iterator<Item = &'static Family> {
    SECTIONS.iter().flat_map(|(_, families)| families.iter().copied())
}

/// Everything happens once.
fn exercise(metrics: &Metrics) {
    let mut tally = Tally::default();
    tally.add(Count::Warned(Warning::DateMissing));
    tally.add(Count::Settled(CanonicalKind::Near));
    metrics.pipeline.committed(&tally, 1, 1);
    metrics.pipeline.record_latency(1.0);
    metrics.pipeline.worked(HOME, Step::Apply, 1, Duration::from_millis(1));
    let written = [Written { topic: "articles".to_owned(), records: 2, bytes: 30 }];
    metrics.transaction.committed(Duration::ZERO, TransactionPhases::default(), &written);
    metrics.transaction.not_committed(TransactionEnd::Aborted);
    metrics.transaction.open(0, Some(5_000));
    metrics.partition.stands(&partition());
    metrics.partition.tripped("raw", Trip::Ratio);
    metrics.consumer.polled(0, Duration::from_secs(1));
    metrics.consumer.consumed("raw", 5);
    let kept = Some(Duration::from_secs(3_600));
    metrics.consumer.inbox(&watching().stages[0], 24, kept);
    metrics.group.restored(HOME, 7, Duration::from_secs(1));
    metrics.client.stands(0, &client(3));
    let limits = Limits {
        poll_stall: Duration::from_secs(9),
        rebalance_grace: Duration::ZERO,
        broker_grace: Duration::ZERO,
    };
    metrics.process.looked_at(&Health::new(2, limits));
}

fn partition() -> PartitionView<'static> {
    PartitionView {
        stage: HOME,
        topic: "inbox",
        partition: 3,
        committed: 11,
        lag_records: Some(9),
        log_start: Some(2),
        waiting_since_ms: Some(0),
        is_held: false,
        table: TableStats { rows: 2, bytes: 300 },
    }
}

fn client(errors: u64) -> ClientView {
    let broker = BrokerView {
        id: 1,
        is_up: true,
        rtt_p99_us: Some(2_000),
        throttle_p99_ms: Some(0),
        errors,
        retries: 0,
        disconnects: 1,
    };
    ClientView {
        name: "home",
        kind: ClientKind::Consumer,
        brokers: vec![broker],
        queue_records: 5,
        queue_bytes: 60,
    }
}
