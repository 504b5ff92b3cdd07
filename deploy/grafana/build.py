#!/usr/bin/env python3
"""Writes dashboards/*.json. Standard library only.

    build.py            write the files
    build.py --check    say whether the files are what would be written

In a query "@" stands for the selection of job and instance.
"""

import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).with_name("dashboards")
DATASOURCE = {"type": "prometheus", "uid": "$datasource"}
SELECTION = 'job=~"$job",instance=~"$instance"'
COLUMNS = 24
HEIGHT = 7


def target(expr, legend=""):
    return expr, legend


def panel(title, description, unit, *targets, kind="timeseries", width=8, stack=False, most=None, links=()):
    custom = {"fillOpacity": 10, "showPoints": "never"}
    if stack:
        custom["stacking"] = {"mode": "normal"}
    defaults = {"unit": unit, "min": 0}
    if most is not None:
        defaults["max"] = most
    if kind in ("timeseries", "state-timeline"):
        defaults["custom"] = custom if kind == "timeseries" else {"fillOpacity": 70}
    options = {"legend": {"displayMode": "list", "placement": "bottom"}}
    if kind == "stat":
        options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "graphMode": "area"}
    return {
        "title": title,
        "description": description,
        "type": kind,
        "datasource": DATASOURCE,
        "width": width,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options,
        "links": [{"title": name, "url": url} for name, url in links],
        "targets": [
            {
                "datasource": DATASOURCE,
                "expr": expr.replace("@", SELECTION),
                "legendFormat": legend,
                "refId": chr(ord("A") + index),
            }
            for index, (expr, legend) in enumerate(targets)
        ],
    }


def quantiles(family, by=""):
    extra = f", {by}" if by else ""
    legend = f" {{{{{by}}}}}" if by else ""
    rate = f"sum by (le{extra}) (rate({family}_bucket{{@}}[$__rate_interval]))"
    wanted = [("0.99", "p99")] if by else [("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99")]
    return [target(f"histogram_quantile({q}, {rate})", name + legend) for q, name in wanted]


def rate(family, by, more=""):
    labels = "@" + (f",{more}" if more else "")
    return target(
        f"sum by ({by}) (rate({family}{{{labels}}}[$__rate_interval]))",
        " ".join(f"{{{{{label.strip()}}}}}" for label in by.split(",")),
    )


def alerts():
    return {
        "title": "Firing",
        "description": "Alerts that fire now; each has a runbook of its name in docs/runbooks.",
        "type": "alertlist",
        "width": 8,
        "options": {"alertName": "Newsmill", "stateFilter": {"firing": True, "pending": True}, "viewMode": "list"},
    }


def budget(slo, allowed):
    return panel(
        f"{slo.capitalize()} budget used",
        f"How fast the error budget of three days was used: at 1 the objective is just met, above it missed.",
        "none",
        target(f'job:newsmill_slo_errors:ratio_rate3d{{job=~"$job",slo="{slo}"}} / {allowed}', slo),
        kind="stat",
        width=3,
    )


