//! What the figures are, of what engines say.

use super::*;
use crate::engine::{PauseReason, RebalanceKind, Rework};
use crate::record::{Decision, Reason};
use crate::stage::Outcome;

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
    let phases = TransactionPhases { commit: Duration::from_millis(2), ..Default::default() };
    let written = [Written { topic: "articles".to_owned(), records: 3, bytes: 900 }];
    metrics.transaction.committed(Duration::from_millis(30), phases, &written);
    for (series, expected) in [
        ("newsmill_records_total{outcome=\"emitted\"}", 3.0),
        ("newsmill_dedupe_decisions_total{decision=\"exact\"}", 3.0),
        ("newsmill_dead_letter_records_total{reason=\"not_utf8\",stage=\"parse\"}", 1.0),
        ("newsmill_batch_records_sum", 4.0),
        ("newsmill_transactions_total{outcome=\"committed\"}", 1.0),
        ("newsmill_transaction_phase_duration_seconds_sum{phase=\"commit\"}", 0.002),
        ("newsmill_producer_records_total{topic=\"articles\"}", 3.0),
        ("newsmill_producer_bytes_total{topic=\"articles\"}", 900.0),
    ] {
        assert_eq!(value(&metrics, series), Some(expected), "{series}");
    }
}

#[test]
fn figures_of_engines_are_put_together() {
    let metrics = metrics();
    metrics.pipeline.in_flight(0, 5, 50);
    metrics.pipeline.in_flight(1, 7, 70);
    metrics.pipeline.in_flight(0, 1, 10);
    metrics.group.rebalanced(0, HOME, RebalanceKind::Assign, 3);
    metrics.group.rebalanced(1, HOME, RebalanceKind::Assign, 4);
    metrics.group.rebalanced(0, HOME, RebalanceKind::Revoke, 1);
    metrics.consumer.paused(0, PauseReason::Budget, 2);
    metrics.consumer.paused(1, PauseReason::Budget, 3);
    metrics.transaction.open(0, Some(9_000));
    metrics.transaction.open(1, Some(7_000));
    let open = "newsmill_transaction_open_since_timestamp_seconds";
    for (series, expected) in [
        ("newsmill_inflight_records", 8.0),
        ("newsmill_inflight_bytes", 80.0),
        ("newsmill_assigned_partitions{stage=\"home\"}", 5.0),
        ("newsmill_consumer_paused_partitions{reason=\"budget\"}", 5.0),
        (open, 7.0),
    ] {
        assert_eq!(value(&metrics, series), Some(expected), "{series}");
    }
    metrics.transaction.open(1, None);
    assert_eq!(value(&metrics, open), Some(9.0), "that of the other engine");
    metrics.transaction.open(0, None);
    assert_eq!(value(&metrics, open), Some(0.0), "none is open");
}

const LAG: &str = "newsmill_consumer_lag_records{partition=\"3\",topic=\"inbox\"}";
const LAG_SECONDS: &str = "newsmill_consumer_lag_seconds{partition=\"3\",topic=\"inbox\"}";

#[test]
fn lag_is_nought_when_caught_up_and_absent_while_it_is_not_known() {
    let metrics = metrics();
    let now = partition();
    metrics.partition.stands(&now);
    assert_eq!(value(&metrics, LAG), Some(9.0));
    assert!(value(&metrics, LAG_SECONDS).unwrap() > 1e9, "since 1970");
    metrics.partition.stands(&PartitionView { lag_records: Some(0), ..now });
    assert_eq!((value(&metrics, LAG), value(&metrics, LAG_SECONDS)), (Some(0.0), Some(0.0)));
    metrics.partition.stands(&PartitionView { lag_records: None, ..now });
    assert_eq!((value(&metrics, LAG), value(&metrics, LAG_SECONDS)), (None, None));
    metrics.partition.stands(&PartitionView { waiting_since_ms: None, ..now });
    assert_eq!((value(&metrics, LAG), value(&metrics, LAG_SECONDS)), (Some(9.0), None));
}

