package scheduling

import (
	"time"

	"kring/internal/wall"
)

// ReminderKind is what falls due about a session.
type ReminderKind string

// The kinds of reminders, in the order in which they fall due.
const (
	TwoDays       ReminderKind = "two_days"     // two working days ahead, to everybody expected
	GoNoGo        ReminderKind = "go_no_go"     // a day ahead: does it go ahead?
	GoNoGoEnd     ReminderKind = "go_no_go_end" // half a day ahead: what the answers to that make of it
	OneHour       ReminderKind = "hour"         // one hour ahead, to everybody expected
	AskOutcome    ReminderKind = "outcome"      // at its end, to the host: did it go ahead?
	BecomeSilent  ReminderKind = "unrecorded"   // nobody said how it went: no letter
	ForgetAnswers ReminderKind = "forget"       // names become counts: no letter
)

// Reminder is one row: what falls due about a session, and whether it was dealt with. A move rewrites it.
type Reminder struct {
	SessionID string
	Kind      ReminderKind
	CircleID  string
	DueAt     time.Time
	DoneAt    *time.Time
}

// TableName is the reminders' table.
func (Reminder) TableName() string { return "reminders" }

// The hours of the day, local, between which reminders and questions are sent.
const (
	dayBegins = wall.TimeOfDay(8 * 60)
	dayEnds   = wall.TimeOfDay(18 * 60)
)

const (
	workingDaysAhead = 2
	hourAhead        = time.Hour
	replacedWithin   = 3 // days ahead up to which a notice of a move stands for the reminder
)

// twoDaysDue is when the reminder two working days ahead falls due: at the session's hour, kept between 8 and 18 h on
// the wall in loc, and never before the previous session is over (zero: there is none). It answers false when no such
// moment lies before the session.
func twoDaysDue(s Session, previousEnds time.Time, loc *time.Location, holiday func(wall.Date) bool) (time.Time, bool) {
	day := wall.WorkingDaysBefore(s.On(loc), workingDaysAhead, holiday)
	at := min(max(wall.TimeOfDayOf(s.StartsAt, loc), dayBegins), dayEnds)
	due, _ := wall.Instant(day, at, loc)
	if due.Before(previousEnds) {
		due = inDay(previousEnds, loc)
		if !due.Before(s.StartsAt) {
			due = previousEnds
		}
	}
	return due, due.Before(s.StartsAt)
}

// inDay is the first moment from t on between 8 and 18 h, both included, on the wall in loc.
func inDay(t time.Time, loc *time.Location) time.Time {
	day, at := wall.DateOf(t, loc), wall.TimeOfDayOf(t, loc)
	switch {
	case at < dayBegins:
	case at > dayEnds:
		day = day.AddDays(1)
	default:
		return t
	}
	morning, _ := wall.Instant(day, dayBegins, loc)
	return morning
}

// dueTimes are the reminders of a planned session.
func dueTimes(s Session, previousEnds time.Time, loc *time.Location, holiday func(wall.Date) bool) []Reminder {
	row := func(kind ReminderKind, due time.Time) Reminder {
		return Reminder{SessionID: s.ID, Kind: kind, CircleID: s.CircleID, DueAt: due.UTC()}
	}
	out := []Reminder{
		row(GoNoGo, s.StartsAt.Add(-goNoGoAhead)),
		row(GoNoGoEnd, s.StartsAt.Add(-goNoGoEnds)),
		row(OneHour, s.StartsAt.Add(-hourAhead)),
		row(AskOutcome, s.EndsAt),
		row(BecomeSilent, s.EndsAt.Add(UnrecordedAfter)),
		row(ForgetAnswers, s.EndsAt.Add(NamesKept)),
	}
	if due, ok := twoDaysDue(s, previousEnds, loc, holiday); ok {
		out = append(out, row(TwoDays, due))
	}
	return out
}

// rewrite is what becomes of a reminder row when dates change: was is the row as it stands (nil: none), next as the
// dates now want it. moved says that the session's start changed, told that people are told of the start right now.
//
// A notice of the new start stands for the reminder when that already went out and the date is at most three days off,
// as the wall in loc counts them, and whenever the reminder would be due at once. A date nobody was told of yet is
// reminded of, however late; and what was put off and taken back before anybody heard of it is reminded and asked of as
// if nothing had been: who had the letter gets no other.
func rewrite(was *Reminder, next Reminder, s Session, moved, told bool, now time.Time, loc *time.Location) Reminder {
	if was != nil && !moved {
		next.DoneAt = was.DoneAt
		return next
	}
	past := !next.DueAt.After(now)
	switch next.Kind {
	case TwoDays:
		wentOut := was != nil && was.DoneAt != nil
		if told && (past || wentOut && s.On(loc).Sub(wall.DateOf(now, loc)) <= replacedWithin) {
			next.DoneAt = &now
		} else if past {
			next.DueAt = now
		}
	case GoNoGo, GoNoGoEnd: // they go together: who hears of a date within a day is not asked about it
		if !told && s.StartsAt.Add(-goNoGoEnds).After(now) {
			past, next.DueAt = false, later(next.DueAt, now)
		} else {
			past = !s.StartsAt.Add(-goNoGoAhead).After(now)
		}
		fallthrough
	case OneHour:
		if past {
			next.DoneAt = &now
		}
	}
	return next
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
