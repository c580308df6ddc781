#!/bin/sh
# What a container does: bring the index in line with the corpus, then run the bot.
#
# Anything else is passed on: container-start.sh ask "How do I …?"
#
# Usage: scripts/container-start.sh [bot | COMMAND …]   (FOOTNOTE names the program)
set -eu
footnote=${FOOTNOTE:-footnote}

if [ "${1:-bot}" != bot ]; then
    exec "$footnote" "$@"
fi

# In the background, so that a stop is passed on at once; an ingest that is cut short is
# finished by the next one.
"$footnote" ingest &
ingest=$!
trap 'kill -TERM "$ingest" 2>/dev/null; wait "$ingest" || true; exit 143' TERM INT
status=0
wait "$ingest" || status=$?
trap - TERM INT
if [ "$status" -ne 0 ] && [ "$status" -ne 3 ]; then
    echo "The ingest did not succeed (status $status); starting with what is indexed." >&2
fi
# exec: the bot gets the container's signals itself and says goodbye to Discord.
exec "$footnote" bot
