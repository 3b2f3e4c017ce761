package letters

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"kring/internal/mail"
	"kring/internal/outbox"

	"kring/circles"
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

// alarmMinutes is how long before a session a calendar program rings, where it rings for invitations at all.
const alarmMinutes = 15

// replyPurpose is what the stable token in an organiser's address is for; its row is the seat of who is invited.
const replyPurpose = "reply"

// entry is everything of a calendar entry but its dates: one for the person who is written to, with that person as the
// only one invited, so that no address is shown to others. The title never holds a guide week, which shifts; the
// description holds no link that acts in the person's name, because colleagues look into calendars.
func (l *letter) entry(series int, sequence int) ical.Event {
	c := l.b.Circle
	e := ical.Event{
		UID: c.ID + "-" + strconv.Itoa(series) + "@" + l.domain, Sequence: sequence, Stamp: l.now.Truncate(time.Second), Zone: c.Zone,
		Length: l.length(), Summary: l.say("calendar.title", "circle", c.Name), Location: c.Venue, URL: c.VideoLink, Conference: c.VideoLink,
		Description: l.description(), AlarmMinutes: alarmMinutes, RSVP: l.reads(),
		Organizer: &ical.Person{Name: c.Name, Address: l.organizer()},
		Attendees: []ical.Person{{Name: l.to.Name, Address: l.to.Email}},
	}
	if e.Location == "" {
		e.Location = c.VideoLink
	}
	return e
}

// sequence is the circle's last. A letter of a new place alone takes the one before, which was raised for it: the letter of
// changed dates that may wait until the morning must be the newer one.
func (l *letter) sequence() int {
	n := l.b.Circle.Sequence
	if !slices.ContainsFunc(l.notices, func(n outbox.Notice) bool { return n.Kind != circles.KindPlaceChanged }) {
		n--
	}
	return n
}

// reads says whether anybody reads what calendar programs answer.
func (l *letter) reads() bool { return l.replyAddress != nil }

// organizer is the address that answers go to: one for this circle and person, the same for as long as the seat is, so
// that an answer says by itself whose it is. Without a mailbox that is read it is the sender's.
func (l *letter) organizer() string {
	if !l.reads() {
		return l.from.Mailbox
	}
	return l.replyAddress(l.links.Stable(replyPurpose, l.me.ID, 0))
}

// answering is the key of a sentence that says whether an invitation wants an answer: it does where answers are read.
func (l *letter) answering(key string) string {
	if l.reads() {
		return key + "-answer"
	}
	return key
}

func (l *letter) description() string {
	text := l.say(l.answering("calendar.description"))
	if c := l.b.Circle; c.Venue != "" && c.VideoLink != "" {
		text += "\n\n" + l.say("calendar.join", "link", c.VideoLink)
	}
	return text + "\n\n" + l.say("calendar.mine", "link", l.public+"/me/dates?lang="+l.lang+"#circle-"+l.b.Circle.ID)
}

// attach writes a file and adds it to the letter.
func (l *letter) attach(method, name string, only bool, events ...ical.Event) error {
	if len(events) == 0 {
		return nil
	}
	var file bytes.Buffer
	if err := l.calendars.Write(&file, ical.Calendar{Method: method, ProductID: productID, Events: events}); err != nil {
		return err
	}
	l.files = append(l.files, mail.Calendar{Method: method, Name: name, Body: file.Bytes(), FileOnly: only})
	return nil
}

// attachRun adds the run as one series, and each series before it that still has dates to come; of a newcomer only what
// is to come.
func (l *letter) attachRun(onlyComing bool) error { return l.attachSeries(onlyComing, l.earlier()...) }

// attachSeries adds the present series and some before it.
func (l *letter) attachSeries(onlyComing bool, others ...int) error {
	events, err := l.run(l.b.Circle.Series, l.instances(l.b.Circle.Series, onlyComing))
	if err != nil {
		return err
	}
	if err := l.attach(ical.Request, fileRun, false, events...); err != nil {
		return err
	}
	for _, series := range others {
		if err := l.attachOld(series, onlyComing); err != nil {
			return err
		}
	}
	return nil
}

// earlier are the series before the present one that have dates to come: a new slot can begin some weeks on.
func (l *letter) earlier() []int {
	others := map[int]bool{}
	for _, s := range l.coming() {
		if s.Series != l.b.Circle.Series {
			others[s.Series] = true
		}
	}
	return slices.Sorted(maps.Keys(others))
}

