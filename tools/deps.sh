#!/bin/sh
# Installs what is missing to build Kring (deps.sh build) or to test it (deps.sh test).
# As root by apt, else by sudo without a password, else it says which line to run and fails.
set -eu
cd "$(dirname "$0")/.."
what=${1:-test}
packages=

need() { # need PACKAGE TEST...: remember the package when the test fails
	package=$1
	shift
	"$@" >/dev/null 2>&1 || packages="$packages $package"
}
has_headers() { echo '#include <stdlib.h>' | gcc -E -x c - ; }
has_postgres() { ls /usr/lib/postgresql/*/bin/initdb || command -v initdb; }
has_icalendar() { /usr/bin/python3 -c 'import icalendar'; }

need gcc command -v gcc
need libc6-dev has_headers
if [ "$what" = test ]; then
	need curl command -v curl
	need postgresql has_postgres
	need python3-icalendar has_icalendar
	need khal command -v khal
	need dovecot-imapd ls /usr/lib/dovecot/imap
	need dovecot-lmtpd ls /usr/lib/dovecot/lmtp
	need nodejs command -v node
	need npm command -v npm
fi

if [ -n "$packages" ]; then
	install="apt-get install --yes --no-install-recommends$packages"
	if [ "$(id -u)" = 0 ]; then
		as=
	elif sudo -n true 2>/dev/null; then
		as="sudo -n"
	else
		as=none
	fi
	if [ "$as" = none ] || ! command -v apt-get >/dev/null; then
		echo "Needed and missing:$packages. Please run:" >&2
		echo "  sudo $install" >&2
		exit 1
	fi
	echo "Installing$packages"
	export DEBIAN_FRONTEND=noninteractive
	# shellcheck disable=SC2086 # both are lists of words
	$as $install || { $as apt-get update && $as $install; }
fi

readers=tools/ical-readers
if [ "$what" = test ] && [ -f "$readers/package-lock.json" ] &&
	{ [ ! -f "$readers/node_modules/.package-lock.json" ] ||
		[ "$readers/package-lock.json" -nt "$readers/node_modules/.package-lock.json" ]; }; then
	npm ci --prefix "$readers" --no-audit --no-fund
fi

# Servers that tests run as processes of their own are modules of their own.
if [ "$what" = test ]; then
	for module in tools/*/go.mod; do
		(cd "$(dirname "$module")" && go mod download)
	done
fi
