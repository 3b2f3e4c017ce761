package letters

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/limit"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/signin"
	"kring/internal/testkit"
	"kring/internal/text"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
	"kring/scheduling/health"
	"kring/scheduling/holidays"
)

// world is a database in virtual time: a programme, its facilitator, one circle, and everything that writes letters.
type world struct {
	year      int
	t         testing.TB
	ctx       context.Context
	db        *database.DB
	clock     *clock.Clock
	registry  *circles.Registry
	calendar  *scheduling.Calendar
	watch     *health.Watch
	library   *guides.Library
	texts     *text.Catalog
	links     *identity.Links
	tokens    *identity.Tokens
	signIn    *signin.SignIn
	letters   *Letters
	buttons   *Buttons
	farah     identity.Actor // facilitates
	programme circles.ProgrammeView
	circleID  string
}

// lives runs a life in a bubble of virtual time on each database. It begins on Monday 21 August 2017: a circle of five,
// Thursdays at 12:30 in Brussels from the 31st, An, Cato, Dirk and Els in Brussels, Ben in London.
func lives(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	testkit.URLs(t, func(t *testing.T, url string) {
		synctest.Test(t, func(t *testing.T) { fn(t, newWorld(t, testkit.Open(t, url), 2017)) })
	})
}

func newWorld(t testing.TB, db *database.DB, year int) *world {
	t.Helper()
	w := &world{t: t, year: year, ctx: t.Context(), db: db, clock: clock.System()}
	w.clock.Advance(time.Date(year, 8, 21, 8, 0, 0, 0, time.UTC).Sub(w.clock.Now()))
	w.library = got(guides.Load(guides.Embedded(), guides.Options{}))(t)
	w.texts = got(text.Load(identity.Texts, signin.Texts, circles.Texts, scheduling.Texts, health.Texts, Texts))(t).Strict()
	secrets := got(identity.ParseSecrets(strings.Repeat("s", 32)))(t)
	w.links, w.tokens = identity.NewLinks(secrets), identity.NewTokens(db, w.clock, secrets)
	w.registry = circles.NewRegistry(circles.Options{DB: db, Clock: w.clock, Guides: w.library, Calendars: holidays.Keys()})
	w.calendar = scheduling.New(scheduling.Options{DB: db, Clock: w.clock, Guides: w.library})
	w.watch = health.New(health.Options{DB: db, Clock: w.clock, Guides: w.library})
	seats := circles.NewLetters(circles.LettersOptions{
		DB: db, Clock: w.clock, Guides: w.library, Texts: w.texts, Links: w.links, PublicURL: publicURL,
	})
	w.letters = New(Options{
		DB: db, Clock: w.clock, Calendar: w.calendar, Watch: w.watch, Circles: seats, Texts: w.texts, Links: w.links,
		PublicURL: publicURL, From: mail.Address{Name: "Kring", Mailbox: "kring@kring.example.org"},
	})
	w.signIn = signin.New(signin.Options{
		DB: db, Clock: w.clock, Texts: w.texts, Secrets: secrets, Links: w.links, Limits: limit.New(secrets, 0),
		PublicURL: publicURL, Log: slog.New(slog.DiscardHandler),
	})
	w.buttons = NewButtons(ButtonsOptions{
		DB: db, Clock: w.clock, Circles: w.registry, Calendar: w.calendar, Watch: w.watch, Guides: w.library, Texts: w.texts,
		Links: w.links, Tokens: w.tokens, SignIn: w.signIn, PublicURL: publicURL,
	})
	w.open()
	return w
}

const publicURL = "https://kring.example.org"

// open opens the programme and the circle; everybody accepts.
func (w *world) open() {
	w.t.Helper()
	w.farah = identity.Actor{PersonID: w.somebody("Farah Faber", "Europe/Brussels").ID}
	owner := w.farah
	owner.Owner = true
	w.programme = got(w.registry.OpenProgramme(w.ctx, owner, circles.ProgrammeDraft{
		Name: "Najaar", Purpose: "Leren van elkaar", GuideSet: "wol", Language: "nl", Zone: "Europe/Brussels", Holidays: "be",
		HourReminder: true, Breaks: []circles.Break{
			{Kind: circles.BreakWeeks, Name: "Herfstvakantie", FromOn: wall.NewDate(w.year, 10, 30), UntilOn: wall.NewDate(w.year, 11, 5)},
		},
	}))(w.t)
	slot := wall.Slot{Weekday: time.Thursday, At: wall.At(12, 30), Zone: "Europe/Brussels"}
	draft := circles.CircleDraft{
		ProgrammeID: w.programme.ID, Name: "De Donderdagen", Slot: &slot, Seats: 6, StartsOn: wall.NewDate(w.year, 8, 31),
		VideoLink: "https://meet.example.org/donderdag", LookedAfterBy: w.farah.PersonID,
	}
	for _, name := range []string{"An Adams", "Ben Brown", "Cato Claes", "Dirk Dumont", "Els Engels"} {
		zone := "Europe/Brussels"
		if name == "Ben Brown" {
			zone = "Europe/London"
		}
		p := w.somebody(name, zone)
		draft.Members = append(draft.Members, circles.Invitee{Name: name, Email: p.Email, LetterLanguage: "nl"})
	}
	w.circleID = got(w.registry.OpenCircle(w.ctx, w.farah, draft))(w.t).ID
	for _, m := range w.seats() {
		got(w.registry.AcceptSeat(w.ctx, actorOf(m), m.ID))(w.t)
	}
}

