//! Every family of metrics, named in this one place. docs/metrics.md is made from it, and alerts and boards may ask for
//! nothing else.
//!
//! Names begin with `newsmill_`, counters end in `_total`, units are base units. Labels take their values from closed
//! lists or from this process's own topics and partitions: never a URL, a host, a text of an error or of a page.

use super::family::{Family, Kind, Label, Unit, Values};
use crate::engine::{ClientKind, PauseReason, RebalanceKind, Rework, Step, TransactionEnd, Trip};
use crate::record::{Reason, Warning};
use crate::stage::Decided;
use crate::telemetry::health::State;

/// Buckets of waiting for a broker, in seconds.
const IO: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
/// Buckets from the input record to the reader, in seconds; the objective is one of them.
const END_TO_END: &[f64] = &[
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0,
];
/// Buckets of sizes, in bytes: 256 times powers of four.
const BYTES: &[f64] = &[
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];
/// Buckets of counts.
const COUNTS: &[f64] = &[1.0, 4.0, 16.0, 64.0, 256.0, 1_024.0, 4_096.0, 16_384.0];

const fn words(name: &'static str, words: fn() -> Vec<&'static str>) -> Label {
    Label { name, values: Values::Words(words) }
}

const INBOX: Label = Label { name: "topic", values: Values::Inboxes };
const OUTPUT: Label = Label { name: "topic", values: Values::Outputs };
const PARTITION: Label = Label { name: "partition", values: Values::Partitions };
const STAGE: Label = Label { name: "stage", values: Values::Stages };
const STATEFUL_STAGE: Label = Label { name: "stage", values: Values::StatefulStages };
const BROKER: Label = Label { name: "broker", values: Values::Brokers };
const CLIENT: Label = words("client", || ClientKind::ALL.map(ClientKind::name).to_vec());
const OUTCOME: Label = words("outcome", || vec!["emitted", "taken_down", "dead_lettered"]);
const REASON: Label = words("reason", || Reason::ALL.map(Reason::name).to_vec());
const PAUSE: Label = words("reason", || PauseReason::ALL.map(PauseReason::name).to_vec());
const REWORK: Label = words("cause", || Rework::ALL.map(Rework::name).to_vec());
const STEP: Label = words("step", || Step::ALL.map(Step::name).to_vec());
const TRIP: Label = words("limit", || Trip::ALL.map(Trip::name).to_vec());
const WARNING: Label = words("warning", || Warning::ALL.iter().map(|it| it.name()).collect());
const ENDED: Label = words("outcome", || TransactionEnd::ALL.map(TransactionEnd::name).to_vec());
const REBALANCE: Label = words("type", || RebalanceKind::ALL.map(RebalanceKind::name).to_vec());
const DECIDED: Label = words("decided", || Decided::ALL.map(Decided::name).to_vec());
const SITE: Label = Label { name: "site", values: Values::Sites };
const STATE: Label = words("state", || State::ALL.map(State::name).to_vec());

/// Errors of consumers that are counted by librdkafka's name for them; the rest is `other`, so that the label is bounded.
pub(super) const CONSUMER_ERRORS: [&str; 9] = [
    "AllBrokersDown",
    "Authentication",
    "BrokerTransportFailure",
    "GroupAuthorizationFailed",
    "PollExceeded",
    "Resolve",
    "TopicAuthorizationFailed",
    "UnknownTopicOrPartition",
    "other",
];

macro_rules! families {
    ($($section:literal { $($name:ident: $kind:expr, $unit:ident, $full:literal, [$($label:expr),*], $help:literal;)* })*) => {
        $($(pub(super) const $name: Family = Family {
            name: $full,
            kind: $kind,
            unit: Unit::$unit,
            labels: &[$($label),*],
            help: $help,
        };)*)*

        /// Every family, under the headings of docs/metrics.md.
        pub const SECTIONS: &[(&str, &[&Family])] = &[$(($section, &[$(&$name),*])),*];
    };
}

