#!/bin/sh
# Runs go test with the race detector and one temporary PostgreSQL cluster for all packages.
# Arguments are those of go test: tools/test.sh ./internal/... ; tools/test.sh -run Name ./circles
set -eu
cd "$(dirname "$0")/.."
export CGO_ENABLED=1

pipes=$(mktemp -d)
mkfifo "$pipes/hold" "$pipes/url"
sh internal/testkit/postgres.sh <"$pipes/hold" >"$pipes/url" &
cluster=$!
exec 3>"$pipes/hold" # the cluster lives as long as this is open

stop() {
	trap - EXIT
	exec 3>&-
	wait "$cluster" 2>/dev/null || true
	rm -rf "$pipes"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

if ! read -r KRING_TEST_POSTGRES <"$pipes/url"; then
	wait "$cluster"
	exit 1
fi
export KRING_TEST_POSTGRES
go test -race -timeout 10m "$@" 3>&-
