//! What is exposed, beside what the catalogue says.

use std::collections::BTreeSet;

use prometheus::proto::MetricFamily;

use super::*;
use crate::telemetry::metrics::catalogue::OF_PROCESS;
use crate::telemetry::metrics::family::Unit;

#[test]
fn what_is_exposed_is_what_the_catalogue_says() {
    let metrics = metrics();
    exercise(&metrics);
    let families = metrics.registry.gather();
    let exposed: BTreeSet<&str> = families.iter().map(MetricFamily::name).collect();
    let named: BTreeSet<&str> =
        catalogue().map(|family| family.name).chain(OF_PROCESS.map(|(name, ..)| name)).collect();
    let missing: Vec<_> = named.difference(&exposed).collect();
    // Absent where the process has no limit.
    assert!(missing.iter().all(|name| **name == "newsmill_memory_limit_bytes"), "{missing:?}");
    assert_eq!(exposed.difference(&named).collect::<Vec<_>>(), Vec::<&&str>::new());
    for family in catalogue() {
        let Some(exposed) = families.iter().find(|it| it.name() == family.name) else { continue };
        assert_eq!(exposed.help(), family.help);
        let kind = format!("{:?}", exposed.get_field_type()).to_lowercase();
        assert_eq!(kind, family.kind.name(), "{}", family.name);
        for metric in exposed.get_metric() {
            let names: BTreeSet<&str> = metric.get_label().iter().map(|it| it.name()).collect();
            assert_eq!(names, family.labels.iter().map(|it| it.name).collect(), "{}", family.name);
        }
    }
    for (name, kind, _) in OF_PROCESS {
        let exposed = families.iter().find(|it| it.name() == name).unwrap();
        assert_eq!(format!("{:?}", exposed.get_field_type()).to_lowercase(), kind, "{name}");
    }
}

#[test]
fn names_and_helps_follow_the_rules() {
    for family in catalogue() {
        let Family { name, kind, unit, help, .. } = family;
        assert!(name.starts_with("newsmill_"), "{name}");
        assert!(help.ends_with('.'), "{name} has no help");
        assert_eq!(name.ends_with("_total"), kind.name() == "counter", "{name}");
        let stem = name.trim_end_matches("_total");
        match unit {
            Unit::Seconds => assert!(stem.ends_with("_seconds"), "{name}"),
            Unit::Bytes => assert!(stem.ends_with("_bytes"), "{name}"),
            Unit::Timestamp => assert!(stem.ends_with("_timestamp_seconds"), "{name}"),
            Unit::Offset => assert!(stem.ends_with("_offset"), "{name}"),
            Unit::Number | Unit::Flag => {
                assert!(!stem.ends_with("_seconds") && !stem.ends_with("_bytes"), "{name}");
            }
        }
    }
}

#[test]
fn labels_say_only_words_of_their_lists() {
    let metrics = metrics();
    exercise(&metrics);
    for exposed in metrics.registry.gather() {
        let Some(family) = catalogue().find(|it| it.name == exposed.name()) else { continue };
        for metric in exposed.get_metric() {
            for label in metric.get_label() {
                let declared = family.labels.iter().find(|it| it.name == label.name()).unwrap();
                if let Some(known) = declared.values.known(&watching()) {
                    let is_known = known.iter().any(|value| value == label.value());
                    assert!(is_known, "{}: {}", family.name, label.value());
                }
            }
        }
    }
}

#[test]
fn a_process_with_twelve_partitions_a_stage_has_at_most_2500_series() {
    let metrics = metrics();
    exercise(&metrics);
    for (stage, topic) in [("parse", "raw"), ("home", "inbox"), ("near", "near-inbox")] {
        for number in 0..12 {
            let stage = StageName(stage);
            metrics.partition.stands(&PartitionView {
                stage,
                topic,
                partition: number,
                ..partition()
            });
        }
    }
    let text = metrics.encode().unwrap();
    let series = text.lines().filter(|line| !line.starts_with('#')).count();
    assert!(series <= 2_500, "{series} series");
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
        "newsmill_consumer_paused_partitions{reason=\"breaker\"}",
        "newsmill_dead_letter_breaker_trips_total{limit=\"ratio\",topic=\"raw\"}",
        "newsmill_producer_records_total{topic=\"stories\"}",
    ] {
        assert_eq!(value(&metrics, series), Some(0.0), "{series}");
    }
    assert_eq!(value(&metrics, "newsmill_group_state{state=\"starting\"}"), Some(1.0));
}