families! {
    "Reading" {
        CONSUMED: Kind::Counter, Number, "newsmill_consumer_records_total", [INBOX],
            "Records handed over by poll, those included that are rolled back later. A record of an inbox holds one message or many.";
        CONSUMED_BYTES: Kind::Counter, Bytes, "newsmill_consumer_bytes_total", [INBOX],
            "Bytes of the records handed over by poll.";
        RECORD_SIZE: Kind::Histogram(BYTES), Bytes, "newsmill_consumer_record_size_bytes", [INBOX],
            "Sizes of the records handed over by poll.";
        REDELIVERED: Kind::Counter, Number, "newsmill_consumer_redelivered_records_total", [INBOX],
            "Records that the client delivered a second time, and that were dropped.";
        OFFSET_RESETS: Kind::Counter, Number, "newsmill_consumer_offset_resets_total",
            [INBOX, words("reason", || vec!["out_of_range"])],
            "Times that records were deleted before they were read: data loss by retention.";
        LOST: Kind::Counter, Number, "newsmill_records_lost_total", [],
            "Offsets of pages that were deleted before they were read, those of markers included: what the gap held.";
        ERRORS: Kind::Counter, Number, "newsmill_consumer_errors_total", [words("error", || CONSUMER_ERRORS.to_vec())],
            "Errors that consumers reported, by librdkafka's name.";
        LAST_POLL: Kind::Gauge, Timestamp, "newsmill_consumer_last_poll_timestamp_seconds", [],
            "When an engine last polled.";
        POLL_INTERVAL: Kind::Histogram(IO), Seconds, "newsmill_consumer_poll_interval_seconds", [],
            "Time between two polls of an engine; must stay far below engine.max_poll_interval.";
        PREFETCH_RECORDS: Kind::Gauge, Number, "newsmill_consumer_prefetch_records", [],
            "Records that the client library has fetched ahead.";
        PREFETCH_BYTES: Kind::Gauge, Bytes, "newsmill_consumer_prefetch_bytes", [],
            "Bytes that the client library has fetched ahead; at most engine.prefetch_bytes an engine.";
        PAUSED: Kind::Gauge, Number, "newsmill_consumer_paused_partitions", [PAUSE],
            "Partitions that are not read now: the byte budget is used up, the inboxes lag, the partition is held for its dead letters, or the process is leaving.";
        PAUSED_TIME: Kind::Counter, Seconds, "newsmill_backpressure_seconds_total", [PAUSE],
            "Time during which some partition was not read; of several engines the sum.";
        LAG_RECORDS: Kind::Gauge, Number, "newsmill_consumer_lag_records", [INBOX, PARTITION],
            "Records between the committed offset and the end of a partition; 0 when caught up, absent while the end is not known.";
        LAG_SECONDS: Kind::Gauge, Seconds, "newsmill_consumer_lag_seconds", [INBOX, PARTITION],
            "Age of the oldest record that is not committed; 0 when caught up, absent while it is not known.";
        COMMITTED: Kind::Gauge, Offset, "newsmill_consumer_committed_offset", [INBOX, PARTITION],
            "The committed offset of a partition.";
        LOG_START: Kind::Gauge, Offset, "newsmill_consumer_log_start_offset", [INBOX, PARTITION],
            "The least offset that the log of a partition still has; absent while it is not known.";
        LAST_PROGRESS: Kind::Gauge, Timestamp, "newsmill_consumer_last_progress_timestamp_seconds", [INBOX, PARTITION],
            "When the committed offset of a partition last advanced, or it was last caught up.";
        PROGRESS_CHECKS: Kind::Counter, Number, "newsmill_slo_progress_checks_total", [words("result", || vec!["good", "bad"])],
            "Looks at a partition, one a second: bad where records wait and none was committed for a minute.";
        TOPIC_PARTITIONS: Kind::Gauge, Number, "newsmill_topic_partitions", [STAGE, INBOX],
            "Partitions of a stage's inbox when this process started.";
        TOPIC_RETENTION: Kind::Gauge, Seconds, "newsmill_topic_retention_seconds", [STAGE, INBOX],
            "How long the brokers keep records of a stage's inbox (retention.ms), when this process started; absent where for ever.";
    }
    "Pages and stages" {
        RECORDS: Kind::Counter, Number, "newsmill_records_total", [OUTCOME],
            "Pages by their end: an article record, a tombstone, a dead letter. Counted when committed.";
        REPROCESSED: Kind::Counter, Number, "newsmill_records_reprocessed_total", [REWORK],
            "Records that were polled and then dropped, to be read again.";
        LATENCY: Kind::Histogram(END_TO_END), Seconds, "newsmill_record_e2e_latency_seconds", [],
            "From the timestamp of a page's record to the commit of what came of it.";
        BATCH_RECORDS: Kind::Histogram(COUNTS), Number, "newsmill_batch_records", [],
            "Input records of a committed transaction.";
        BATCH_BYTES: Kind::Histogram(BYTES), Bytes, "newsmill_batch_bytes", [],
            "Input bytes of a committed transaction.";
        INFLIGHT_RECORDS: Kind::Gauge, Number, "newsmill_inflight_records", [],
            "Records that were polled and are not yet committed.";
        INFLIGHT_BYTES: Kind::Gauge, Bytes, "newsmill_inflight_bytes", [],
            "Bytes of the records that were polled and are not yet committed.";
        INFLIGHT_LIMIT: Kind::Gauge, Bytes, "newsmill_inflight_limit_bytes", [],
            "The byte budget of the process, engine.memory_budget.";
        STAGE_BUSY: Kind::Counter, Seconds, "newsmill_stage_busy_seconds_total", [STAGE, STEP],
            "Time that a step of a stage worked: prepare on the workers, apply on the engine threads.";
        STAGE_RECORDS: Kind::Counter, Number, "newsmill_stage_records_total", [STAGE, STEP],
            "Records that a step of a stage has done, those included that are rolled back later.";
        STAGE_WORKERS: Kind::Gauge, Number, "newsmill_stage_workers", [STEP],
            "Threads that a step has: workers for prepare, engines for apply.";
        WARNINGS: Kind::Counter, Number, "newsmill_page_warnings_total", [WARNING],
            "Doubts in article records, by the closed list of warnings.";
    }
    "Stories" {
        DECISIONS: Kind::Counter, Number, "newsmill_dedupe_decisions_total", [words("decision", || vec!["new", "exact"])],
            "Occurrences of stories, by what was decided.";
        PUBLISHED: Kind::Counter, Number, "newsmill_stories_published_total", [],
            "Distinct related stories published.";
        SETTLED: Kind::Counter, Number, "newsmill_dedupe_canonical_changes_total", [words("kind", || vec!["self", "near", "duplicate"])],
            "Canonical stories that changed after publication, by what the story is to its canonical one now.";
        COMPARISONS: Kind::Counter, Number, "newsmill_dedupe_comparisons_total", [],
            "Pairs of stories that were compared.";
        EVICTED: Kind::Counter, Number, "newsmill_dedupe_evictions_total", [STATEFUL_STAGE],
            "Rows that left because there was no room: a story a full bucket of `near`, so that later near-duplicates of it may be missed; a line a full table of `lines`, so that other pages show it anew.";
        TEXT_MISSING: Kind::Counter, Number, "newsmill_story_text_missing_total", [],
            "Occurrences of stories to be published whose text was not at hand: a bug; the next one with its text publishes the story.";
    }
    "Where stories begin" {
        BOUNDARIES: Kind::Counter, Number, "newsmill_boundaries_total", [DECIDED, SITE],
            "Where appended stories begin, the first of each block left aside, by what decided it: the page alone, other pages with it, other pages against it (added, removed); by site, where the layouts name it.";
        LINES_KNOWN: Kind::Gauge, Number, "newsmill_lines_known", [],
            "Lines that this process knows to begin a story, or to stand inside one.";
        LINES_EVICTED: Kind::Gauge, Number, "newsmill_lines_evicted", [],
            "Lines that this process has forgotten since it began because its table was full: raise lines.known.";
        LINES: Kind::Counter, Number, "newsmill_lines_total", [words("change", || vec!["shown", "forgotten"])],
            "Lines of which pages have shown whether they begin a story, and those of which that is no longer known.";
    }
    "Dead letters" {
        DEAD_LETTERS: Kind::Counter, Number, "newsmill_dead_letter_records_total", [REASON, STAGE],
            "Dead letters, by reason and stage. Counted when committed.";
        BREAKER_OPEN: Kind::Gauge, Flag, "newsmill_dead_letter_breaker_open", [INBOX, PARTITION],
            "Whether a partition is held because nearly every record of it was dead-lettered.";
        BREAKER_TRIPS: Kind::Counter, Number, "newsmill_dead_letter_breaker_trips_total", [INBOX, TRIP],
            "Times that a partition was held, by the limit that was passed.";
    }
    "State" {
        ROWS: Kind::Gauge, Number, "newsmill_state_rows", [STATEFUL_STAGE, PARTITION],
            "Rows in the table of a partition.";
        STATE_BYTES: Kind::Gauge, Bytes, "newsmill_state_bytes", [STATEFUL_STAGE, PARTITION],
            "Bytes that the rows of a partition take in memory, estimated.";
        EXPIRED: Kind::Counter, Number, "newsmill_state_expired_rows_total", [STATEFUL_STAGE],
            "Rows that reached the end of their time to live.";
        RESTORED_ROWS: Kind::Counter, Number, "newsmill_state_restored_rows_total", [STATEFUL_STAGE],
            "Rows of tables that were restored from changelogs.";
        RESTORE_TIME: Kind::Histogram(END_TO_END), Seconds, "newsmill_state_restore_duration_seconds", [STAGE],
            "From the assignment of a partition until it was restored.";
    }
    "Transactions and writing" {
        TRANSACTIONS: Kind::Counter, Number, "newsmill_transactions_total", [ENDED],
            "Transactions, by how they ended.";
        TRANSACTION_TIME: Kind::Histogram(IO), Seconds, "newsmill_transaction_duration_seconds", [],
            "From the first record of a transaction to the answer to its commit.";
        PHASE_TIME: Kind::Histogram(IO), Seconds, "newsmill_transaction_phase_duration_seconds",
            [words("phase", || vec!["flush", "send_offsets", "commit"])],
            "Time in a phase of the commit of a transaction that committed.";
        LAST_COMMIT: Kind::Gauge, Timestamp, "newsmill_transaction_last_commit_timestamp_seconds", [],
            "When a transaction was last committed.";
        OPEN_SINCE: Kind::Gauge, Timestamp, "newsmill_transaction_open_since_timestamp_seconds", [],
            "When the oldest transaction that is open now began; an open transaction holds back read_committed readers.";
        TRANSACTION_TIMEOUT: Kind::Gauge, Seconds, "newsmill_transaction_timeout_seconds", [],
            "After how long the brokers abort an open transaction, engine.transaction_timeout.";
        REINITS: Kind::Counter, Number, "newsmill_producer_reinits_total", [words("reason", || vec!["indeterminate", "fenced"])],
            "Times that an engine began again with fresh clients.";
        WRITTEN: Kind::Counter, Number, "newsmill_producer_records_total", [OUTPUT],
            "Records that committed transactions have written.";
        WRITTEN_BYTES: Kind::Counter, Bytes, "newsmill_producer_bytes_total", [OUTPUT],
            "Bytes of keys and values that committed transactions have written, before compression.";
        QUEUE_RECORDS: Kind::Gauge, Number, "newsmill_producer_queue_records", [],
            "Records that wait in the client library to be sent or acknowledged.";
        QUEUE_BYTES: Kind::Gauge, Bytes, "newsmill_producer_queue_bytes", [],
            "Bytes that wait in the client library to be sent or acknowledged.";
    }
    "Group and brokers" {
        REBALANCES: Kind::Counter, Number, "newsmill_rebalances_total", [STAGE, REBALANCE],
            "What the group did with partitions of a stage.";
        ASSIGNED: Kind::Gauge, Number, "newsmill_assigned_partitions", [STAGE],
            "Partitions of a stage's inbox that this process owns.";
        GROUP_STATE: Kind::Gauge, Flag, "newsmill_group_state", [STATE],
            "The state of the process: exactly one is 1.";
        BROKER_UP: Kind::Gauge, Flag, "newsmill_kafka_broker_up", [CLIENT, BROKER],
            "Whether some client of this process is connected to a broker; absent while none has told.";
        BROKER_RTT: Kind::Gauge, Seconds, "newsmill_kafka_broker_rtt_p99_seconds", [CLIENT, BROKER],
            "The 99th percentile of the time from a request to its answer, of the slowest client.";
        BROKER_THROTTLE: Kind::Gauge, Seconds, "newsmill_kafka_broker_throttle_p99_seconds", [CLIENT, BROKER],
            "The 99th percentile of the time for which a broker held a client back by its quota.";
        BROKER_ERRORS: Kind::Counter, Number, "newsmill_kafka_broker_errors_total", [CLIENT, BROKER],
            "Requests and answers that failed, time-outs included.";
        BROKER_RETRIES: Kind::Counter, Number, "newsmill_kafka_broker_retries_total", [CLIENT, BROKER],
            "Requests that were sent again.";
        BROKER_DISCONNECTS: Kind::Counter, Number, "newsmill_kafka_broker_disconnects_total", [CLIENT, BROKER],
            "Connections that ended.";
        STATISTICS_AT: Kind::Gauge, Timestamp, "newsmill_kafka_stats_timestamp_seconds", [CLIENT],
            "When clients last told how they stand: the families of brokers and queues are as old as this.";
    }
    "Process" {
        HEALTH: Kind::Gauge, Flag, "newsmill_health", [words("probe", || vec!["live", "ready", "startup"]),
            words("check", || crate::telemetry::health::CHECKS.to_vec())],
            "What the probes say, check by check.";
        LOG_EVENTS: Kind::Counter, Number, "newsmill_log_events_total", [words("level", || vec!["warn", "error"])],
            "Warnings and errors that were logged, those included that were suppressed.";
        CERTIFICATE: Kind::Gauge, Timestamp, "newsmill_tls_certificate_not_after_timestamp_seconds", [words("kind",
            || crate::config::CertificateKind::ALL.map(crate::config::CertificateKind::name).to_vec())],
            "When our certificate ends, or the last of the authorities that we trust; absent where no file is set.";
        LOG_SUPPRESSED: Kind::Counter, Number, "newsmill_log_suppressed_total", [],
            "Warnings and errors that were not written because the same place had said so several times in a minute.";
        SPANS_DROPPED: Kind::Counter, Number, "newsmill_trace_spans_dropped_total", [],
            "Spans that the collector of traces.endpoint did not take.";
        MEMORY_LIMIT: Kind::Gauge, Bytes, "newsmill_memory_limit_bytes", [],
            "The memory limit of the process's control group; absent where there is none.";
        BUILD: Kind::Gauge, Flag, "newsmill_build_info", [Label { name: "version", values: Values::Text },
            Label { name: "librdkafka", values: Values::Text }],
            "The build that runs: always 1.";
        CONFIG: Kind::Gauge, Flag, "newsmill_config_info", [Label { name: "hash", values: Values::Text }],
            "A hash of the configuration in effect, without `instance` and secrets: always 1. Replicas should agree.";
    }
}

/// The families of the process itself, which the collector of the prometheus crate makes.
pub const OF_PROCESS: [(&str, &str, &str); 7] = [
    (
        "process_cpu_seconds_total",
        "counter",
        "Processor time that the process has used, in seconds.",
    ),
    ("process_resident_memory_bytes", "gauge", "Memory that the process holds, in bytes."),
    ("process_virtual_memory_bytes", "gauge", "Address space of the process, in bytes."),
    ("process_open_fds", "gauge", "Open files and connections."),
    ("process_max_fds", "gauge", "How many files and connections may be open."),
    ("process_threads", "gauge", "Threads of the process."),
    ("process_start_time_seconds", "gauge", "When the process started, in seconds since 1970."),
];
