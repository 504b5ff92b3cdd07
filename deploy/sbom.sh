#!/usr/bin/env bash
# Writes what newsmill is made of, as CycloneDX 1.5: sbom.sh [FILE]. Needs cargo-cyclonedx:
#   cargo install --locked cargo-cyclonedx@0.5.9
# Every crate that is linked is in it, for every target, with its licence and the hash by which the registry knows it. The C
# libraries that are built in (librdkafka, OpenSSL, zlib, zstd) are versioned by the crates that bring them: rdkafka-sys
# 4.10.0+2.12.1 is librdkafka 2.12.1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
file=${1:-target/newsmill.cdx.json}
mkdir -p "$(dirname "$file")"
# It writes beside Cargo.toml and takes a name, not a path.
cargo cyclonedx --quiet --format json --spec-version 1.5 --target all --override-filename newsmill-sbom
mv newsmill-sbom.json "$file"
echo "$file"
