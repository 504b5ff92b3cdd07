#!/usr/bin/env python3
"""Holds a bill of materials against CycloneDX 1.5 and against what Cargo links. Needs PyPI's cyclonedx-python-lib.

    sbom_check.py FILE
"""

import json
import pathlib
import subprocess
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def linked():
    """Name and version of every crate that a build for any target links or builds with."""
    tree = ["cargo", "tree", "--locked", "--target=all", "--edges=normal,build", "--prefix=none", "--format={p}"]
    lines = subprocess.run(tree, check=True, capture_output=True, text=True).stdout.splitlines()
    crates = {tuple(line.split()[:2]) for line in lines if line.strip()}
    return {(name, version.removeprefix("v")) for name, version in crates}


def main():
    text = pathlib.Path(sys.argv[1]).read_text()
    fault = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
    if fault:
        sys.exit(f"{sys.argv[1]}: {fault}")
    bill = json.loads(text)
    named = {(it["name"], it["version"]) for it in [*bill["components"], bill["metadata"]["component"]]}
    missing = linked() - named
    if missing:
        sys.exit(f"not in the bill of materials: {sorted(missing)}")
    print(f"{len(named)} components")


if __name__ == "__main__":
    main()
