#!/bin/sh
# Run a command with PELATIS_TEST_POSTGRES_URL naming a private PostgreSQL server, made for it and removed after it.
# Where the variable is set already, or no PostgreSQL is installed, the command runs as things are.
set -eu

newest_postgres() {
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin; do
        [ -x "$folder/initdb" ] && echo "$folder"
    done | sort -V | tail -n 1
}

bin=$(newest_postgres)
if [ -z "$bin" ] && command -v initdb >/dev/null 2>&1; then
    bin=$(dirname "$(command -v initdb)")
fi
if [ -n "${PELATIS_TEST_POSTGRES_URL:-}" ] || [ -z "$bin" ]; then
    exec "$@"
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/pelatis-postgres.XXXXXX")
as_owner() { "$@"; }
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
    if ! id postgres >/dev/null 2>&1; then
        rmdir "$folder"
        exec "$@"
    fi
    chown postgres "$folder"
    as_owner() { (cd "$folder" && runuser -u postgres -- "$@"); }
fi

stop() {
    status=$?
    trap - EXIT
    as_owner "$bin/pg_ctl" --pgdata="$folder/data" --mode=immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
    exit $status
}
trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

port=$("${PYTHON:-python3}" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_owner "$bin/initdb" --pgdata="$folder/data" --username=pelatis --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
    --no-sync >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }
# Tests throw the data away, so nothing has to reach the disk.
as_owner "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/server.log" --wait start --options="-p $port \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c max_connections=200 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off" >/dev/null ||
    { cat "$folder/server.log" >&2; exit 1; }

PELATIS_TEST_POSTGRES_URL="postgresql+psycopg://pelatis@127.0.0.1:$port/postgres" "$@"
