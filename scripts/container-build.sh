#!/bin/sh
# Install Footnote into the folder that container-packages.sh has prepared.
#
# The Dockerfile runs both; they work the same without Docker:
#   scripts/container-packages.sh /opt/footnote
#   scripts/container-build.sh /opt/footnote
#   /opt/footnote/bin/footnote --version
#
# Usage: scripts/container-build.sh FOLDER
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
target=$(cd "$1" && pwd)

# Built from a copy, so that nothing is left behind in the sources.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cd "$source"
cp -R pyproject.toml README.md LICENSE bot ingest retrieval "$copy"
"$target/bin/python" -m pip --disable-pip-version-check install -qq \
    --no-deps --no-build-isolation "$copy"
cd /
"$target/bin/footnote" --version
