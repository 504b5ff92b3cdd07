#!/usr/bin/env bash
# Holds what operators are given against the field's own checkers: rules, boards, Docker, compose, Helm, systemd, scripts,
# links, licences. `./check` calls it. A checker that cannot be had is said in one line and passed over.
#
# promtool and amtool are Debian's (prometheus, prometheus-alertmanager), spectral is npm's, cargo-deny and cargo-cyclonedx are
# built from crates.io into target/tools; the rest comes by PyPI, pinned in checkers.txt, into target/checkers.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

checkers=target/checkers
# The one checker that comes by npm.
SPECTRAL=6.16.3
rendered=target/rendered
failed=0

have() { command -v "$1" >/dev/null 2>&1; }

# run NAME PROGRAM ARGS...: one line, and what the checker said where it found something.
run() {
  local name=$1 said
  shift
  if ! have "$1"; then
    echo "skipped  $name: there is no $1 here"
    return 0
  fi
  if said=$("$@" 2>&1); then
    echo "ok       $name"
  else
    failed=$((failed + 1))
    printf 'FAILED   %s\n%s\n' "$name" "$said"
  fi
}

set_up() {
  local made=$checkers/made-from.txt
  if ! cmp -s deploy/checkers.txt "$made"; then
    { python3 -m venv --clear "$checkers" && "$checkers/bin/pip" --quiet install -r deploy/checkers.txt; } >/dev/null 2>&1 &&
      cp deploy/checkers.txt "$made" || echo "skipped  the checkers of deploy/checkers.txt: pip could not install them"
  fi
  PATH="$PWD/$checkers/bin:$PATH"
}

prometheus() {
  run "rules: promtool check" promtool check rules --lint=all --lint-fatal deploy/prometheus/rules/recording.yml \
    deploy/prometheus/rules/alerts.yml deploy/prometheus/rules/slo.yml
  run "alerts: promtool test" promtool test rules deploy/prometheus/tests/alerts.test.yml
  run "prometheus.yml: promtool" promtool check config --syntax-only deploy/prometheus/prometheus.yml
  run "alertmanager.yml: amtool" amtool check-config deploy/prometheus/alertmanager.yml
  local severity receiver
  while read -r severity receiver; do
    run "alertmanager.yml: $severity goes to $receiver" amtool config routes test \
      --config.file=deploy/prometheus/alertmanager.yml --verify.receivers="$receiver" "severity=$severity"
  done <<<"page pager
ticket tickets
none heartbeat"
}

docker() {
  run "Dockerfile: hadolint" hadolint deploy/Dockerfile
  run "Dockerfile: checkov" checkov -f deploy/Dockerfile --framework dockerfile --skip-download --quiet --compact
  run "docker-compose.yml: compose schema" check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
}

helm() {
  rm -rf "$rendered"
  if ! "$checkers/bin/python" -c 'import helm_python, cloudcoil.models.keda' 2>/dev/null; then
    echo "skipped  Helm: there is no helm-python-sdk or cloudcoil here"
    return 0
  fi
  run "chart: helm lint, render and schema" "$checkers/bin/python" deploy/helm/check.py "$rendered"
  run "chart: values.schema.json" check-jsonschema --check-metaschema deploy/helm/newsmill/values.schema.json
  run "chart: values.yaml by its schema" check-jsonschema --schemafile deploy/helm/newsmill/values.schema.json \
    deploy/helm/newsmill/values.yaml
  local plain
  plain=$(find "$rendered" -name '*.yaml' ! -name podmonitor.yaml ! -name prometheusrule.yaml \
    ! -name scaledobject.yaml)
  # shellcheck disable=SC2086 # a list of files without spaces in their names
  for version in 1.29.0 1.34.0; do run "chart: kubernetes $version" kubernetes-validate --strict -k "$version" $plain; done
  # Waived: no limit of processor time, on purpose (values.yaml); the digest and the pull policy are the user's.
  run "chart: checkov" checkov -d "$rendered" --framework kubernetes --skip-download --quiet --compact \
    --skip-check CKV_K8S_11,CKV_K8S_15,CKV_K8S_43
}

systemd() {
  local folder
  folder=$(mktemp -d)
  for unit in newsmill.service newsmill@.service; do
    # The program is not installed where this is checked.
    sed 's#/usr/local/bin/newsmill #/bin/true #' "deploy/systemd/$unit" >"$folder/${unit/@/@1}"
  done
  run "units: systemd-analyze verify" systemd-analyze verify --man=no "$folder/newsmill.service" "$folder/newsmill@1.service"
  # A score of 1.5 at most, of 10.
  run "units: systemd-analyze security" systemd-analyze security --offline=true --threshold=15 "$folder/newsmill.service"
  rm -rf "$folder"
}

texts() {
  run "scripts: shellcheck" shellcheck check deploy/check.sh deploy/tools.sh deploy/feed.sh deploy/sbom.sh deploy/kafka/topics.sh \
    deploy/kafka/acls.sh deploy/kafka/strimzi.sh
  run "yaml: yamllint" yamllint -d '{extends: relaxed, rules: {line-length: disable}}' deploy/prometheus \
    deploy/grafana/provisioning deploy/helm/newsmill/values.yaml deploy/helm/newsmill/ci docker-compose.yml
  run "strimzi.sh: yamllint" sh -c 'deploy/kafka/strimzi.sh cluster | yamllint -d "{extends: relaxed, rules: {line-length: disable}}" -'
  run "links: lychee" lychee --offline --no-progress docs README.md ARCHITECTURE.md SECURITY.md deploy
}

contracts() {
  local node=target/checkers-node
  if have npm && ! [ -x "$node/node_modules/.bin/spectral" ]; then
    npm install --silent --no-fund --no-audit --prefix "$node" "@stoplight/spectral-cli@$SPECTRAL" >/dev/null 2>&1 ||
      echo "skipped  contracts: npm could not install spectral"
  fi
  PATH="$PWD/$node/node_modules/.bin:$PATH"
  run "contracts: spectral on AsyncAPI" spectral lint docs/contracts/asyncapi.yaml --ruleset docs/contracts/.spectral.yaml \
    --fail-severity=warn
  run "contracts: the schemas are schemas" check-jsonschema --check-metaschema docs/schema/article-1.json \
    docs/schema/canonical-1.json docs/schema/sighting-1.json docs/schema/story-1.json docs/configuration.schema.json
  run "configuration by its schema" check-jsonschema --schemafile docs/configuration.schema.json config/newsmill.toml
}

licences() {
  run "licences and sources: cargo-deny" cargo-deny --log-level error check bans licenses sources
}

# A bill of materials that CycloneDX's own schema takes, and that names every crate that is linked.
materials() {
  if have cargo-cyclonedx; then
    run "bill of materials: cargo-cyclonedx" deploy/sbom.sh target/newsmill.cdx.json
    run "bill of materials: CycloneDX schema" "$checkers/bin/python" deploy/sbom_check.py target/newsmill.cdx.json
  else
    echo "skipped  bill of materials: there is no cargo-cyclonedx here"
  fi
}

set_up
prometheus
docker
helm
systemd
texts
contracts
deploy/tools.sh
PATH="$PWD/target/tools/bin:$PATH"
licences
materials
[ "$failed" = 0 ] || { echo "deploy/check.sh: $failed failed"; exit 1; }
