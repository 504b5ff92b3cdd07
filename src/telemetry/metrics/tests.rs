//! The metrics as Prometheus meets them.

use std::time::Duration;

use super::*;
use crate::engine::PartitionView;
use crate::record::{Decision, Reason};
use crate::stage::{Count, Outcome, TableStats, Tally};

fn metrics() -> Metrics {
    let parse = Watched { stage: StageName("parse"), topic: "raw".to_owned(), is_stateful: false };
    let home = Watched { stage: StageName("home"), topic: "inbox".to_owned(), is_stateful: true };
    Metrics::new(2, &[parse, home]).unwrap()
}

/// The value of one line of the text format.
fn value(metrics: &Metrics, series: &str) -> Option<f64> {
    let text = metrics.encode().unwrap();
    text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

#[test]
fn every_family_has_help_and_only_labels_from_closed_lists() {
    let metrics = metrics();
    exercise(&metrics);
    let families = metrics.registry.gather();
    let ours: Vec<_> =
        families.iter().filter(|family| family.name().starts_with("newsmill_")).collect();
    assert!(ours.len() > 25, "{}", ours.len());
    let labels = [
        "topic",
        "partition",
        "outcome",
        "cause",
        "warning",
        "decision",
        "kind",
        "stage",
        "reason",
        "phase",
        "type",
        "state",
        "error",
        "version",
        "librdkafka",
    ];
    for family in ours {
        assert!(family.help().ends_with('.'), "{} has no help", family.name());
        for metric in family.get_metric() {
            for label in metric.get_label() {
                assert!(
                    labels.contains(&label.name()),
                    "{} has label {}",
                    family.name(),
                    label.name()
                );
            }
        }
    }
}

#[test]
fn series_begin_at_nought() {
    let metrics = metrics();
    for series in [
        "newsmill_records_total{outcome=\"emitted\"}",
        "newsmill_dead_letter_records_total{reason=\"not_utf8\",stage=\"parse\"}",
        "newsmill_transactions_total{outcome=\"indeterminate\"}",
        "newsmill_rebalances_total{stage=\"home\",type=\"lost\"}",
        "newsmill_consumer_offset_resets_total{reason=\"out_of_range\",topic=\"raw\"}",
    ] {
        assert_eq!(value(&metrics, series), Some(0.0), "{series}");
    }
    assert_eq!(value(&metrics, "newsmill_group_state{state=\"starting\"}"), Some(1.0));
}

#[test]
fn what_a_transaction_counted_is_what_metrics_show() {
    let metrics = metrics();
    let mut tally = Tally::default();
    for _ in 0..3 {
        tally.add(Count::Page(Outcome::Emitted));
        tally.add(Count::Occurrence(Decision::Exact));
    }
    tally.add(Count::DeadLetter(Reason::NotUtf8, StageName("parse")));
    metrics.pipeline.committed(&tally, 4, 1_000);
    metrics.transaction.committed(Duration::from_millis(30), Duration::from_millis(2));
    for (series, expected) in [
        ("newsmill_records_total{outcome=\"emitted\"}", 3.0),
        ("newsmill_dedupe_decisions_total{decision=\"exact\"}", 3.0),
        ("newsmill_dead_letter_records_total{reason=\"not_utf8\",stage=\"parse\"}", 1.0),
        ("newsmill_batch_records_sum", 4.0),
        ("newsmill_transactions_total{outcome=\"committed\"}", 1.0),
        ("newsmill_transaction_phase_duration_seconds_count{phase=\"commit\"}", 1.0),
    ] {
        assert_eq!(value(&metrics, series), Some(expected), "{series}");
    }
}

#[test]
fn figures_of_engines_are_summed() {
    let metrics = metrics();
    metrics.pipeline.in_flight(0, 5, 50);
    metrics.pipeline.in_flight(1, 7, 70);
    metrics.pipeline.in_flight(0, 1, 10);
    metrics.group.rebalanced(0, StageName("home"), "assign", 3);
    metrics.group.rebalanced(1, StageName("home"), "assign", 4);
    metrics.group.rebalanced(0, StageName("home"), "revoke", 1);
    assert_eq!(value(&metrics, "newsmill_inflight_records"), Some(8.0));
    assert_eq!(value(&metrics, "newsmill_inflight_bytes"), Some(80.0));
    assert_eq!(value(&metrics, "newsmill_assigned_partitions{stage=\"home\"}"), Some(5.0));
}

#[test]
fn series_of_a_partition_end_when_it_is_no_longer_ours() {
    let metrics = metrics();
    let now = partition();
    metrics.consumer.partition(&now);
    assert_eq!(
        value(&metrics, "newsmill_consumer_lag_records{partition=\"3\",topic=\"inbox\"}"),
        Some(9.0)
    );
    assert_eq!(value(&metrics, "newsmill_state_rows{partition=\"3\",stage=\"home\"}"), Some(2.0));
    metrics.consumer.partition(&PartitionView { lag_records: Some(0), ..now });
    assert_eq!(
        value(&metrics, "newsmill_consumer_lag_seconds{partition=\"3\",topic=\"inbox\"}"),
        Some(0.0)
    );
    metrics.consumer.forgotten("inbox", StageName("home"), 3);
    assert!(!metrics.encode().unwrap().contains("partition=\"3\""));
}

#[test]
fn an_error_outside_the_list_is_counted_as_other() {
    let metrics = metrics();
    metrics.consumer.error("AllBrokersDown");
    metrics.consumer.error("SomethingNew");
    assert_eq!(
        value(&metrics, "newsmill_consumer_errors_total{error=\"AllBrokersDown\"}"),
        Some(1.0)
    );
    assert_eq!(value(&metrics, "newsmill_consumer_errors_total{error=\"other\"}"), Some(1.0));
}

fn partition() -> PartitionView<'static> {
    PartitionView {
        stage: StageName("home"),
        topic: "inbox",
        partition: 3,
        committed: 11,
        lag_records: Some(9),
        committed_ms: Some(0),
        table: TableStats { rows: 2, bytes: 300 },
    }
}

fn exercise(metrics: &Metrics) {
    let mut tally = Tally::default();
    tally.add(Count::Warned(crate::record::Warning::DateMissing));
    metrics.pipeline.committed(&tally, 1, 1);
    metrics.transaction.committed(Duration::ZERO, Duration::ZERO);
    metrics.consumer.partition(&partition());
    metrics.consumer.polled(0, Duration::from_secs(1));
    metrics.consumer.consumed("raw", 5);
}

#[test]
fn the_dashboard_asks_only_for_families_that_there_are() {
    let dashboard = include_str!("../../../deploy/grafana/dashboards/overview.json");
    let metrics = metrics();
    exercise(&metrics);
    let families = metrics.registry.gather();
    let is_family = |name: &str| families.iter().any(|family| family.name() == name);
    let is_part_of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let asked: Vec<&str> = dashboard
        .split(|c| !is_part_of_name(c))
        .filter(|word| word.starts_with("newsmill_") || word.starts_with("process_"))
        .collect();
    assert!(asked.len() > 10, "{asked:?}");
    for name in asked {
        let family = name.strip_suffix("_bucket").unwrap_or(name);
        assert!(is_family(family), "{name} is no family");
    }
}
