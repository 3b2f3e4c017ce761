package health

import (
	"testing"
	"time"
)

func TestTheNextMomentAtWhichTimeAloneCounts(t *testing.T) {
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		next, planned, want time.Duration // from now; 0: none
	}{
		"a day before the next session":                      {5 * day, 5 * day, 4 * day},
		"its start, once that day has come":                  {day, day, day},
		"its start, within the day":                          {time.Hour, time.Hour, time.Hour},
		"a skipped date counts when it comes":                {2 * day, 9 * day, 2 * day},
		"a day before the planned one comes before the skip": {20 * time.Hour, 30 * time.Hour, 6 * time.Hour},
		"only a write can change anything":                   {0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			at := func(d time.Duration) time.Time {
				if d == 0 {
					return time.Time{}
				}
				return tuesday.Add(d)
			}
			got := NextMoment(Signals{NextAt: at(c.next), PlannedAt: at(c.planned)}, tuesday)
			if !got.Equal(at(c.want)) {
				t.Errorf("got %v, want %v", got, at(c.want))
			}
		})
	}
}

func TestHowManyMembersThereWereAtMost(t *testing.T) {
	day := func(n int) time.Time { return tuesday.AddDate(0, 0, n) }
	from := func(n int) stay { return stay{inAt: day(n)} }
	between := func(n, m int) stay {
		left := day(m)
		return stay{inAt: day(n), leftAt: &left}
	}
	for name, c := range map[string]struct {
		stays []stay
		want  int
	}{
		"all are still in":                          {[]stay{from(-9), from(-9), from(-9)}, 3},
		"one left before":                           {[]stay{from(-9), from(-9), between(-9, -1)}, 2},
		"one left since":                            {[]stay{from(-9), from(-9), between(-9, 1)}, 3},
		"one left at that very instant":             {[]stay{from(-9), from(-9), between(-9, 0)}, 2},
		"one came and left since":                   {[]stay{from(-9), between(2, 4)}, 2},
		"two came one after the other":              {[]stay{from(-9), between(2, 4), between(5, 6)}, 2},
		"two came together":                         {[]stay{from(-9), between(2, 4), between(3, 6)}, 3},
		"one followed the other in the same moment": {[]stay{from(-9), between(2, 4), between(4, 6)}, 2},
		"nobody": {nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := most(c.stays, tuesday); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestWhenTheNextLetterMayGo(t *testing.T) {
	for name, c := range map[string]struct{ last, want time.Duration }{
		"yesterday's is a day old":             {-24 * time.Hour, 0},
		"a moment less than a day":             {-24*time.Hour + time.Second, time.Second},
		"an hour ago":                          {-time.Hour, 23 * time.Hour},
		"one that waits takes this one along":  {5 * time.Hour, 5 * time.Hour},
		"one that goes right now takes it too": {0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := nextLetter(tuesday.Add(c.last), tuesday); !got.Equal(tuesday.Add(c.want)) {
				t.Errorf("got %v", got)
			}
		})
	}
	if got := nextLetter(time.Time{}, tuesday); !got.Equal(tuesday) {
		t.Errorf("the first letter goes at %v", got)
	}
}
