package clock

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestFromFlowsFromAnInstant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begins := time.Date(1999, 12, 1, 8, 0, 0, 0, time.UTC) // a month before the bubble's time
		c := From(begins)
		if got := c.Now(); !got.Equal(begins) {
			t.Errorf("it shows %s", got)
		}
		time.Sleep(time.Hour) //nolint:forbidigo // virtual time
		c.Advance(time.Minute)
		if got := c.Now(); !got.Equal(begins.Add(time.Hour + time.Minute)) {
			t.Errorf("it shows %s", got)
		}
		if got := c.Machine(); !got.Equal(time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC)) {
			t.Errorf("machine time is %s", got)
		}
	})
}
