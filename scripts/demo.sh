#!/usr/bin/env bash
# Read the sample threads into .demo and ask them what a new user asks first.
#
# Usage: scripts/demo.sh FOLDER_OF_THE_FOOTNOTE_COMMAND
set -euo pipefail
cd "$(dirname "$0")/.."
footnote=$PWD/$1/footnote
threads=$PWD/sample/threads
demo=$PWD/.demo

# Neither your settings nor your index take part: no FOOTNOTE_ variables, no .env (it is read
# from the working folder), and a data folder of its own.
while read -r name; do unset "$name"; done < <(compgen -v FOOTNOTE_ || true)
mkdir -p "$demo"
cd "$demo"

ask() {
    printf '\n$ footnote ask "%s"\n\n' "$1"
    "$footnote" --data-dir "$demo" ask "$1"
}

echo
echo '$ footnote ingest sample/threads'
echo
"$footnote" --data-dir "$demo" ingest "$threads"
ask 'How do I give Footnote my own threads?'
ask 'Which team won the football world cup in 1998?'

cat <<'TEXT'

What next:
  ask the samples more   .venv/bin/footnote --data-dir .demo chat
  your own threads       put them into corpus/ (docs/formats.md says which kinds), then
                         .venv/bin/footnote ingest
                         .venv/bin/footnote ask "How do I …?"
  in Discord             README.md, "In Discord": a token, an invitation, then
                         .venv/bin/footnote bot
TEXT
