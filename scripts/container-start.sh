#!/bin/sh
# What a container does: bring the index in line with the corpus, then run the bot.
#
# Anything else is passed on: container-start.sh ask "How do I …?"
#
# Usage: scripts/container-start.sh [bot | COMMAND …]
#   FOOTNOTE names the program.
#   ON_FINAL_ERROR=wait: when the bot cannot work as it is set up (status 4), stay and do nothing
#   until stopped, since Docker would start it again for ever.
set -eu
footnote=${FOOTNOTE:-footnote}

if [ "${1:-bot}" != bot ]; then
    exec "$footnote" "$@"
fi

# In the background, so that a stop is passed on at once; an ingest that is cut short is
# finished by the next one.
child=
stopped=
trap 'stopped=yes; kill -TERM "$child" 2>/dev/null || true' TERM INT
run() {
    "$@" &
    child=$!
    if [ -n "$stopped" ]; then  # it came before there was a child
        kill -TERM "$child" 2>/dev/null || true
    fi
    status=0
    wait "$child" || status=$?
    if [ -n "$stopped" ]; then
        status=0
        wait "$child" || status=$?
    fi
}

run "$footnote" ingest
if [ -n "$stopped" ]; then
    exit 143
fi
if [ "$status" -ne 0 ] && [ "$status" -ne 3 ]; then
    echo "The ingest did not succeed (status $status); starting with what is indexed." >&2
fi
if [ "${ON_FINAL_ERROR:-}" != wait ]; then
    trap - TERM INT
    # exec: the bot gets the container's signals itself and says goodbye to Discord.
    exec "$footnote" bot
fi
run "$footnote" bot
if [ "$status" -eq 4 ] && [ -z "$stopped" ]; then
    echo "The bot cannot work as it is set up; see above. Correct it and start the container again." >&2
    # In short turns: a stop that comes just before `wait` would be heard at the end of one only.
    while [ -z "$stopped" ]; do
        sleep 5 >/dev/null 2>&1 &
        child=$!
        wait "$child" || true
    done
fi
exit "$status"
