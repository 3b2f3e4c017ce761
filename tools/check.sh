#!/bin/sh
# Fails when Go code is not formatted or generated code is not what its source gives.
set -eu
cd "$(dirname "$0")/.."

sources() { git ls-files --cached --others --exclude-standard '*.go' | while read -r f; do [ ! -f "$f" ] || echo "$f"; done; }

unformatted=$(sources | xargs -r gofmt -l)
if [ -n "$unformatted" ]; then
	echo "Not formatted (make fmt):" >&2
	echo "$unformatted" >&2
	exit 1
fi

generated() { sources | xargs -r grep -l '^// Code generated .* DO NOT EDIT\.$' | sort | xargs -r sha256sum; }

before=$(generated)
go generate ./...
if [ "$before" != "$(generated)" ]; then
	echo "Generated code was out of date; it is written anew now (make generate). Commit it." >&2
	exit 1
fi
