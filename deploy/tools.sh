#!/usr/bin/env bash
# Builds the checkers that come by crates.io into target/tools, if they are not there. Without optimisation: each runs once.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

PATH="$PWD/target/tools/bin:$PATH"
for tool in cargo-deny@0.20.2 cargo-cyclonedx@0.5.9; do
  name=${tool%@*} version=${tool#*@}
  cargo "${name#cargo-}" --version 2>/dev/null | grep -qw "$version" ||
    cargo install --quiet --debug --locked --root target/tools "$tool" >/dev/null 2>&1 ||
    echo "$tool could not be built"
done
