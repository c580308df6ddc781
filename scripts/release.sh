#!/usr/bin/env bash
# Build the wheel and the source distribution, try them as somebody who installs them would, and
# list what comes with them.
#
#   dist/footnote-*.whl, *.tar.gz     checked by twine, tried in an environment of their own
#   dist/footnote-*.cdx.json          all packages of that environment, as CycloneDX (an SBOM)
#
# Usage: scripts/release.sh FOLDER_OF_BUILD_TWINE_AND_CYCLONEDX
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/$1
threads=$PWD/sample/threads
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
# Neither your settings nor your index take part.
while read -r name; do unset "$name"; done < <(compgen -v FOOTNOTE_ || true)

rm -rf dist
echo "Building …"
"$tools/python" -m build --outdir dist . >"$place/build.log" 2>&1 || { cat "$place/build.log"; exit 1; }
"$tools/twine" check --strict dist/*
wheel=$(echo dist/*.whl)

echo "Installing $wheel into an environment of its own …"
python3 -m venv "$place/env"
"$place/env/bin/python" -m pip --disable-pip-version-check install -qq --no-input "$wheel"
if "$place/env/bin/python" -c 'import torch' 2>/dev/null; then
    echo "The wheel brings PyTorch, which Footnote must not need." >&2
    exit 1
fi

echo "Asking the samples …"
cd "$place"
"$place/env/bin/footnote" --version
"$place/env/bin/footnote" --help >/dev/null
"$place/env/bin/footnote" ingest "$threads"
"$place/env/bin/footnote" ask --json 'How do I give Footnote my own threads?' >answer.json
"$place/env/bin/python" - <<'PYTHON'
import json

answer = json.load(open("answer.json"))
assert answer["outcome"] == "answered" and answer["citations"], answer
print(f"Answered, with {len(answer['citations'])} citations.")
PYTHON
cd - >/dev/null

bill=${wheel%-py3-none-any.whl}.cdx.json
"$tools/cyclonedx-py" environment --of JSON --output-file "$bill" "$place/env"
ls -l dist