OVERVIEW = [
    budget("freshness", 0.01),
    budget("completeness", 0.0001),
    budget("quality", 0.005),
    budget("progress", 0.001),
    panel("Replicas", "Processes that are running.", "none",
          target('sum(newsmill_group_state{@,state="running"})', "running"), kind="stat", width=4),
    panel("Partitions without an owner", "Partitions of inboxes that no process owns.", "none",
          target("sum(max by (stage) (newsmill_topic_partitions{@}) - sum by (stage) (newsmill_assigned_partitions{@}))",
                 "unowned"), kind="stat", width=4),
    panel("Held partitions", "Partitions that are not read because nearly every record of them was dead-lettered.", "none",
          target("sum(newsmill_dead_letter_breaker_open{@})", "held"), kind="stat", width=4),
    panel("Pages by outcome", "Pages a second by how they ended, counted when committed.", "reqps",
          rate("newsmill_records_total", "outcome"), stack=True),
    panel("From record to commit", "From the timestamp of a page's record to the commit of what came of it.", "s",
          *quantiles("newsmill_record_e2e_latency_seconds")),
    panel("Age of the oldest waiting record", "By topic; 0 is caught up.", "s",
          target("max by (topic) (newsmill_consumer_lag_seconds{@})", "{{topic}}")),
    panel("Records that wait, by partition", "Between the committed offset and the end of the log.", "short",
          target("newsmill_consumer_lag_records{@}", "{{topic}} {{partition}}")),
    panel("Stories", "Occurrences of stories a second, by what was decided, and distinct ones published.", "ops",
          rate("newsmill_dedupe_decisions_total", "decision"),
          target("sum(rate(newsmill_stories_published_total{@}[$__rate_interval]))", "published")),
    panel("Dead letters by reason", "A second, counted when committed.", "ops",
          rate("newsmill_dead_letter_records_total", "reason"), stack=True),
    panel("State of each process", "Starting, joining, restoring, running, draining, stopped or failed.", "none",
          target("newsmill_group_state{@} == 1", "{{instance}} {{state}}"), kind="state-timeline"),
    panel("Rebalances", "What the groups did with partitions in five minutes.", "short",
          target("sum by (stage, type) (increase(newsmill_rebalances_total{@}[5m]))", "{{stage}} {{type}}")),
    panel("Processor and memory", "Cores in use, and memory, of each process.", "short",
          target("rate(process_cpu_seconds_total{@}[$__rate_interval])", "{{instance}} cores"),
          target("process_resident_memory_bytes{@} / 1073741824", "{{instance}} GiB")),
    alerts(),
]

PIPELINE = [
    panel("Use of threads", "Share of the threads of a step that work for a stage: at 1 there is nothing left.", "percentunit",
          target("sum by (stage, step) (rate(newsmill_stage_busy_seconds_total{@}[$__rate_interval]))"
                 " / on (step) group_left () sum by (step) (newsmill_stage_workers{@})", "{{stage}} {{step}}")),
    panel("Time a record", "Of a step, in the mean.", "s",
          target("sum by (stage, step) (rate(newsmill_stage_busy_seconds_total{@}[$__rate_interval]))"
                 " / sum by (stage, step) (rate(newsmill_stage_records_total{@}[$__rate_interval]))", "{{stage}} {{step}}")),
    panel("Between poll and commit", "Bytes in flight against the budget.", "bytes",
          target("sum(newsmill_inflight_bytes{@})", "in flight"),
          target("sum(newsmill_inflight_limit_bytes{@})", "budget")),
    panel("Not read", "Share of the time in which some partition was paused, by the reason.", "percentunit",
          rate("newsmill_backpressure_seconds_total", "reason")),
    panel("Input", "Records a second that poll handed over, by topic.", "reqps",
          rate("newsmill_consumer_records_total", "topic")),
    panel("Size of input records", "Bytes, the 99th of a hundred.", "bytes",
          *quantiles("newsmill_consumer_record_size_bytes", "topic")),
    panel("Records a transaction", "Input records of committed transactions.", "short",
          *quantiles("newsmill_batch_records")),
    panel("Work done again", "Records a second that were read and dropped, to be read again, by cause.", "ops",
          rate("newsmill_records_reprocessed_total", "cause")),
    panel("Records that do not add up", "Read, and neither committed nor in flight nor to be read again: always 0.", "short",
          target("sum by (instance) (newsmill_consumer_records_total{@}) - sum by (instance) (newsmill_batch_records_sum{@})"
                 " - sum by (instance) (newsmill_records_reprocessed_total{@}) - sum by (instance) (newsmill_inflight_records{@})",
                 "{{instance}}")),
    panel("Doubts", "Warnings in article records a second.", "ops", rate("newsmill_page_warnings_total", "warning")),
    panel("Dead letters", "A second, by stage and reason.", "ops",
          rate("newsmill_dead_letter_records_total", "stage, reason"), stack=True),
    panel("Decisions", "Occurrences of stories a second.", "ops", rate("newsmill_dedupe_decisions_total", "decision")),
    panel("Canonical stories that changed", "After publication, a second.", "ops",
          rate("newsmill_dedupe_canonical_changes_total", "kind")),
    panel("Comparisons", "Pairs of stories compared, a second.", "ops",
          target("sum(rate(newsmill_dedupe_comparisons_total{@}[$__rate_interval]))", "pairs")),
    panel("Stories that left full buckets", "A second: near-duplicates of theirs may be missed.", "ops",
          rate("newsmill_dedupe_evictions_total", "stage")),
    panel("Warnings and errors logged", "A second.", "ops", rate("newsmill_log_events_total", "level")),
]

