#!/usr/bin/env python3
"""Lints the chart, renders it with its defaults and with each of newsmill/ci/*-values.yaml into a folder, and holds values
that must be refused against the schema. Needs PyPI's helm-python-sdk and pyyaml.

    check.py FOLDER
"""

import pathlib
import sys

import helm_python
import yaml

CHART = pathlib.Path(__file__).with_name("newsmill")

# What a slip of the pen looks like, and nobody should deploy.
REFUSED = [
    {"replicas": -1},
    {"config": {"app": "News Mill", "kafka": {"bootstrap_servers": "kafka:9092"}}},
    {"config": {"app": "a", "kafka": {"bootstrap_servers": "kafka"}}},
    {"config": {"app": "a", "instance": "same-for-all", "kafka": {"bootstrap_servers": "kafka:9092"}}},
    {"config": {"app": "a", "kafka": {"bootstrap_servers": "k:1", "sasl": {"password": "in the clear"}}}},
    {"terminationGracePeriodSeconds": 5},
    {"replicaCount": 3},
]

# Times that do not fit into each other.
UNFIT = [
    {"config": {"engine": {"drain_timeout": "1m"}}},
    {"config": {"engine": {"drain_timeout": "40s"}}},
    {"terminationGracePeriodSeconds": 25},
]


def all_values():
    yield "default", {}
    for file in sorted((CHART / "ci").glob("*-values.yaml")):
        yield file.stem, yaml.safe_load(file.read_text())


def main():
    folder = pathlib.Path(sys.argv[1])
    chart = helm_python.Chart.load(str(CHART))
    for name, values in all_values():
        lint = helm_python.lint(str(CHART), values, strict=True)
        messages = [message for message in lint.get("messages") or []]
        if lint.get("errors") or any(str(it.get("severity", "")).lower() not in ("info", "1") for it in messages):
            sys.exit(f"helm lint with {name}: {lint}")
        chart.validate_schema(values)
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        for path, text in chart.render(values, name="newsmill", namespace="news").items():
            if text.strip() and path.endswith(".yaml"):
                (target / pathlib.Path(path).name).write_text(text)
        print(f"rendered with {name}: {len(list(target.iterdir()))} files")
    for values in REFUSED:
        try:
            chart.validate_schema(values)
        except helm_python.HelmValuesError:
            continue
        sys.exit(f"the schema lets pass {values}")
    for values in UNFIT:
        try:
            chart.render(values, name="newsmill", namespace="news")
        except helm_python.HelmRenderError:
            continue
        sys.exit(f"the chart renders {values}")


if __name__ == "__main__":
    main()
