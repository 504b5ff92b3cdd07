#!/usr/bin/env python3
"""Lints the chart, renders it with its defaults and with each of newsmill/ci/*-values.yaml into a folder, holds what is not
Kubernetes' own against the models of KEDA and of the Prometheus operator, and holds values that must be refused against the
schema and the chart. Needs PyPI's helm-python-sdk, pyyaml and cloudcoil's models.

    check.py FOLDER
"""

import pathlib
import sys

import cloudcoil.models.keda.v1alpha1 as keda
import cloudcoil.models.prometheus_operator.v1 as prometheus
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
    {"keda": {"minReplicas": 0}},
    {"prometheusRule": {"docsUrl": "https://git.example/newsmill/blob/main"}},
]

# Times that do not fit into each other, and numbers of replicas that nobody needs.
UNFIT = [
    {"config": {"engine": {"session_timeout": "15s"}}},
    {"config": {"engine": {"session_timeout": "6m"}}},
    {"config": {"engine": {"transaction_timeout": "3m"}}},
    {"config": {"engine": {"watchdog_timeout": "10m"}}},
    {"config": {"engine": {"commit_interval_max": "21000ms"}}},
    {"keda": {"enabled": True, "maxReplicas": 25}},
    {"keda": {"enabled": True, "minReplicas": 4, "maxReplicas": 3}},
    {"keda": {"enabled": True}, "config": {"kafka": {"security_protocol": "SSL"}}},
    {"config": {"engine": {"drain_timeout": "1m"}}},
    {"config": {"engine": {"drain_timeout": "40s"}}},
    {"terminationGracePeriodSeconds": 25},
]


def all_values():
    yield "default", {}
    for file in sorted((CHART / "ci").glob("*-values.yaml")):
        yield file.stem, yaml.safe_load(file.read_text())


MODELS = {
    "ScaledObject": keda.ScaledObject,
    "PodMonitor": prometheus.PodMonitor,
    "PrometheusRule": prometheus.PrometheusRule,
}


def check_resource(text):
    """A field that a model does not know is not in what it gives back."""
    for resource in filter(None, yaml.safe_load_all(text)):
        model = MODELS.get(resource["kind"])
        if model is None:
            continue
        back = model.model_validate(resource).model_dump(by_alias=True, exclude_unset=True, mode="json")
        if back["spec"] != resource["spec"]:
            sys.exit(f"{resource['kind']} is not as its model has it:\n{resource['spec']}\n{back['spec']}")


def check_scaled(target):
    """Where KEDA sets the number of replicas, nobody else does."""
    scaled = (target / "scaledobject.yaml").exists()
    fixed = "replicas" in yaml.safe_load((target / "statefulset.yaml").read_text())["spec"]
    if scaled == fixed:
        sys.exit(f"{target}: ScaledObject {scaled}, replicas {fixed}")


LINKS = {"runbook_url": "docsUrl", "dashboard_url": "grafanaUrl"}


def check_links(target, values):
    """Where it is said where runbooks and boards are, every alert links there."""
    rules = target / "prometheusrule.yaml"
    for link, name in LINKS.items():
        url = values.get("prometheusRule", {}).get(name)
        lines = rules.read_text().splitlines() if url else []
        links = [line.strip() for line in lines if line.strip().startswith(link)]
        wrong = [line for line in links if not line.startswith(f"{link}: {url}")]
        if wrong or bool(url) != bool(links):
            sys.exit(f"{target}: {link} without {url}: {wrong}")


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
                check_resource(text)
        check_scaled(target)
        check_links(target, values)
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
