package letters

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/page"
	"kring/internal/testkit"
	"kring/internal/testkit/icalreaders"
	"kring/internal/testkit/smtpsink"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
)

// moment is somebody's calendar at an instant, and the starts that must be to come in it.
type moment struct {
	name string
	now  time.Time
	file []byte
	want string
}

// starts are the instants of the lines that a reader answers, later than now and not called off.
func (m moment) starts(lines string) string {
	var out strings.Builder
	for line := range strings.Lines(lines) {
		fields := strings.Split(line, "\t")
		if fields[2] != "CANCELLED" && fields[0] > m.now.UTC().Format(time.RFC3339) {
			fmt.Fprintln(&out, fields[0])
		}
	}
	return out.String()
}

// posted is a world whose letters go out by a mail server, to people who let their calendar program take every file in.
type posted struct {
	*world
	post    *outbox.Post
	sink    *smtpsink.Sink
	zone    *time.Location // of the circle
	read    int            // mails that were taken in
	phones  map[string]*phone
	watched []string
	moments []moment
}

func newPosted(t *testing.T, w *world, sink *smtpsink.Sink, watched ...string) *posted {
	t.Helper()
	from := mail.Address{Name: "Kring", Mailbox: "kring@kring.example.org"}
	sender := got(mail.NewSender(got(mail.ParseURL(sink.URL()))(t), from, publicURL))(t)
	table := w.letters.circles.Table()
	maps.Copy(table, w.letters.Table())
	post := got(outbox.New(outbox.Options{
		DB: w.db, Clock: w.clock, Table: table, Sender: sender, Host: "kring.example.org", Pass: w.letters.Pass,
	}))(t)
	p := &posted{world: w, post: post, sink: sink, phones: map[string]*phone{}, watched: watched}
	p.zone = got(wall.LoadZone("Europe/Brussels"))(t)
	return p
}

// lets lets what was done be told: time goes on, letters go out, and calendars take in what comes.
func (p *posted) lets(name, until string) {
	p.t.Helper()
	end := got(time.Parse("2006-01-02 15:04", until))(p.t).UTC()
	for {
		now := p.clock.Now()
		_, next, err := p.post.Plan(p.ctx, now)
		must(p.t, err)
		_, _, err = p.post.Deliver(p.ctx, now)
		must(p.t, err)
		if !now.Before(end) {
			break
		}
		if next = next.Truncate(time.Minute).Add(time.Minute); next.After(end) || !next.After(now) {
			next = end
		}
		p.until(next.Format("2006-01-02 15:04"))
	}
	p.takeIn()
	for _, who := range p.watched {
		p.moments = append(p.moments, moment{who + "/" + name, p.clock.Now(), p.phone(who).file(), p.toCome(who)})
	}
}

func (p *posted) phone(who string) *phone {
	if p.phones[who] == nil {
		p.phones[who] = newPhone()
	}
	return p.phones[who]
}

// takeIn takes in what the mails carry: the invitation first, then the files beside it. An invitation is one part.
func (p *posted) takeIn() {
	p.t.Helper()
	mails := p.sink.Mails()
	for _, m := range mails[p.read:] {
		name, _, _ := strings.Cut(m.Envelope.To[0], "@")
		phone := p.phone(strings.ToUpper(name[:1]) + name[1:])
		if len(m.Calendars) > 1 {
			p.t.Errorf("%q carries %d invitations", m.Subject, len(m.Calendars))
		}
		for _, c := range m.Calendars {
			if method := value(string(c.Body), "METHOD"); c.Params["method"] != method {
				p.t.Errorf("%q: the part is a %s, the file a %s", m.Subject, c.Params["method"], method)
			}
			phone.take(p.t, c.Body)
		}
		for _, f := range m.Files {
			if len(m.Calendars) == 0 || !bytes.Equal(f.Body, m.Calendars[0].Body) {
				phone.take(p.t, f.Body)
			}
		}
	}
	p.read = len(mails)
}

// toCome are the starts of the sessions that lie ahead of somebody, as far as she was told of them, where a newcomer was
// told of all by the letter of welcome; none for who left.
func (p *posted) toCome(who string) string {
	p.t.Helper()
	b := got(p.calendar.Brief(p.ctx, p.circleID, p.person(who).ID))(p.t)
	in := slices.ContainsFunc(b.Members, func(m circles.Member) bool { return m.PersonID == p.person(who).ID })
	var out strings.Builder
	for _, s := range b.Sessions {
		if _, told := b.Told[s.ID]; in && (told || len(b.Told) == 0) && s.Coming(p.clock.Now()) {
			fmt.Fprintln(&out, s.StartsAt.UTC().Format(time.RFC3339))
		}
	}
	return out.String()
}

