package replies

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"mime/quotedprintable"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"text/template"
	"time"

	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/mailbox"
	"kring/internal/testkit"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
	"kring/scheduling/holidays"
)

// world is a database in virtual time with one circle, and what deals with mails. It is Monday 21 August 2017; the circle of
// An, Ben, Cato, Dirk and Els meets on Thursdays at 12:30 in Brussels from the 31st.
type world struct {
	t        *testing.T
	ctx      context.Context
	db       *database.DB
	clock    *clock.Clock
	links    *identity.Links
	calendar *scheduling.Calendar
	replies  *Replies
	circleID string
	seats    map[string]circles.Member
	people   map[string]identity.Person
	log      *bytes.Buffer
	mails    int
}

const host = "kring.example.org"

func lives(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	testkit.URLs(t, func(t *testing.T, url string) {
		synctest.Test(t, func(t *testing.T) { fn(t, newWorld(t, testkit.Open(t, url))) })
	})
}

func newWorld(t *testing.T, db *database.DB) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), db: db, clock: clock.System(), seats: map[string]circles.Member{}, people: map[string]identity.Person{}, log: &bytes.Buffer{}}
	w.clock.Advance(time.Date(2017, 8, 21, 8, 0, 0, 0, time.UTC).Sub(w.clock.Now()))
	library := got(guides.Load(guides.Embedded(), guides.Options{}))(t)
	secrets := got(identity.ParseSecrets(strings.Repeat("s", 32)))(t)
	w.links = identity.NewLinks(secrets)
	registry := circles.NewRegistry(circles.Options{DB: db, Clock: w.clock, Guides: library, Calendars: holidays.Keys()})
	w.calendar = scheduling.New(scheduling.Options{DB: db, Clock: w.clock, Guides: library})
	w.trusting("")
	farah := identity.Actor{PersonID: w.person("Farah").ID}
	owner := farah
	owner.Owner = true
	programme := got(registry.OpenProgramme(w.ctx, owner, circles.ProgrammeDraft{
		Name: "Najaar", Purpose: "Leren van elkaar", GuideSet: "wol", Language: "nl", Zone: "Europe/Brussels", Holidays: "be",
	}))(t)
	draft := circles.CircleDraft{
		ProgrammeID: programme.ID, Name: "De Donderdagen", Seats: 6, StartsOn: wall.NewDate(2017, 8, 31), LookedAfterBy: farah.PersonID,
		Slot: &wall.Slot{Weekday: time.Thursday, At: wall.At(12, 30), Zone: "Europe/Brussels"},
	}
	for _, name := range []string{"An", "Ben", "Cato", "Dirk", "Els"} {
		draft.Members = append(draft.Members, circles.Invitee{Name: name, Email: w.person(name).Email, LetterLanguage: "nl"})
	}
	w.circleID = got(registry.OpenCircle(w.ctx, farah, draft))(t).ID
	var seats []circles.Member
	w.write(func(tx database.Tx) (err error) {
		seats, err = circles.SeatsIn(tx, w.circleID)
		return err
	})
	for _, m := range seats {
		got(registry.AcceptSeat(w.ctx, identity.Actor{PersonID: m.PersonID}, m.ID))(t)
	}
	got(w.calendar.Begin(w.ctx, farah, w.circleID, 0, scheduling.BeginDraft{}, false))(t)
	w.write(func(tx database.Tx) error {
		seats, err := circles.SeatsIn(tx, w.circleID)
		for _, m := range seats {
			for name, p := range w.people {
				if p.ID == m.PersonID {
					w.seats[name] = m
				}
			}
		}
		return err
	})
	w.forgetNotices()
	return w
}

// trusting makes Replies that believe a server.
func (w *world) trusting(server string) {
	w.replies = New(Options{
		DB: w.db, Clock: w.clock, Calendar: w.calendar, Links: w.links, Address: got(mailbox.ParseAddress("reply@" + host))(w.t), Host: host,
		AuthServ: server, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	})
}

func (w *world) person(name string) identity.Person {
	w.t.Helper()
	w.write(func(tx database.Tx) (err error) {
		p, err := identity.EnsureIn(tx, w.clock.Now(), identity.Person{Email: strings.ToLower(name) + "@example.org", Name: name, LetterLanguage: "nl", Zone: "Europe/Brussels"})
		if err == nil {
			w.people[name], err = identity.ConfirmAddressIn(tx, w.clock.Now(), p.ID)
		}
		return err
	})
	return w.people[name]
}

func (w *world) write(fn func(tx database.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.ctx, fn); err != nil {
		w.t.Fatalf("unexpected: %v", err)
	}
}

