#!/bin/sh
# Runs every fuzz test for a while each, tools/fuzz.sh 60s, or for so many inputs, tools/fuzz.sh 5000x. On a busy machine
# go's fuzzing takes the end of its time for a failure now and then ("context deadline exceeded"); inputs end cleanly.
set -eu
cd "$(dirname "$0")/.."
export CGO_ENABLED=1
time=${1:-10s}

git grep -hlE '^func Fuzz[A-Z]' -- '*_test.go' | xargs -r -n 1 dirname | sort -u | while read -r folder; do
	grep -hoE '^func Fuzz[A-Za-z0-9]+' "$folder"/*_test.go | sed 's/^func //' | while read -r name; do
		go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "./$folder" </dev/null
	done
done