KAFKA = [
    panel("Brokers connected", "1 where some client of the process is connected.", "none",
          target("newsmill_kafka_broker_up{@}", "{{instance}} {{client}} {{broker}}"), kind="state-timeline"),
    panel("Round trip", "From a request to its answer, the 99th of a hundred, of the slowest client.", "s",
          target("max by (client, broker) (newsmill_kafka_broker_rtt_p99_seconds{@})", "{{client}} {{broker}}")),
    panel("Throttled", "How long a broker held a client back by its quota.", "s",
          target("max by (client, broker) (newsmill_kafka_broker_throttle_p99_seconds{@})", "{{client}} {{broker}}")),
    panel("Failures", "Requests that failed, requests sent again and connections that ended, a second.", "ops",
          target("sum by (broker) (rate(newsmill_kafka_broker_errors_total{@}[$__rate_interval]))", "failed {{broker}}"),
          target("sum by (broker) (rate(newsmill_kafka_broker_retries_total{@}[$__rate_interval]))", "again {{broker}}"),
          target("sum by (broker) (rate(newsmill_kafka_broker_disconnects_total{@}[$__rate_interval]))", "ended {{broker}}")),
    panel("Consumers' errors", "A second, by librdkafka's name.", "ops", rate("newsmill_consumer_errors_total", "error")),
    panel("Fetched ahead", "Bytes in the consumers' queues.", "bytes",
          target("sum by (instance) (newsmill_consumer_prefetch_bytes{@})", "{{instance}}")),
    panel("Waiting to be sent", "Bytes in the producers' queues.", "bytes",
          target("sum by (instance) (newsmill_producer_queue_bytes{@})", "{{instance}}")),
    panel("Written", "Records a second of committed transactions, by topic.", "wps",
          rate("newsmill_producer_records_total", "topic")),
    panel("Bytes written", "A second, before compression, by topic.", "Bps", rate("newsmill_producer_bytes_total", "topic")),
    panel("Transactions", "A second, by how they ended.", "ops", rate("newsmill_transactions_total", "outcome")),
    panel("Parts of a commit", "The 99th of a hundred.", "s",
          *quantiles("newsmill_transaction_phase_duration_seconds", "phase")),
    panel("Length of transactions", "From the first record to the answer.", "s",
          *quantiles("newsmill_transaction_duration_seconds")),
    panel("Oldest open transaction", "Its age; readers with read_committed wait for it.", "s",
          target("(time() - newsmill_transaction_open_since_timestamp_seconds{@})"
                 " * (newsmill_transaction_open_since_timestamp_seconds{@} > bool 0)", "{{instance}}")),
    panel("Between polls", "The 99th of a hundred; must stay far below engine.max_poll_interval.", "s",
          *quantiles("newsmill_consumer_poll_interval_seconds")),
    panel("Engines that began again", "In five minutes, by reason.", "short",
          target("sum by (reason) (increase(newsmill_producer_reinits_total{@}[5m]))", "{{reason}}")),
    panel("Retention left", "How long the oldest record that is not committed will still be kept.", "s",
          target('job_stage:newsmill_retention_headroom_seconds:min{job=~"$job"}', "{{stage}}")),
    panel("Kept and read", "Records between the beginning of the log and the committed offset.", "short",
          target("sum by (topic) (newsmill_consumer_committed_offset{@} - newsmill_consumer_log_start_offset{@})", "{{topic}}")),
]