func actorOf(m circles.Member) identity.Actor { return identity.Actor{PersonID: m.PersonID} }

// begin begins the circle.
func (w *world) begin() {
	w.t.Helper()
	got(w.calendar.Begin(w.ctx, w.farah, w.circleID, 0, scheduling.BeginDraft{}, false))(w.t)
}

// asksNobody begins the circle, which does not want to be asked a day ahead whether a session goes ahead.
func (w *world) asksNobody() {
	w.t.Helper()
	off := false
	got(w.registry.PatchCircle(w.ctx, w.farah, w.circleID, 0, circles.CirclePatch{GoNoGo: &off}))(w.t)
	w.begin()
}

func (w *world) somebody(name, zone string) identity.Person {
	w.t.Helper()
	var p identity.Person
	email := strings.ToLower(strings.Fields(name)[0]) + "@example.org"
	w.write(func(tx database.Tx) (err error) {
		p, err = identity.EnsureIn(tx, w.clock.Now(), identity.Person{Email: email, Name: name, LetterLanguage: "nl", Zone: zone})
		if err == nil {
			p, err = identity.ConfirmAddressIn(tx, w.clock.Now(), p.ID)
		}
		return err
	})
	return p
}

func (w *world) write(fn func(tx database.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.ctx, fn); err != nil {
		w.t.Fatalf("unexpected: %v", err)
	}
}

func (w *world) seats() (seats []circles.Member) {
	w.t.Helper()
	w.write(func(tx database.Tx) (err error) {
		seats, err = circles.SeatsIn(tx, w.circleID)
		return err
	})
	return seats
}

// person is somebody by first name.
func (w *world) person(name string) (p identity.Person) {
	w.t.Helper()
	w.write(func(tx database.Tx) (err error) {
		p, err = identity.ByEmailIn(tx, strings.ToLower(name)+"@example.org")
		return err
	})
	return p
}

func (w *world) as(name string) identity.Actor { return identity.Actor{PersonID: w.person(name).ID} }

func (w *world) seat(name string) circles.Member {
	w.t.Helper()
	id := w.person(name).ID
	seats := w.seats()
	for i := len(seats) - 1; i >= 0; i-- {
		if seats[i].PersonID == id {
			return seats[i]
		}
	}
	w.t.Fatalf("%s has no seat", name)
	return circles.Member{}
}

// until lets time go on to the instant, with passes at every moment at which something is due.
func (w *world) until(instant string) {
	w.t.Helper()
	end := got(time.Parse("2006-01-02 15:04", instant))(w.t).UTC()
	for {
		now := w.clock.Now()
		_, next, err := w.calendar.QueueDue(w.ctx, now)
		must(w.t, err)
		_, expiry, err := w.registry.Expire(w.ctx, now)
		must(w.t, err)
		_, check, err := w.watch.Review(w.ctx, now)
		must(w.t, err)
		_, week, err := w.watch.QueueOverviews(w.ctx, now)
		must(w.t, err)
		for _, other := range []time.Time{expiry, check, week} {
			if !other.IsZero() && (next.IsZero() || other.Before(next)) {
				next = other
			}
		}
		if next.IsZero() || next.After(end) {
			w.clock.Advance(end.Sub(now))
			return
		}
		w.clock.Advance(max(next.Sub(now), time.Millisecond))
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected: %v", err)
	}
}

// on is the session on a date in Brussels.
func (w *world) on(date string) scheduling.SessionView {
	w.t.Helper()
	brussels := got(wall.LoadZone("Europe/Brussels"))(w.t)
	for _, s := range got(w.calendar.Sessions(w.ctx, w.as("An"), w.circleID))(w.t) {
		if s.On(brussels).String() == date {
			return s
		}
	}
	w.t.Fatalf("no session on %s", date)
	return scheduling.SessionView{}
}

func (w *world) record(date string, outcome scheduling.State) {
	w.t.Helper()
	got(w.calendar.RecordOutcome(w.ctx, w.as("An"), w.on(date).ID, outcome))(w.t)
}

