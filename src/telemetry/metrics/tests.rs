//! The metrics as Prometheus meets them, and what is said about them elsewhere.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use prometheus::proto::MetricFamily;

use super::catalogue::{OF_PROCESS, SECTIONS};
use super::family::{Family, Unit, Values};
use super::*;
use crate::engine::{
    BrokerView, ClientKind, ClientView, PartitionView, PauseReason, RebalanceKind, Rework, Step,
    TransactionEnd, TransactionPhases, Trip, Written,
};
use crate::record::{CanonicalKind, Decision, Reason, Warning};
use crate::stage::{Count, Outcome, TableStats, Tally};
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

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `NEWSMILL_TEST_WRITE_DOCS=1 cargo test --lib metrics` writes it anew.
#[test]
fn docs_metrics_is_made_from_the_catalogue() {
    let file = root().join("docs/metrics.md");
    let expected = page();
    if std::env::var_os("NEWSMILL_TEST_WRITE_DOCS").is_some() {
        fs::write(&file, &expected).unwrap();
    }
    assert!(fs::read_to_string(&file).unwrap_or_default() == expected, "docs/metrics.md is old");
}

fn page() -> String {
    let mut page = String::from(HEAD);
    for (section, families) in SECTIONS {
        write!(page, "\n## {section}\n\n| name | type | unit | labels | what it says |\n").unwrap();
        page.push_str("|---|---|---|---|---|\n");
        for Family { name, kind, unit, labels, help } in *families {
            let labels: Vec<String> =
                labels.iter().map(|it| format!("`{}` {}", it.name, words(it.values))).collect();
            let (kind, labels) = (kind.name(), labels.join("; "));
            let unit = format!("{unit:?}").to_lowercase();
            writeln!(page, "| `{name}` | {kind} | {unit} | {labels} | {help} |").unwrap();
        }
    }
    page.push_str(
        "\n## The process as the system sees it\n\n| name | type | what it says |\n|---|---|---|\n",
    );
    for (name, kind, help) in OF_PROCESS {
        writeln!(page, "| `{name}` | {kind} | {help} |").unwrap();
    }
    page
}

const HEAD: &str = "\
<!-- Made from src/telemetry/metrics/catalogue.rs: NEWSMILL_TEST_WRITE_DOCS=1 cargo test --lib metrics -->
# Metrics

Served at `/metrics` (`http.listen`, port 9464) in Prometheus' text format. Alerts and boards ask for nothing that is not
on this page; a test holds all three together.

Counters of what became of pages move when their transaction has committed, never before. So, of a process and at any
time, records add up (the alert `NewsmillConservationViolation` watches it):

```
newsmill_consumer_records_total = newsmill_batch_records_sum          committed
                                + newsmill_records_reprocessed_total  dropped, to be read again
                                + newsmill_inflight_records           between poll and commit
newsmill_record_e2e_latency_seconds_count = newsmill_records_total    each page has one end
```

Labels take their values from closed lists, or from the topics and partitions of the process. Series of a partition are
there while the process owns it. Counters and histograms begin at nought, so that a rate exists before the first event.
A timestamp of 0 is never. A process with twelve partitions a stage has at most 2,500 series.
";

fn words(values: Values) -> String {
    match values {
        Values::Words(words) => {
            let words: Vec<String> = words().iter().map(|word| format!("`{word}`")).collect();
            words.join(", ")
        }
        Values::Stages => "the stages".to_owned(),
        Values::StatefulStages => "the stages with a table".to_owned(),
        Values::Inboxes => "the topics that are read".to_owned(),
        Values::Outputs => "the topics that are written".to_owned(),
        Values::Partitions => "owned partitions".to_owned(),
        Values::Brokers => "numbers of brokers".to_owned(),
        Values::Sites => "the sites of the layouts, `other`".to_owned(),
        Values::Text => "one text".to_owned(),
    }
}

/// The files of alerts and boards.
fn queries() -> Vec<PathBuf> {
    ["deploy/prometheus/rules", "deploy/grafana/dashboards"]
        .iter()
        .flat_map(|folder| fs::read_dir(root().join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
fn alerts_and_boards_ask_only_for_families_that_there_are() {
    let is_part_of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let known: BTreeSet<&str> =
        catalogue().map(|family| family.name).chain(OF_PROCESS.map(|(name, ..)| name)).collect();
    let mut asked = BTreeSet::new();
    for file in queries() {
        let text = fs::read_to_string(&file).unwrap();
        // A recorded series has colons in its name, and is made by a rule of the same files.
        for word in text.split(|c| !(is_part_of_name(c) || c == ':' || c == '-')) {
            let is_family = word.starts_with("newsmill_") || word.starts_with("process_");
            if !is_family || word.contains([':', '-']) {
                continue;
            }
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| word.strip_suffix(end).filter(|stem| known.contains(stem)))
                .unwrap_or(word);
            assert!(known.contains(family), "{} asks for {word}", file.display());
            asked.insert(family.to_owned());
        }
    }
    assert!(asked.len() > 40, "{asked:?}");
}
