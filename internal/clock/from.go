package clock

import "time"

// From answers a clock that flows like the machine's and shows at now. It is for the demo, which begins in the past, so
// that its circles have a past of their own when it has caught up; nothing else may stand before the machine's time.
func From(at time.Time) *Clock {
	c := System()
	c.offset.Store(int64(at.Sub(c.Machine())))
	return c
}
