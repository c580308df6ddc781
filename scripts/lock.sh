#!/usr/bin/env bash
# Rebuild requirements.lock, -models.lock and -dev.lock from pyproject.toml and overrides.txt.
#
#   make lock                    keeps every version that still fits
#   make lock UPGRADE=1          takes the newest that fit
#
# Usage: scripts/lock.sh UV [option for `uv pip compile` …]
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$1
shift

compile() {
    # --no-config and no index options: the locks name packages and hashes, never a host.
    "$uv" pip compile --quiet --no-config --no-header --annotation-style line \
        --universal --python-version 3.11 --fork-strategy fewest --generate-hashes "$@"
}

header() {
    printf '# %s\n# Made by `make lock` for Python 3.11 to 3.13; do not edit.\n' "$1"
    printf '# pip install --no-deps --require-hashes -r %s\n\n' "$2"
}

# Writes a lock in one step, so that a failure leaves the old one.
finish() {
    { header "$1" "$2"; grep -v '^#' "$2.new"; } >"$2.tmp"
    mv "$2.tmp" "$2"
    rm -f "$2.new"
}

trap 'rm -f requirements.lock.new requirements-models.lock.new requirements-dev.lock.new' EXIT

# uv keeps the versions that it finds in the output file, so it starts from the old lock.
if [ -f requirements.lock ]; then cp requirements.lock requirements.lock.new; fi
for name in models dev; do
    if [ -f "requirements-$name.lock" ]; then
        cp "requirements-$name.lock" "requirements-$name.lock.new"
    fi
done

compile pyproject.toml --group model --group build --override overrides.txt -o requirements.lock.new "$@"
finish 'Everything that Footnote needs to run.' requirements.lock

# Only what the first lock lacks; they are installed on top of it.
mapfile -t runtime < <(sed -n 's/^\([A-Za-z0-9._-]*\)==.*/--no-emit-package=\1/p' requirements.lock)
compile pyproject.toml --extra openai --extra ollama --extra anthropic --extra tei \
    --extra fastembed --override overrides.txt --constraint requirements.lock \
    "${runtime[@]}" -o requirements-models.lock.new "$@"
finish 'What the models of other providers need beside requirements.lock.' requirements-models.lock

compile --group dev --override overrides.txt --constraint requirements.lock \
    --constraint requirements-models.lock "${runtime[@]}" -o requirements-dev.lock.new "$@"
finish 'The tools that tests and checks need beside requirements.lock.' requirements-dev.lock