func (w *world) forgetNotices() {
	w.write(func(tx database.Tx) error { return tx.Gorm().Exec("delete from notices").Error })
}

// told are the kinds of the notices to somebody.
func (w *world) told(name string) string {
	w.t.Helper()
	var kinds []string
	w.write(func(tx database.Tx) error {
		return tx.Gorm().Raw("select kind from notices where person_id = ? and state <> 'void' order by hold_until, kind", w.people[name].ID).Scan(&kinds).Error
	})
	return strings.Join(kinds, " ")
}

// session is the n-th of the run, from 0.
func (w *world) session(n int) scheduling.SessionView {
	w.t.Helper()
	return got(w.calendar.Sessions(w.ctx, identity.Actor{PersonID: w.people["An"].ID}, w.circleID))(w.t)[n]
}

// said is what a member says about the n-th session.
func (w *world) said(name string, n int) scheduling.Answer {
	w.t.Helper()
	for _, one := range w.session(n).ByName {
		if one.MemberID == w.seats[name].ID {
			return one.Answer
		}
	}
	w.t.Fatalf("%s is no member", name)
	return ""
}

// letter is what a fixture is filled in with.
type letter struct {
	From, To, Attendee, UID, ID, Date string
	Place, Start, End, Stamp          time.Time
	Proposed, ProposedEnd             time.Time
	Sequence                          int
	Action, Status, Said              string
}

// of is a mail of a member about the n-th session, as the member's calendar program would send it now.
func (w *world) of(name string, n int) letter {
	w.t.Helper()
	w.mails++
	s, email, now := w.session(n), w.people[name].Email, w.clock.Now()
	return letter{
		From: email, Attendee: email, To: w.replies.Address.With(w.links.Stable(ForReply, w.seats[name].ID, 0)),
		UID: fmt.Sprintf("%s-%d@%s", w.circleID, s.Series, host), ID: fmt.Sprint("mail", w.mails), Date: now.Format(time.RFC1123Z),
		Place: s.SlotStartsAt, Start: s.StartsAt, End: s.EndsAt, Stamp: now, Sequence: s.Sequence,
		Proposed: s.StartsAt.Add(time.Hour), ProposedEnd: s.EndsAt.Add(time.Hour),
		Action: "failed", Status: "5.1.1", Said: "550 5.1.1 <somebody>: Recipient address rejected: User unknown",
	}
}

// write fills in a fixture.
func (l letter) write(t *testing.T, name string) []byte {
	t.Helper()
	var all *template.Template
	run := func(name string) []byte {
		var out bytes.Buffer
		if err := all.ExecuteTemplate(&out, name, l); err != nil {
			t.Fatal(err)
		}
		return bytes.ReplaceAll(out.Bytes(), []byte("\n"), []byte("\r\n"))
	}
	all = template.New(name + ".eml").Funcs(template.FuncMap{
		"utc": func(at time.Time) string { return at.UTC().Format("20060102T150405Z") },
		"local": func(zone string, at time.Time) string {
			return at.In(got(wall.LoadZone(zone))(t)).Format("20060102T150405")
		},
		"upper": strings.ToUpper,
		"b64": func(name string, _ letter) string {
			text, out := base64.StdEncoding.EncodeToString(run(name)), ""
			for ; len(text) > 76; text = text[76:] {
				out += text[:76] + "\n"
			}
			return out + text
		},
		"qp": func(name string, _ letter) string {
			var out bytes.Buffer
			w := quotedprintable.NewWriter(&out)
			_, _ = w.Write(run(name))
			_ = w.Close()
			return strings.ReplaceAll(out.String(), "\r\n", "\n")
		},
	})
	if _, err := all.ParseFiles(filepath.Join("testdata", name+".eml")); err != nil {
		t.Fatal(err)
	}
	return run(name + ".eml")
}

// gets is a mail that came in by a mailbox; what became of it.
func (w *world) gets(l letter, fixture string) Outcome {
	w.t.Helper()
	return w.takes(mailbox.Mail{Raw: l.write(w.t, fixture)})
}

func (w *world) takes(m mailbox.Mail) Outcome {
	w.t.Helper()
	outcome := got(w.replies.take(w.ctx, m))(w.t)
	if line := w.log.String(); strings.Contains(line, "@") {
		w.t.Errorf("the log names an address: %s", line)
	}
	return outcome
}

func got[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected: %v", err)
		}
		return value
	}
}

// find reads a person anew.
func (w *world) find(name string) (p identity.Person) {
	w.t.Helper()
	w.write(func(tx database.Tx) (err error) {
		p, err = identity.FindIn(tx, w.people[name].ID)
		return err
	})
	return p
}