#[test]
fn series_of_a_partition_end_when_it_is_no_longer_ours() {
    let metrics = metrics();
    metrics.partition.stands(&partition());
    assert_eq!(value(&metrics, "newsmill_state_rows{partition=\"3\",stage=\"home\"}"), Some(2.0));
    metrics.partition.forgotten("inbox", HOME, 3);
    assert!(!metrics.encode().unwrap().contains("partition=\"3\""));
}

#[test]
fn a_partition_makes_progress_when_its_offset_moves_or_nothing_waits() {
    let metrics = metrics();
    let series =
        "newsmill_consumer_last_progress_timestamp_seconds{partition=\"3\",topic=\"inbox\"}";
    metrics.partition.stands(&partition());
    let first = value(&metrics, series).expect("from the first look on, at offset 0 too");
    metrics.partition.stands(&partition());
    assert_eq!(value(&metrics, series), Some(first), "nothing moved");
    metrics.partition.stands(&PartitionView { committed: 12, ..partition() });
    let moved = value(&metrics, series).unwrap();
    assert!(moved >= first);
    metrics.partition.stands(&PartitionView { committed: 12, lag_records: Some(0), ..partition() });
    assert!(value(&metrics, series).unwrap() >= moved, "nothing waits");
    let good = value(&metrics, "newsmill_slo_progress_checks_total{result=\"good\"}");
    assert_eq!(good, Some(4.0));
    let before = value(&metrics, series);
    metrics.partition.stands(&PartitionView { committed: 12, ..partition() });
    metrics.partition.forgotten("inbox", HOME, 3);
    assert_eq!(value(&metrics, series), None, "not ours");
    metrics.partition.stands(&PartitionView { committed: 12, ..partition() });
    assert_eq!(value(&metrics, series), before, "an engine that starts again is no progress");
}

#[test]
fn counts_of_a_client_go_on_when_a_fresh_client_begins_at_nought() {
    let metrics = metrics();
    for errors in [3, 5, 1] {
        metrics.client.stands(0, &client(errors));
    }
    let of = |name: &str| value(&metrics, &format!("{name}{{broker=\"1\",client=\"consumer\"}}"));
    assert_eq!(of("newsmill_kafka_broker_errors_total"), Some(6.0), "3, 2 more, and 1 of another");
    assert_eq!(of("newsmill_kafka_broker_up"), Some(1.0));
    assert_eq!(of("newsmill_kafka_broker_rtt_p99_seconds"), Some(0.002));
    metrics.client.stands(1, &client(0));
    assert_eq!(value(&metrics, "newsmill_consumer_prefetch_records"), Some(10.0), "of two engines");
    metrics.client.gone(0);
    assert_eq!(of("newsmill_kafka_broker_up"), Some(1.0), "to the other engine");
    metrics.client.gone(1);
    assert_eq!(of("newsmill_kafka_broker_up"), None, "nobody knows");
    metrics.client.stands(1, &ClientView { brokers: Vec::new(), ..client(0) });
    assert_eq!(of("newsmill_kafka_broker_up"), Some(0.0), "a fresh client that reaches none");
}

#[test]
fn an_error_outside_the_list_is_counted_as_other() {
    let metrics = metrics();
    metrics.consumer.error("AllBrokersDown");
    metrics.consumer.error("SomethingNew");
    for error in ["AllBrokersDown", "other"] {
        let series = format!("newsmill_consumer_errors_total{{error=\"{error}\"}}");
        assert_eq!(value(&metrics, &series), Some(1.0), "{error}");
    }
}

#[test]
fn work_that_is_done_again_is_counted_by_its_cause() {
    let metrics = metrics();
    for cause in Rework::ALL {
        metrics.pipeline.reprocessed(cause, 2);
        let series = format!("newsmill_records_reprocessed_total{{cause=\"{}\"}}", cause.name());
        assert_eq!(value(&metrics, &series), Some(2.0));
    }
}
