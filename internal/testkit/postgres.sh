#!/bin/sh
# A PostgreSQL cluster that lives as long as somebody holds this script's input open.
# Prints one line, the cluster's URL, when it answers; stops and removes everything at end of input.
# The cluster listens on a unix socket in its own folder only, runs as an ordinary user, and gives
# up durability for speed: it holds nothing that outlives a test.
set -eu

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v postgres 2>/dev/null || echo /nowhere/postgres)")
if [ ! -x "$bin/initdb" ] || [ ! -x "$bin/postgres" ]; then
	echo "PostgreSQL is not installed; run: sudo apt-get install --yes postgresql" >&2
	exit 3
fi

dir=$(mktemp -d /tmp/kring-pg.XXXXXX) # short: a socket's path has 107 characters at most
as=
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
	user=postgres
	id "$user" >/dev/null 2>&1 || user=nobody
	chown "$user" "$dir"
	as="setpriv --reuid=$user --regid=$(id -g "$user") --clear-groups --"
fi

stop() {
	trap - EXIT
	[ -z "${server:-}" ] || { kill -QUIT "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

cd /
if ! $as "$bin/initdb" --pgdata="$dir/data" --username=kring --auth=trust --encoding=UTF8 --no-locale --no-sync >"$dir/log" 2>&1; then
	cat "$dir/log" >&2
	exit 1
fi
# shellcheck disable=SC2086 # $as is a list of words
$as "$bin/postgres" -D "$dir/data" -k "$dir" \
	-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
	-c max_connections=300 -c shared_buffers=64MB -c max_wal_size=2GB -c jit=off \
	-c timezone=Asia/Kathmandu -c log_timezone=UTC \
	>"$dir/server.log" 2>&1 </dev/null &
server=$!

tries=0
until "$bin/pg_isready" --quiet --host="$dir" --username=kring; do
	tries=$((tries + 1))
	if [ "$tries" -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
		cat "$dir/server.log" >&2
		exit 1
	fi
	sleep 0.1
done
echo "postgres:///postgres?host=$dir&user=kring"
cat >/dev/null
