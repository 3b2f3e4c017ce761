package testkit

import (
	"syscall"
	"testing"
	"time"
)

// CPU answers the processor time of this process so far. Beside the time that went by it tells how much of a figure is
// the work, and how much its neighbours on the machine.
func CPU(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