// run is a series of sessions. Its rhythm is the guide set's; where dates were laid out anew off that rhythm, it is a
// finer one, with more places left out.
func (l *letter) run(series int, sessions []ical.Instance) ([]ical.Event, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	base, interval := l.entry(series, l.sequence()), l.b.Set.Interval
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

// single is the one date that changed at its place of its series, and false where the series changed, or is sent again
// because other places belong to it now, or because at more than one of them something changed.
func (l *letter) single(w *whatChanged) (scheduling.Session, bool) {
	known := w.known()
	if len(known) != 1 || len(w.added)+len(w.back) > 0 || w.series > 0 || w.placed {
		return scheduling.Session{}, false
	}
	return known[0].Session, true
}

// attachChanges brings the person's calendar from what she knew to what is so.
func (l *letter) attachChanges(w *whatChanged) error {
	all := l.tells(scheduling.NoticePaused) || l.tells(scheduling.NoticeResumed) || l.tells(circles.KindPlaceChanged)
	if s, single := l.single(w); single && !all {
		return l.attachChange(s)
	}
	if !all && w.count() == 0 {
		return nil
	}
	others := w.others(l.b.Circle.Series)
	if all {
		others = append(others, l.earlier()...)
	}
	slices.Sort(others)
	return l.attachSeries(false, slices.Compact(others)...)
}

// others are the series beside the present one that changed: one that ended with a new slot, and one in which dates
// before it changed.
func (w *whatChanged) others(present int) []int {
	others := map[int]bool{}
	if w.series > 0 {
		others[w.series] = true
	}
	for _, d := range w.known() {
		if d.Session.Series != present {
			others[d.Session.Series] = true
		}
	}
	return slices.Collect(maps.Keys(others))
}

// attachChange adds one session as it is now: moved or called off.
func (l *letter) attachChange(s scheduling.Session) error {
	if s.State == scheduling.Planned {
		return l.attach(ical.Request, fileChange, false, l.override(s, l.sequence()))
	}
	return l.attach(ical.Cancel, fileChange, false, l.override(s, l.sequence()))
}

func (l *letter) override(s scheduling.Session, sequence int) ical.Event {
	e := l.entry(s.Series, sequence)
	e.StartAt, e.Length, e.RecurrenceID = s.StartsAt, s.EndsAt.Sub(s.StartsAt), &s.SlotStartsAt
	if s.State == scheduling.Planned {
		e.Attendees[0].Status = answered(l.b.Word.About(s, l.me.ID, l.b.Location))
	}
	return e
}

// answered is what calendar programs call an answer.
func answered(a scheduling.Answer) string {
	switch a {
	case scheduling.Yes:
		return ical.Accepted
	case scheduling.No:
		return ical.Declined
	case scheduling.Unsure:
		return ical.Tentative
	}
	return ""
}

// attachGone takes out of the person's calendar the sessions that do not come any more: of a series a single one by its
// place, more than one with the whole of it, because Outlook reads only the first entry of a file (docs/adr/0116).
func (l *letter) attachGone(gone []scheduling.Session) error {
	of := map[int][]scheduling.Session{}
	for _, s := range gone {
		of[s.Series] = append(of[s.Series], s)
	}
	for _, series := range slices.Backward(slices.Sorted(maps.Keys(of))) {
		name, only := fileChange, false
		if len(l.files) > 0 {
			name, only = fileOld, true
		}
		var err error
		if s := of[series][0]; len(of[series]) == 1 {
			s.State = scheduling.Cancelled
			err = l.attach(ical.Cancel, name, only, l.override(s, l.sequence()))
		} else {
			err = l.attachCancelled(series, name, only)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// attachCancelled takes a whole series out of the calendar.
func (l *letter) attachCancelled(series int, name string, only bool) error {
	var all []ical.Instance
	taken := map[int64]bool{}
	for _, s := range l.b.Sessions {
		if at := s.SlotStartsAt.Unix(); s.Series == series && !taken[at] {
			taken[at] = true
			all = append(all, ical.Instance{PlannedAt: s.SlotStartsAt})
		}
	}
	events, err := l.run(series, all)
	if err != nil {
		return err
	}
	if len(l.b.Sessions) > 0 && len(events) == 0 { // none of its sessions stayed in it
		e := l.entry(series, l.sequence())
		e.StartAt = l.b.Sessions[0].StartsAt
		events = append(events, e)
	}
	return l.attach(ical.Cancel, name, only, events[:min(len(events), 1)]...)
}

// attachEnd takes out of calendars what the person knew of and does not come any more. What had changed before the end, and
// was not told, stands in them as it was.
func (l *letter) attachEnd() error {
	var gone []scheduling.Session
	for _, s := range l.b.Sessions {
		t, told := l.b.Told[s.ID]
		if !told || !t.At.Equal(l.notice.HoldUntil) {
			continue
		}
		if was, knew := l.known(s, t); knew && was.State == scheduling.Planned && was.StartsAt.After(l.notice.HoldUntil) {
			gone = append(gone, was)
		}
	}
	return l.attachGone(gone)
}

// attachOld brings a series before the present one up to date: what was held stays where it was, and what stands before
// the new one begins; the rest goes. It is a file of its own, because one file speaks of one entry (RFC 5546, 3.2).
func (l *letter) attachOld(series int, onlyComing bool) error {
	stays := l.instances(series, onlyComing)
	if len(stays) == 0 {
		return l.attachCancelled(series, fileOld, true)
	}
	events, err := l.run(series, stays)
	if err != nil {
		return err
	}
	return l.attach(ical.Request, fileOld, true, events...)
}

// length is how long a session of the circle's guide set takes.
func (l *letter) length() time.Duration { return time.Duration(l.b.Set.Minutes) * time.Minute }