// coming is the nth session that lies ahead, from 0.
func (p *posted) coming(n int) scheduling.SessionView {
	p.t.Helper()
	for _, s := range got(p.calendar.Sessions(p.ctx, p.farah, p.circleID))(p.t) {
		if s.Coming(p.clock.Now()) {
			if n == 0 {
				return s
			}
			n--
		}
	}
	p.t.Fatal("so many sessions do not lie ahead")
	return scheduling.SessionView{}
}

// moves puts the nth session to come some days later, at an hour of the circle's wall.
func (p *posted) moves(who identity.Actor, n, days int, at wall.TimeOfDay) {
	p.t.Helper()
	s := p.coming(n)
	got(p.calendar.Move(p.ctx, who, s.ID, 0, s.On(p.zone).AddDays(days), at, false))(p.t)
}

// undoes takes the newest change of dates back.
func (p *posted) undoes(who identity.Actor) {
	p.t.Helper()
	made := got(p.calendar.Replans(p.ctx, who, p.circleID, page.Cursor{}, 1))(p.t)
	got(p.calendar.UndoReplan(p.ctx, who, made.Items[0].ID))(p.t)
}

func (p *posted) does(who identity.Actor, step scheduling.Step) {
	p.t.Helper()
	preview := got(p.calendar.PreviewReplan(p.ctx, who, p.circleID, step))(p.t)
	got(p.calendar.CommitReplan(p.ctx, who, preview.ID, true))(p.t)
}

// followAll lives a circle through everything that can happen to dates: begin, move, move back, skip and taking it back,
// new slot, cancel, a break and taking it back, more than one change at once, leaving, coming back, leaving again, and
// the end.
func (p *posted) followAll() {
	t := p.t
	p.begin()
	p.lets("begin", "2017-08-22 12:00")
	p.moves(p.as("An"), 1, 1, wall.At(9, 0))
	p.lets("move", "2017-08-23 12:00")
	p.moves(p.as("An"), 1, -1, wall.At(12, 30))
	p.lets("move back", "2017-08-24 12:00")
	got(p.calendar.Skip(p.ctx, p.as("Els"), p.coming(2).ID, 0, false))(t)
	p.lets("skip", "2017-08-25 12:00")
	p.undoes(p.as("Els"))
	p.lets("skip taken back", "2017-08-28 12:00")
	got(p.calendar.Skip(p.ctx, p.as("Els"), p.coming(2).ID, 0, false))(t)
	p.lets("the first session", "2017-08-31 12:00")
	p.record("2017-08-31", scheduling.Held)
	p.slot(time.Tuesday, wall.At(17, 0))
	p.lets("new slot", "2017-09-01 12:00")
	got(p.calendar.Cancel(p.ctx, p.farah, p.coming(0).ID, 0, false))(t)
	p.lets("cancel", "2017-09-04 12:00")
	on := p.coming(2).On(p.zone)
	got(p.calendar.AddBreak(p.ctx, p.as("Cato"), p.circleID, 0, on, on.AddDays(13), false))(t)
	p.lets("break", "2017-09-05 12:00")
	p.undoes(p.as("Cato"))
	p.lets("break taken back", "2017-09-06 12:00")
	p.moves(p.as("An"), 1, 2, wall.At(8, 15))
	p.moves(p.as("Ben"), 3, -1, wall.At(19, 45))
	got(p.calendar.Skip(p.ctx, p.as("Els"), p.coming(2).ID, 0, false))(t)
	p.lets("three at once", "2017-09-07 12:00")
	p.does(p.as("Dirk"), scheduling.Step{Kind: scheduling.StepShift, Weeks: 1})
	p.lets("all a week later", "2017-09-08 12:00")
	p.slot(time.Wednesday, wall.At(8, 0))
	p.slot(time.Monday, wall.At(18, 0))
	p.lets("two new slots before a letter", "2017-09-12 12:00")
	p.undoes(p.farah)
	p.lets("the slot taken back", "2017-09-13 12:00")
	got(p.registry.Leave(p.ctx, p.as("Els"), p.seat("Els").ID))(t)
	p.lets("Els leaves", "2017-09-14 12:00")
	got(p.registry.UndoLeave(p.ctx, p.as("Els"), p.seat("Els").ID))(t)
	p.lets("Els comes back", "2017-09-15 12:00")
	p.moves(p.as("Els"), 1, 1, wall.At(9, 0))
	venue := "De Krook"
	got(p.registry.PatchCircle(p.ctx, p.as("An"), p.circleID, 0, circles.CirclePatch{Venue: &venue}))(t)
	p.lets("move after that, and a new place on a Friday", "2017-09-15 15:00")
	p.lets("the letter of the move", "2017-09-18 12:00")
	got(p.registry.Leave(p.ctx, p.as("Els"), p.seat("Els").ID))(t)
	p.lets("Els leaves again", "2017-09-19 12:00")
	got(p.calendar.End(p.ctx, p.as("An"), p.circleID, 0, circles.EndDates, "", false))(t)
	p.lets("end", "2017-09-23 12:00")
}