STATE = [
    panel("Rows", "Of all tables of a stage.", "short", target("sum by (stage) (newsmill_state_rows{@})", "{{stage}}")),
    panel("Bytes", "That the rows take in memory, estimated.", "bytes",
          target("sum by (stage) (newsmill_state_bytes{@})", "{{stage}}")),
    panel("Bytes a row", "In the mean.", "bytes",
          target("sum by (stage) (newsmill_state_bytes{@}) / sum by (stage) (newsmill_state_rows{@} > 0)", "{{stage}}")),
    panel("Rows by partition", "Uneven rows are uneven work.", "short",
          target("newsmill_state_rows{@}", "{{stage}} {{partition}}")),
    panel("Expired", "Rows a second that reached the end of their time to live.", "ops",
          rate("newsmill_state_expired_rows_total", "stage")),
    panel("Memory", "Held by the process, and its limit.", "bytes",
          target("process_resident_memory_bytes{@}", "{{instance}}"),
          target("newsmill_memory_limit_bytes{@} > 0 or process_resident_memory_bytes{@} * 0", "{{instance}} limit")),
    panel("Restored", "Rows a second that came back from changelogs.", "ops",
          rate("newsmill_state_restored_rows_total", "stage")),
    panel("Time to restore", "From the assignment of a partition, the 99th of a hundred.", "s",
          *quantiles("newsmill_state_restore_duration_seconds", "stage")),
    panel("Partitions", "Of each stage, by process.", "short",
          target("newsmill_assigned_partitions{@}", "{{instance}} {{stage}}")),
    panel("Changelog", "Records a second that committed transactions wrote to changelogs.", "wps",
          rate("newsmill_producer_records_total", "topic", 'topic=~".*[.]state"')),
]


def variable(name, query, multi):
    return {
        "name": name,
        "label": name,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "multi": multi,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
        "sort": 1,
    }


def annotation(name, expr, title):
    return {
        "name": name,
        "datasource": DATASOURCE,
        "enable": True,
        "expr": expr.replace("@", SELECTION),
        "titleFormat": title,
        "iconColor": "orange",
        "step": "30s",
    }


def laid_out(panels):
    x = y = 0
    for number, one in enumerate(panels, start=1):
        width = one.pop("width")
        if x + width > COLUMNS:
            x, y = 0, y + HEIGHT
        yield {"id": number, "gridPos": {"x": x, "y": y, "w": width, "h": HEIGHT}, **one}
        x += width


def dashboard(name, panels):
    return {
        "uid": f"newsmill-{name}",
        "title": f"newsmill {name}",
        "tags": ["newsmill"],
        "schemaVersion": 41,
        "version": 1,
        "editable": True,
        "refresh": "10s",
        "time": {"from": "now-30m", "to": "now"},
        "timezone": "browser",
        "links": [{"type": "dashboards", "tags": ["newsmill"], "title": "newsmill", "includeVars": True, "keepTime": True}],
        "templating": {
            "list": [
                {
                    "name": "datasource",
                    "label": "data source",
                    "type": "datasource",
                    "query": "prometheus",
                    "current": {"text": "Prometheus", "value": "prometheus"},
                },
                variable("job", "label_values(newsmill_build_info, job)", False),
                variable("instance", 'label_values(newsmill_build_info{job=~"$job"}, instance)', True),
            ]
        },
        "annotations": {
            "list": [
                annotation("alerts", 'ALERTS{alertname=~"Newsmill.+",alertname!="NewsmillWatchdog",alertstate="firing"}',
                           "{{alertname}}"),
                annotation("starts", "changes(process_start_time_seconds{@}[1m]) > 0", "{{instance}} started"),
            ]
        },
        "panels": list(laid_out(panels)),
    }


def main():
    boards = {"overview": OVERVIEW, "pipeline": PIPELINE, "kafka": KAFKA, "state": STATE}
    stale = []
    for name, panels in boards.items():
        file = FOLDER / f"{name}.json"
        text = json.dumps(dashboard(name, panels), indent=1, ensure_ascii=False) + "\n"
        if sys.argv[1:] == ["--check"]:
            if not file.exists() or file.read_text() != text:
                stale.append(str(file))
        else:
            file.write_text(text)
    if stale:
        sys.exit(f"not what {sys.argv[0]} makes: {' '.join(stale)}")


if __name__ == "__main__":
    main()
