package letters

import (
	"bytes"
	"errors"
	"strconv"
	"time"

	"kring/internal/mail"

	"kring/scheduling"
	"kring/scheduling/ical"
)

// What the files of a letter are called.
const (
	fileRun    = "invite.ics"
	fileChange = "update.ics"
	fileOld    = "previous.ics"
)

const productID = "-//Kring//Kring//NL"

// entry is everything of a calendar entry but its dates: one for the person who is written to, with that person as the
// only one invited. Nobody is asked to answer it: no mailbox reads answers. The title never holds a guide week, which
// shifts.
func (l *letter) entry(series int, sequence int) ical.Event {
	c := l.b.Circle
	e := ical.Event{
		UID: c.ID + "-" + strconv.Itoa(series) + "@" + l.domain, Sequence: sequence, Stamp: l.notice.HoldUntil, Zone: c.Zone,
		Length: l.length(), Summary: l.say("calendar.title", "circle", c.Name), Location: c.Venue, URL: c.VideoLink,
		Description: l.say("calendar.description"),
		Organizer:   &ical.Person{Name: c.Name, Address: l.from.Mailbox},
		Attendees:   []ical.Person{{Name: l.to.Name, Address: l.to.Email}},
	}
	if e.Location == "" {
		e.Location = c.VideoLink
	}
	return e
}

// attach writes a file and adds it to the letter.
func (l *letter) attach(method, name string, only bool, events ...ical.Event) error {
	if len(events) == 0 {
		return nil
	}
	var file bytes.Buffer
	if err := ical.Write(&file, ical.Calendar{Method: method, ProductID: productID, Events: events}); err != nil {
		return err
	}
	l.files = append(l.files, mail.Calendar{Method: method, Name: name, Body: file.Bytes(), FileOnly: only})
	return nil
}

// attachRun adds the run of the present series as one series; of a newcomer only what is to come.
func (l *letter) attachRun(onlyComing bool) error {
	events, err := l.run(l.b.Circle.Series, l.instances(l.b.Circle.Series, onlyComing))
	if err != nil {
		return err
	}
	return l.attach(ical.Request, fileRun, false, events...)
}

// run is a series of sessions. Its rhythm is the guide set's; where dates were laid out anew off that rhythm, it is a
// finer one, with more places left out.
func (l *letter) run(series int, sessions []ical.Instance) ([]ical.Event, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	base, interval := l.entry(series, l.b.Circle.Sequence), l.b.Set.Interval
	var events []ical.Event
	var err error
	for _, days := range []int{interval, 7, 1} {
		if interval%days != 0 {
			continue
		}
		if events, err = ical.Series(base, days, sessions); !errors.Is(err, ical.ErrEvent) {
			break
		}
	}
	return events, err
}

// instances are the sessions of a series, each at the place that its slot gave it. What was called off is left out,
// and so is what was held on another date than its own: some programs take no override beside the series it changes,
// so only those of dates to come are written.
func (l *letter) instances(series int, onlyComing bool) []ical.Instance {
	var out []ical.Instance
	taken := map[int64]bool{}
	for _, coming := range []bool{true, false} {
		for _, s := range l.b.Sessions {
			at := s.SlotStartsAt.Unix()
			moved := !s.StartsAt.Equal(s.SlotStartsAt)
			past := !s.Coming(l.now)
			if s.Series != series || s.State == scheduling.Skipped || s.State == scheduling.Cancelled || past == coming ||
				past && (onlyComing || moved) || taken[at] {
				continue
			}
			taken[at] = true
			out = append(out, ical.Instance{PlannedAt: s.SlotStartsAt, StartAt: s.StartsAt})
		}
	}
	return out
}

// attachChange adds one session as it is now: moved or called off.
func (l *letter) attachChange(s scheduling.Session) error {
	if s.State == scheduling.Planned {
		return l.attach(ical.Request, fileChange, false, l.override(s))
	}
	return l.attach(ical.Cancel, fileChange, false, l.override(s))
}

func (l *letter) override(s scheduling.Session) ical.Event {
	e := l.entry(s.Series, s.Sequence)
	e.StartAt, e.Length, e.RecurrenceID = s.StartsAt, s.EndsAt.Sub(s.StartsAt), &s.SlotStartsAt
	return e
}

// attachEnd takes out of calendars what the person was told of and does not come any more.
func (l *letter) attachEnd() error {
	var events []ical.Event
	for _, s := range l.b.Sessions {
		if _, told := l.b.Told[s.ID]; told && s.State == scheduling.Cancelled && s.Series == l.b.Circle.Series && s.StartsAt.After(l.notice.HoldUntil) {
			events = append(events, l.override(s))
		}
	}
	return l.attach(ical.Cancel, fileChange, false, events...)
}

// attachOld ends the series before the present one: what was held stays where it was, the rest goes. It is a file of
// its own, because one file speaks of one entry (RFC 5546, 3.2).
func (l *letter) attachOld() error {
	before := l.b.Circle.Series - 1
	held := l.instances(before, false)
	if len(held) == 0 {
		e := l.entry(before, l.b.Circle.Sequence)
		coming := l.coming()
		if len(coming) == 0 {
			return nil
		}
		e.StartAt = coming[0].StartsAt
		return l.attach(ical.Cancel, fileOld, true, e)
	}
	events, err := l.run(before, held)
	if err != nil {
		return err
	}
	return l.attach(ical.Request, fileOld, true, events...)
}

// length is how long a session of the circle's guide set takes.
func (l *letter) length() time.Duration { return time.Duration(l.b.Set.Minutes) * time.Minute }
