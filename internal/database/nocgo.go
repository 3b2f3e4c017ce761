//go:build !cgo

package database

// The SQLite driver is C. Without cgo it would build and then fail at start,
// so the build stops here, with a name that says what to do.
var _ = kring_needs_cgo__install_gcc_and_set_CGO_ENABLED_to_1