func (w *world) says(name, date string, answer scheduling.Answer) {
	w.t.Helper()
	got(w.calendar.Answer(w.ctx, w.as(name), w.on(date).ID, answer))(w.t)
}

// told are the notices of a kind that wait to be told to somebody, newest last.
func (w *world) told(name, kind string) []outbox.Notice {
	w.t.Helper()
	var rows []struct {
		ID, PersonID, Kind, Key                     string
		ProgrammeID, CircleID, SessionID, SubjectID *string
		HoldUntil                                   time.Time
		UsefulUntil                                 *time.Time
	}
	must(w.t, w.db.Read(w.ctx, func(tx database.Tx) error {
		return tx.Gorm().Raw(`select * from notices where state = 'waiting' and person_id = ? and kind = ? order by hold_until, id`,
			w.person(name).ID, kind).Scan(&rows).Error
	}))
	var out []outbox.Notice
	for _, r := range rows {
		n := outbox.Notice{ID: r.ID, PersonID: r.PersonID, Kind: r.Kind, Key: r.Key, HoldUntil: r.HoldUntil}
		n.ProgrammeID, n.CircleID, n.SessionID, n.SubjectID = of(r.ProgrammeID), of(r.CircleID), of(r.SessionID), of(r.SubjectID)
		if r.UsefulUntil != nil {
			n.UsefulUntil = *r.UsefulUntil
		}
		out = append(out, n)
	}
	return out
}

// sent lets every letter go that waits: what changes next is told by another.
func (w *world) sent() {
	w.t.Helper()
	w.write(func(tx database.Tx) error {
		return tx.Gorm().Exec("update notices set state = 'lapsed' where state = 'waiting' and kind <> 'reminder_two_days'").Error
	})
}

func of(id *string) string {
	if id == nil {
		return ""
	}
	return *id
}

// last is the newest notices of kinds to somebody, each the newest of its kind.
func (w *world) last(name string, kinds ...string) []outbox.Notice {
	w.t.Helper()
	var out []outbox.Notice
	for _, kind := range kinds {
		told := w.told(name, kind)
		if len(told) == 0 {
			w.t.Fatalf("%s is not told %s", name, kind)
		}
		out = append(out, told[len(told)-1])
	}
	return out
}

// golden holds the letter of the newest notices of the kinds to somebody against its files, in both languages.
func (w *world) golden(file, name string, kinds ...string) {
	w.t.Helper()
	notices := w.last(name, kinds...)
	for _, lang := range []string{text.Dutch, text.English} {
		person := w.person(name)
		person.LetterLanguage = lang
		m, err := w.letters.Table()[notices[0].Kind].Compose(w.ctx, person, notices)
		if err != nil {
			w.t.Fatalf("%s in %s: %v", file, lang, err)
		}
		if m.Subject == "" || len(m.Body.Blocks) == 0 {
			w.t.Errorf("%s in %s is empty", file, lang)
		}
		testkit.Golden(w.t, "letters/"+file+"."+lang+".txt", w.scrub(head(m)+m.Body.Text()))
		testkit.Golden(w.t, "letters/"+file+"."+lang+".html", w.scrub(m.Body.HTML(lang, m.Subject)))
		for _, c := range m.Calendars {
			testkit.Golden(w.t, "letters/"+file+"."+lang+"."+c.Name, w.scrub(string(c.Body)))
		}
	}
}

func head(m mail.Message) string {
	out := "Subject: " + m.Subject + "\nReply-To: " + m.ReplyTo.Name + "\n"
	if m.UnsubscribeURL != "" {
		out += "List-Unsubscribe: " + m.UnsubscribeURL + "\n"
	}
	for _, c := range m.Calendars {
		out += "Calendar: " + c.Name + " " + c.Method + "\n"
	}
	return out + "\n"
}

// scrub takes out what differs from run to run: tokens hold ids.
func (w *world) scrub(content string) []byte {
	content = strings.ReplaceAll(content, "\r\n ", "")
	content = strings.ReplaceAll(content, w.circleID, "CIRCLE")
	return regexp.MustCompile(`/([lu])/[A-Za-z0-9_-]{60,}`).ReplaceAll([]byte(content), []byte("/$1/TOKEN"))
}

// compose composes the newest notice of a kind to somebody.
func (w *world) compose(name, kind string) (mail.Message, error) {
	w.t.Helper()
	notices := w.last(name, kind)
	return w.letters.Table()[kind].Compose(w.ctx, w.person(name), notices)
}

// got ends the test on an error: got(call())(t).
func got[T any](value T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected: %v", err)
		}
		return value
	}
}

func contains(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("want %q in:\n%s", w, text)
		}
	}
}