func (p *posted) slot(day time.Weekday, at wall.TimeOfDay) {
	p.t.Helper()
	slot := wall.Slot{Weekday: day, At: at, Zone: p.zone.String()}
	got(p.calendar.NewSlot(p.ctx, p.farah, p.circleID, 0, scheduling.SlotChange{Slot: slot}, false))(p.t)
}

// followTwoSeries lives a circle whose new slot begins some weeks on: until then there are dates to come in two series, for
// who joins, leaves, comes back, and at the end.
func (p *posted) followTwoSeries() {
	t := p.t
	p.begin()
	p.lets("begin", "2017-08-22 12:00")
	slot := wall.Slot{Weekday: time.Tuesday, At: wall.At(17, 0), Zone: p.zone.String()}
	got(p.calendar.NewSlot(p.ctx, p.farah, p.circleID, 0, scheduling.SlotChange{Slot: slot, FromOn: p.coming(3).On(p.zone)}, false))(t)
	p.lets("a slot from the fourth week on", "2017-08-23 12:00")
	p.moves(p.as("An"), 0, 1, wall.At(9, 0))
	p.lets("a move before the slot", "2017-08-24 12:00")
	got(p.registry.Leave(p.ctx, p.as("Els"), p.seat("Els").ID))(t)
	p.lets("Els leaves", "2017-08-25 12:00")
	got(p.registry.UndoLeave(p.ctx, p.as("Els"), p.seat("Els").ID))(t)
	p.lets("Els comes back", "2017-08-28 12:00")
	p.join("Gil Gysen", "2017-08-29 08:00")
	p.watched = append(p.watched, "Gil")
	p.lets("Gil joins", "2017-08-29 12:00")
	got(p.calendar.End(p.ctx, p.as("An"), p.circleID, 0, circles.EndDates, "", false))(t)
	p.lets("end", "2017-09-04 12:00")
}

// followUntold lives a circle in which somebody leaves, and which ends, before the letter of a change went: the calendar
// holds what was told, which is another series, or another place in it.
func (p *posted) followUntold() {
	t := p.t
	p.begin()
	p.lets("begin", "2017-08-22 12:00")
	p.slot(time.Tuesday, wall.At(17, 0))
	got(p.registry.Leave(p.ctx, p.as("Els"), p.seat("Els").ID))(t)
	p.lets("Els leaves before she knows of the slot", "2017-08-24 12:00")
	p.slot(time.Wednesday, wall.At(17, 0))
	got(p.registry.Leave(p.ctx, p.as("Dirk"), p.seat("Dirk").ID))(t)
	got(p.registry.UndoLeave(p.ctx, p.as("Dirk"), p.seat("Dirk").ID))(t)
	p.lets("Dirk leaves and comes back before he knows of the slot", "2017-08-25 12:00")
	p.slot(time.Monday, wall.At(8, 0))
	got(p.calendar.End(p.ctx, p.as("An"), p.circleID, 0, circles.EndDates, "", false))(t)
	p.lets("the end before anybody knows of the next slot", "2017-08-28 12:00")
}

// followBurst lives a circle in which a slot is taken back, and another agreed on, before anybody heard of the first.
func (p *posted) followBurst() {
	t := p.t
	p.begin()
	p.lets("begin", "2017-08-22 12:00")
	p.slot(time.Tuesday, wall.At(17, 0))
	p.undoes(p.farah)
	got(p.calendar.Skip(p.ctx, p.as("An"), p.coming(3).ID, 0, false))(t)
	p.lets("a slot taken back, and a date skipped", "2017-08-24 12:00")
	p.slot(time.Tuesday, wall.At(17, 0))
	p.undoes(p.farah)
	p.slot(time.Wednesday, wall.At(8, 0))
	p.lets("a slot taken back, and another", "2017-08-28 12:00")
	p.moves(p.as("An"), 2, 1, wall.At(9, 0))
	p.lets("a move after it", "2017-08-29 12:00")
	p.moves(p.as("An"), 2, 1, wall.At(9, 0))
	p.moves(p.as("An"), 3, 1, wall.At(9, 0))
	p.undoes(p.farah)
	p.lets("one of two moves taken back", "2017-08-30 12:00")
	got(p.calendar.Skip(p.ctx, p.as("An"), p.coming(2).ID, 0, false))(t)
	p.undoes(p.farah)
	on := p.coming(2).On(p.zone)
	got(p.calendar.AddBreak(p.ctx, p.as("Cato"), p.circleID, 0, on, on, false))(t)
	got(p.registry.Leave(p.ctx, p.as("Els"), p.seat("Els").ID))(t)
	p.lets("Els leaves before she knows of a break", "2017-08-31 12:00")
}

