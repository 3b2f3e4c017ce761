package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/clock"
)

func TestProductTimeRunsAheadByWhatItWasTurned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.System()
		start := c.Machine()
		if c.Now() != start {
			t.Fatalf("%v and %v", c.Now(), start)
		}
		c.Advance(48 * time.Hour)
		c.Advance(-time.Hour) // what fell due cannot become undue
		c.Advance(0)
		time.Sleep(time.Minute) //nolint:forbidigo // virtual time
		if want := start.Add(48*time.Hour + time.Minute); c.Now() != want {
			t.Errorf("product time %v instead of %v", c.Now(), want)
		}
		if want := start.Add(time.Minute); c.Machine() != want {
			t.Errorf("machine time %v instead of %v", c.Machine(), want)
		}
		if c.Offset() != 48*time.Hour {
			t.Errorf("offset %v", c.Offset())
		}
	})
}

func TestBothTimesAreUTCCutToMicroseconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(1234567 * time.Nanosecond) //nolint:forbidigo // virtual time
		c := clock.System()
		for name, at := range map[string]time.Time{"product": c.Now(), "machine": c.Machine()} {
			if at.Location() != time.UTC || at.Nanosecond() != 1_234_000 {
				t.Errorf("%s time %v", name, at)
			}
		}
	})
}
