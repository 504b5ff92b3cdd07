#!/usr/bin/env python3
"""Writes rules/slo.yml: of each objective the share of bad events over each window, and the alerts on how fast its
budget burns (two windows each, so that an alert comes soon and goes soon). Standard library only.

    slo.py            write the file
    slo.py --check    say whether the file is what would be written
"""

import pathlib
import sys

FILE = pathlib.Path(__file__).with_name("rules") / "slo.yml"

# Name, objective, what is bad, good and all events as rates over WINDOW.
OBJECTIVES = [
    (
        "freshness",
        0.99,
        "of the pages came out later than a minute after their record was written",
        'sum by (job) (rate(newsmill_record_e2e_latency_seconds_bucket{le=~"60([.]0)?"}[WINDOW]))',
        "sum by (job) (rate(newsmill_record_e2e_latency_seconds_count[WINDOW]))",
    ),
    (
        "completeness",
        0.9999,
        "of the pages were deleted before they were read",
        "sum by (job) (rate(newsmill_records_total[WINDOW]))",
        "sum by (job) (rate(newsmill_records_total[WINDOW])) + sum by (job) (rate(newsmill_records_lost_total[WINDOW]))",
    ),
    (
        "quality",
        0.995,
        "of the pages were dead-lettered",
        'sum by (job) (rate(newsmill_records_total{outcome!="dead_lettered"}[WINDOW]))',
        "sum by (job) (rate(newsmill_records_total[WINDOW]))",
    ),
    (
        "progress",
        0.999,
        "of the looks at a partition found records that had waited for a minute and more",
        'sum by (job) (rate(newsmill_slo_progress_checks_total{result="good"}[WINDOW]))',
        "sum by (job) (rate(newsmill_slo_progress_checks_total[WINDOW]))",
    ),
]

# Long window, short window, how many times faster than the budget allows, severity. The budget is for 30 days: 14.4 times
# uses 2 % of it in an hour, 6 times 5 % in six hours, 3 times 10 % in a day, once 10 % in three days.
BURNS = [
    ("1h", "5m", 14.4, "page"),
    ("6h", "30m", 6, "page"),
    ("1d", "2h", 3, "ticket"),
    ("3d", "6h", 1, "ticket"),
]

WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]


def series(window, slo):
    return f'job:newsmill_slo_errors:ratio_rate{window}{{slo="{slo}"}}'


def recordings(slo, good, events):
    for window in WINDOWS:
        good_rate, rate = (text.replace("WINDOW", window) for text in (good, events))
        yield f"""\
      - record: job:newsmill_slo_errors:ratio_rate{window}
        labels: {{ slo: {slo} }}
        expr: >-
          1 - {good_rate}
          / ({rate} > 0)
"""


def burning(slo, budget, severity):
    parts = [
        f"({series(long, slo)} > {factor * budget:.6g} and {series(short, slo)} > {factor * budget:.6g})"
        for long, short, factor, of in BURNS
        if of == severity
    ]
    return "\n          or ".join(parts)


# What burns while no process reaches a broker, and for the longest of the short windows after it: nobody need get up for it.
# That one process reaches none (its alert names it) excuses nothing: the others do its work.
OF_AN_OUTAGE = ["freshness", "progress"]
OUTAGE = 'max_over_time(ALERTS{alertname="NewsmillBrokersUnreachable",scope="all",alertstate="firing"}[30m])'


# Of few pages each is a large share: as many bad ones within the longest window of a page, or fewer, wake nobody. A page that
# was deleted unread is not one of few, and looks at partitions are many.
OF_PAGES = ["freshness", "quality"]
FEW = 20


def many(good, events):
    good, events = (text.replace("rate(", "increase(").replace("WINDOW", "6h") for text in (good, events))
    return f"{events}\n            - {good} > {FEW}"


def expression(slo, budget, severity, good, events):
    burns = burning(slo, budget, severity)
    if severity != "page":
        return burns
    text = f"({burns})"
    if slo in OF_PAGES:
        text += f"\n          and on (job) {many(good, events)}"
    if slo in OF_AN_OUTAGE:
        text += f"\n          unless on (job) {OUTAGE}"
    return text


def alert(slo, objective, bad, severity, good, events):
    name = f"Newsmill{slo.capitalize()}BudgetBurn"
    return f"""\
      - alert: {name}
        expr: >-
          {expression(slo, 1 - objective, severity, good, events)}
        labels: {{ severity: {severity}, component: slo }}
        annotations:
          summary: The {slo} budget burns {"fast" if severity == "page" else "too fast"}.
          description: '{{{{ $value | humanizePercentage }}}} {bad}; the objective allows {(1 - objective) * 100:.3g} %.'
          runbook_url: docs/runbooks/{name}.md
          dashboard_url: /d/newsmill-overview
"""


def text():
    out = [
        "# Made by ../slo.py: objectives, shares of bad events, and alerts on how fast budgets burn (30 days).\n",
        "groups:\n",
    ]
    for slo, objective, bad, good, events in OBJECTIVES:
        out.append(f"  - name: newsmill-slo-{slo}\n    rules:\n")
        out.extend(recordings(slo, good, events))
        out.extend(alert(slo, objective, bad, severity, good, events) for severity in ("page", "ticket"))
    return "".join(out)


def main():
    if sys.argv[1:] == ["--check"]:
        if FILE.read_text() != text():
            sys.exit(f"{FILE} is not what {sys.argv[0]} makes")
    else:
        FILE.write_text(text())


if __name__ == "__main__":
    main()