// followAcross lives a circle across a clock change: what moves, falls out and is laid out anew stands on both sides.
func (p *posted) followAcross() {
	p.begin()
	p.lets("begin", "2017-08-22 12:00")
	for _, n := range []int{0, 4} {
		p.moves(p.as("An"), n, 2, wall.At(9, 0))
	}
	p.lets("two moved", "2017-08-23 12:00")
	got(p.calendar.Skip(p.ctx, p.as("Els"), p.coming(5).ID, 0, false))(p.t)
	p.lets("skip", "2017-08-24 12:00")
	p.slot(time.Monday, wall.At(17, 30))
	p.lets("new slot", "2017-08-25 12:00")
	p.moves(p.as("Ben"), 3, 1, wall.At(11, 0))
	p.lets("move", "2017-08-28 12:00")
	p.undoes(p.as("Ben"))
	p.lets("taken back", "2017-08-29 12:00")
}

// another opens a second circle with the same people, in a zone, and makes it the one that is followed.
func (p *posted) another(zone string, first wall.Date) {
	p.t.Helper()
	slot := wall.Slot{Weekday: time.Thursday, At: wall.At(18, 0), Zone: zone}
	draft := circles.CircleDraft{
		ProgrammeID: p.programme.ID, Name: "De Verre", Slot: &slot, Seats: 6, StartsOn: first, Venue: "Zaal 3",
		VideoLink: "https://meet.example.org/ver", LookedAfterBy: p.farah.PersonID, Zone: zone,
	}
	for _, name := range []string{"An", "Ben", "Cato", "Dirk", "Els"} {
		person := p.person(name)
		draft.Members = append(draft.Members, circles.Invitee{Name: person.Name, Email: person.Email, LetterLanguage: "en"})
	}
	p.circleID = got(p.registry.OpenCircle(p.ctx, p.farah, draft))(p.t).ID
	for _, m := range p.seats() {
		got(p.registry.AcceptSeat(p.ctx, actorOf(m), m.ID))(p.t)
	}
	p.zone = got(wall.LoadZone(zone))(p.t)
}

// Who lets every calendar file in has at every moment in the calendar what Kring has, whatever the program: through all
// that can happen, across both clock changes, and in a zone that is three quarters of an hour beside the others.
func TestForeignProgramsFollowACircleThroughItsChanges(t *testing.T) {
	var moments []moment
	for _, life := range []struct {
		name    string
		watched []string
		live    func(p *posted)
	}{
		{"everything", []string{"An", "Els"}, (*posted).followAll},
		{"two series", []string{"An", "Els"}, (*posted).followTwoSeries},
		{"untold", []string{"An", "Dirk", "Els"}, (*posted).followUntold},
		{"burst", []string{"An", "Els"}, (*posted).followBurst},
		{"march", []string{"Ben"}, func(p *posted) {
			p.answersAreRead()
			p.another("Europe/Brussels", wall.NewDate(2018, 2, 22))
			p.followAcross()
		}},
		{"october in Auckland", []string{"An"}, func(p *posted) { p.another("Pacific/Auckland", wall.NewDate(2017, 9, 7)); p.followAcross() }},
		{"Kathmandu", []string{"Cato"}, func(p *posted) { p.another("Asia/Kathmandu", wall.NewDate(2017, 12, 7)); p.followAcross() }},
	} {
		url, sink := testkit.SQLite(t), smtpsink.Start(t)
		synctest.Test(t, func(t *testing.T) {
			p := newPosted(t, newWorld(t, testkit.Open(t, url), 2017), sink, life.watched...)
			life.live(p)
			for _, m := range p.moments {
				m.name = life.name + "/" + m.name
				moments = append(moments, m)
			}
		})
	}
	files := make([][]byte, len(moments))
	for i, m := range moments {
		files[i] = m.file
	}
	for _, r := range icalreaders.All(t) {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			for i, read := range r.ReadAll(t, files...) {
				if m := moments[i]; m.starts(read) != m.want {
					t.Errorf("%s: %s sees to come\n%swant\n%s\n%s", m.name, r.Name, m.starts(read), m.want, m.file)
				}
			}
		})
	}
}
