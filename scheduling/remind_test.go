package scheduling

import (
	"testing"
	"time"

	"kring/internal/wall"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := wall.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestTheReminderTwoWorkingDaysAhead(t *testing.T) {
	for name, c := range map[string]struct {
		starts, previousEnds, zone, want string
		holidays                         []string
		none                             bool
	}{
		"Thursday's on Tuesday, at the session's hour": {
			starts: "2018-03-15T11:30:00Z", zone: "Europe/Brussels", want: "2018-03-13T11:30:00Z",
		},
		"Tuesday's on Friday": {
			starts: "2018-03-13T11:30:00Z", zone: "Europe/Brussels", want: "2018-03-09T11:30:00Z",
		},
		"Wednesday's on Thursday when Monday and Friday are holidays": {
			starts: "2018-04-04T10:30:00Z", zone: "Europe/Brussels", want: "2018-03-29T10:30:00Z",
			holidays: []string{"2018-04-02", "2018-03-30"},
		},
		"an early session's at eight": {
			starts: "2018-03-15T06:00:00Z", zone: "Europe/Brussels", want: "2018-03-13T07:00:00Z",
		},
		"an evening session's at six": {
			starts: "2018-03-15T19:00:00Z", zone: "Europe/Brussels", want: "2018-03-13T17:00:00Z",
		},
		"the hour on the wall counts when summer begins in between": {
			starts: "2018-03-27T10:30:00Z", zone: "Europe/Brussels", want: "2018-03-23T11:30:00Z",
		},
		"and when it ends": {
			starts: "2017-10-31T11:30:00Z", zone: "Europe/Brussels", want: "2017-10-27T10:30:00Z",
		},
		"Monday in Auckland is Sunday in UTC": {
			starts: "2017-09-24T20:00:00Z", zone: "Pacific/Auckland", want: "2017-09-20T21:00:00Z",
		},
		"Kathmandu keeps its quarter of an hour": {
			starts: "2018-03-21T04:15:00Z", zone: "Asia/Kathmandu", want: "2018-03-19T04:15:00Z",
		},
		"over the turn of the year": {
			starts: "2018-01-02T11:30:00Z", zone: "Europe/Brussels", want: "2017-12-28T11:30:00Z",
			holidays: []string{"2018-01-01"},
		},
		"never before the previous session is over": {
			starts: "2018-03-15T11:30:00Z", previousEnds: "2018-03-14T12:30:00Z", zone: "Europe/Brussels", want: "2018-03-14T12:30:00Z",
		},
		"and then not in the evening": {
			starts: "2018-03-15T11:30:00Z", previousEnds: "2018-03-14T20:00:00Z", zone: "Europe/Brussels", want: "2018-03-15T07:00:00Z",
		},
		"unless nothing else is left": {
			starts: "2018-03-15T06:30:00Z", previousEnds: "2018-03-14T20:00:00Z", zone: "Europe/Brussels", want: "2018-03-14T20:00:00Z",
		},
		"none when the previous session runs into this one": {
			starts: "2018-03-15T11:30:00Z", previousEnds: "2018-03-15T11:30:00Z", zone: "Europe/Brussels", none: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var holidays []wall.Date
			for _, h := range c.holidays {
				holidays = append(holidays, day(t, h))
			}
			var previous time.Time
			if c.previousEnds != "" {
				previous = at(t, c.previousEnds)
			}
			s := Session{StartsAt: at(t, c.starts), EndsAt: at(t, c.starts).Add(time.Hour)}
			due, ok := twoDaysDue(s, previous, zone(t, c.zone), holidayOn(holidays...))
			if ok == c.none {
				t.Fatalf("found a moment: %v", ok)
			}
			if ok && due.UTC().Format(time.RFC3339) != c.want {
				t.Errorf("due %s, want %s", due.UTC().Format(time.RFC3339), c.want)
			}
		})
	}
}

func TestWhatAMoveMakesOfAReminder(t *testing.T) {
	now := at(t, "2018-03-19T10:00:00Z")
	was := func(done bool) *Reminder {
		r := &Reminder{Kind: TwoDays, DueAt: at(t, "2018-03-16T11:30:00Z")}
		if done {
			r.DoneAt = &r.DueAt
		}
		return r
	}
	for name, c := range map[string]struct {
		kind        ReminderKind
		was         *Reminder
		starts, due string
		moved, told bool
		wantDone    bool
		wantDue     string
	}{
		"it went out and the new date is three days off: the notice stands for it": {
			kind: TwoDays, was: was(true), starts: "2018-03-22T10:00:00Z", due: "2018-03-20T10:00:00Z", moved: true, told: true,
			wantDone: true, wantDue: "2018-03-20T10:00:00Z",
		},
		"it went out and the new date is more than three days off: it comes again": {
			kind: TwoDays, was: was(true), starts: "2018-03-23T11:30:00Z", due: "2018-03-21T11:30:00Z", moved: true, told: true,
			wantDue: "2018-03-21T11:30:00Z",
		},
		"it did not go out yet: it comes at the new date's time": {
			kind: TwoDays, was: was(false), starts: "2018-03-22T10:00:00Z", due: "2018-03-20T10:00:00Z", moved: true, told: true,
			wantDue: "2018-03-20T10:00:00Z",
		},
		"it would be due at once: the notice stands for it": {
			kind: TwoDays, was: was(false), starts: "2018-03-20T10:00:00Z", due: "2018-03-16T10:00:00Z", moved: true, told: true,
			wantDone: true, wantDue: "2018-03-16T10:00:00Z",
		},
		"a date nobody was told of is reminded of, however late": {
			kind: TwoDays, starts: "2018-03-20T10:00:00Z", due: "2018-03-16T10:00:00Z", moved: true, wantDue: "2018-03-19T10:00:00Z",
		},
		"nothing moved: what was done stays done": {
			kind: TwoDays, was: was(true), starts: "2018-03-20T11:30:00Z", due: "2018-03-16T11:30:00Z",
			wantDone: true, wantDue: "2018-03-16T11:30:00Z",
		},
		"one hour ahead has passed: the notice says enough": {
			kind: OneHour, starts: "2018-03-19T10:30:00Z", due: "2018-03-19T09:30:00Z", moved: true, told: true,
			wantDone: true, wantDue: "2018-03-19T09:30:00Z",
		},
		"the question is asked anew about the new date": {
			kind: AskOutcome, was: &Reminder{Kind: AskOutcome, DueAt: now, DoneAt: &now}, starts: "2018-03-20T10:00:00Z",
			due: "2018-03-20T11:00:00Z", moved: true, told: true, wantDue: "2018-03-20T11:00:00Z",
		},
	} {
		t.Run(name, func(t *testing.T) {
			next := Reminder{Kind: c.kind, DueAt: at(t, c.due)}
			got := rewrite(c.was, next, Session{StartsAt: at(t, c.starts)}, c.moved, c.told, now, zone(t, "Europe/Brussels"))
			if (got.DoneAt != nil) != c.wantDone || !got.DueAt.Equal(at(t, c.wantDue)) {
				t.Errorf("due %v, done %v; want %s, %v", got.DueAt, got.DoneAt, c.wantDue, c.wantDone)
			}
		})
	}
}
