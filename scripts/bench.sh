#!/usr/bin/env bash
# Run every benchmark in benchmarks/, one after the other.
#
# Usage: scripts/bench.sh FOLDER_OF_PYTHON
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1/python

shopt -s nullglob
ran=0
for file in benchmarks/[a-z]*.py; do
    module=$(basename "$file" .py)
    # Modules that only serve the others have no main part.
    grep -q '^if __name__ == "__main__":' "$file" || continue
    printf '\n== %s ==\n' "$module"
    "$python" -m "benchmarks.$module"
    ran=$((ran + 1))
done
if [ "$ran" -eq 0 ]; then
    echo "There is nothing to measure yet: benchmarks/ holds no program."
fi
