#!/bin/sh
# Run the tests with what this machine has: PostgreSQL and a browser are used where they are present.
# $1 is the folder of the environment's commands, the rest goes to pytest.
set -eu
bin=$1
shift

if [ -z "${PELATIS_TEST_BROWSER:-}" ]; then
    for name in chromium chromium-browser google-chrome chrome; do
        if command -v "$name" >/dev/null 2>&1; then
            PELATIS_TEST_BROWSER=$(command -v "$name")
            export PELATIS_TEST_BROWSER
            break
        fi
    done
fi

# Tests start Pelatis hundreds of times; compiling it anew each time would take a third of each start.
unset PYTHONDONTWRITEBYTECODE
PYTHON=$bin/python exec sh tools/with-postgres.sh "$bin/python" -m pytest --numprocesses=auto --dist=worksteal "$@"
