// Package fetch reads a file from an address that somebody typed, without becoming that person's way into our network.
//
// What it is for: the calendars that people name. Whoever names one chooses what this process connects to, so nothing is
// believed: not the address, not where it leads on to, not what a name server says, not how long or how large the answer
// claims to be.
//
// It refuses:
//
//   - everything but https, on port 443 or from 1024 up: what speaks TLS below is mail and the like; and an address with a
//     user or a password in it, which would go into the next one's log;
//   - addresses that are nobody's in public ([Public]): looked at when a connection is made, after names are resolved, so
//     neither a redirect nor a name that changes its answer leads inside;
//   - certificates that do not hold;
//   - more than [Options].Most bytes, packed or unpacked, more than [MostRedirects] redirects, and whatever takes longer
//     than [Options].Within from the first look-up to the last byte.
//
// It uses no proxy, keeps no connection and no cookie, and tells no server where the redirect to it came from: the address
// before it is a secret as well. An [Error] is a code and holds nothing of the address.
//
// Where to start: [New], then [Client.Get].
//
//	Get -> checkAddress -> look-up -> dial (Allow) -> TLS -> headers ── 3xx ──> checkAddress -> look-up -> dial (Allow) ...
//	                                                            ├── 304 ──> Unchanged
//	                                                            └── 200 ──> at most Most bytes, unpacked, at most Most bytes
package fetch
