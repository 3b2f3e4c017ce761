#!/bin/sh
# Runs every fuzz test for a while each: tools/fuzz.sh 3s
set -eu
cd "$(dirname "$0")/.."
export CGO_ENABLED=1
time=${1:-10s}

git grep -hlE '^func Fuzz[A-Z]' -- '*_test.go' | xargs -r -n 1 dirname | sort -u | while read -r folder; do
	grep -hoE '^func Fuzz[A-Za-z0-9]+' "$folder"/*_test.go | sed 's/^func //' | while read -r name; do
		go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "./$folder" </dev/null
	done
done
