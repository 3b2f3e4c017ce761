package clock

import (
	"sync/atomic"
	"time"
)

// Clock answers product time and machine time. Make it with [System]; it may
// be used from several goroutines.
type Clock struct {
	offset atomic.Int64 // nanoseconds that product time is ahead of the machine
}

// System answers a clock that shows the machine's time until it is advanced.
func System() *Clock { return &Clock{} }

// Now is product time: UTC, cut to microseconds.
func (c *Clock) Now() time.Time {
	return cut(time.Now().Add(c.Offset()))
}

// Machine is the machine's time: UTC, cut to microseconds, never turned.
func (c *Clock) Machine() time.Time { return cut(time.Now()) }

// Advance turns product time forward by d. A d of zero or less changes
// nothing: what has fallen due cannot become undue again.
func (c *Clock) Advance(d time.Duration) {
	if d > 0 {
		c.offset.Add(int64(d))
	}
}

// Offset is how far product time is ahead of machine time.
func (c *Clock) Offset() time.Duration { return time.Duration(c.offset.Load()) }

func cut(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
