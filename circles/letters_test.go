package circles

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/outbox"
	"kring/internal/testkit"
	"kring/internal/text"
	"kring/internal/wall"
)

// told are the notices of a kind that were asked for, oldest first; of any kind for "".
func (w *world) told(kind string) []outbox.Notice {
	w.t.Helper()
	var found []outbox.Notice
	query := "select person_id, kind, key, subject_id, circle_id from notices where state = 'waiting' and (kind = ? or ? = '') order by id"
	if err := w.db.Read(w.ctx, func(tx database.Tx) error { return tx.Gorm().Raw(query, kind, kind).Scan(&found).Error }); err != nil {
		w.t.Fatal(err)
	}
	return found
}

func (w *world) letters() *Letters {
	w.t.Helper()
	texts := got(text.Load(identity.Texts, Texts))(w.t)
	return NewLetters(LettersOptions{
		DB: w.db, Clock: w.clock, Guides: w.registry.choose.guides, Texts: texts, Links: identity.NewLinks(w.secrets()),
		PublicURL: "https://kring.example.org/",
	})
}

func TestLettersInBothLanguages(t *testing.T) {
	url := testkit.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, testkit.Open(t, url))
		w.clock.Advance(time.Date(2026, 8, 17, 10, 0, 0, 0, time.UTC).Sub(w.clock.Now()))
		letters := w.letters()
		for name, notice := range w.story() {
			for _, lang := range []string{text.Dutch, text.English} {
				person := w.person(notice.PersonID)
				person.LetterLanguage = lang
				message := got(letters.Table()[notice.Kind].Compose(w.ctx, person, []outbox.Notice{notice}))(t)
				content := "Subject: " + message.Subject + "\nReply-To: " + message.ReplyTo.Name + "\n\n" + message.Body.Text()
				testkit.Golden(t, "letters/"+name+"."+lang+".txt", scrub(content))
				testkit.Golden(t, "letters/"+name+"."+lang+".html", scrub(message.Body.HTML(lang, message.Subject)))
			}
			w.void(notice.Kind)
		}
	})
}

// scrub takes out what differs from run to run: tokens hold ids.
func scrub(content string) []byte {
	return regexp.MustCompile(`/l/[A-Za-z0-9_-]+`).ReplaceAll([]byte(content), []byte("/l/TOKEN"))
}

func (w *world) void(kind string) {
	w.write(func(tx database.Tx) error { return tx.Gorm().Exec("delete from notices where kind = ?", kind).Error })
}

// story answers, one by one, each letter of the room at a moment when it is due.
func (w *world) story() func(yield func(string, outbox.Notice) bool) {
	slot := tuesday
	members := []Invitee{
		{Name: "An Adams", Email: "an@example.org", LetterLanguage: "nl"},
		{Name: "Ben Brown", Email: "ben@example.org", LetterLanguage: "en"},
		{Name: "Cato Claes", Email: "cato@example.org", LetterLanguage: "nl"},
	}
	draft := func(name, circleID string) ApplicationDraft {
		d := w.application(circleID)
		d.Name, d.Email = name, strings.ToLower(strings.Fields(name)[0])+"@example.org"
		return d
	}
	return func(yield func(string, outbox.Notice) bool) {
		next := func(name, kind string) bool {
			told := w.told(kind)
			if len(told) == 0 {
				w.t.Fatalf("nobody is told %s", kind)
			}
			return yield(name, told[len(told)-1])
		}
		a, actor := w.applied(draft("Dirk Dumont", ""))
		if !next("confirm-application", KindConfirmApplication) {
			return
		}
		got(w.registry.ConfirmApplication(w.ctx, actor, a.ID))(w.t)
		w.later(25 * time.Hour)
		got(w.registry.Apply(w.ctx, w.programme.ID, draft("Dirk Dumont", "")))(w.t)
		if !next("already-signed-up", KindAlreadySignedUp) {
			return
		}
		got(w.registry.InviteFacilitator(w.ctx, w.facilitator, w.programme.ID, FacilitatorDraft{
			Name: "Gust Gielen", Email: "gust@example.org", LetterLanguage: "nl",
		}))(w.t)
		if !next("facilitator-invited", KindFacilitatorInvited) {
			return
		}
		view := got(w.registry.OpenCircle(w.ctx, w.facilitator, CircleDraft{
			ProgrammeID: w.programme.ID, Name: "De dinsdagen", Slot: &slot, StartsOn: wall.NewDate(2026, 9, 1), Seats: 4,
			SeatsOpen: true, Members: members, Venue: "Bibliotheek, zaal 2", VideoLink: "https://meet.example.org/dinsdag",
		}))(w.t)
		seats := w.seats(view.ID)
		if !next("seat-offered-invited", KindSeatOffered) {
			return
		}
		got(w.registry.AcceptSeat(w.ctx, actorOf(seats[0]), seats[0].ID))(w.t)
		got(w.registry.AcceptSeat(w.ctx, actorOf(seats[1]), seats[1].ID))(w.t)
		if !next("seat-accepted", KindSeatAccepted) {
			return
		}
		got(w.registry.AcceptSeat(w.ctx, actorOf(seats[2]), seats[2].ID))(w.t)
		w.void(KindSeatAccepted)
		w.later(25 * time.Hour)
		got(w.registry.Apply(w.ctx, w.programme.ID, draft("Dirk Dumont", view.ID)))(w.t)
		if !next("confirm-seat", KindConfirmApplication) {
			return
		}
		held := got(w.registry.AskSeat(w.ctx, actor, view.ID))(w.t)
		w.moveToLondon(actor.PersonID)
		if !next("seat-offered-held", KindSeatOffered) || !next("seat-asked", KindSeatAsked) {
			return
		}
		w.waiting(draft("Els Engels", view.ID))
		if !next("seat-waiting", KindSeatWaiting) {
			return
		}
		got(w.registry.DeclineSeat(w.ctx, actorOf(seats[0]), held.ID, false))(w.t)
		if !next("seat-declined", KindSeatDeclined) {
			return
		}
		got(w.registry.Leave(w.ctx, actorOf(seats[2]), seats[2].ID))(w.t)
		if !next("left", KindLeft) {
			return
		}
		els := w.seats(view.ID)[4]
		c := w.began(w.see(view.ID), 5)
		got(w.registry.AcceptSeat(w.ctx, actorOf(els), els.ID))(w.t)
		if !next("seat-accepted-late", KindSeatAccepted) || !next("join-proposed", KindJoinProposed) {
			return
		}
		w.propose(c, Proposal{Kind: MotionEnd, MemberID: seats[0].ID, Reason: EndNoTime, Text: "De agenda's lopen te vol."})
		if !next("end-proposed", KindEndProposed) {
			return
		}
		open := got(w.registry.Motions(w.ctx, actorOf(seats[0]), c.ID))(w.t)
		got(w.registry.Object(w.ctx, actorOf(seats[1]), open[0].ID))(w.t)
		w.propose(c, Proposal{Kind: MotionComplete, MemberID: seats[0].ID})
		next("complete-proposed", KindCompleteProposed)
	}
}

// A seat is taken, the circle begins, and only then the letter is put together: by then there is no beginning to wait
// for, and the dates come in a letter of their own.
func TestASeatTakenJustBeforeTheBeginningIsToldOneTrueThing(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(4)
		told := w.told(KindSeatAccepted)
		next := func() []string {
			var both []string
			for _, lang := range []string{text.Dutch, text.English} {
				person := w.person(told[0].PersonID)
				person.LetterLanguage = lang
				message := got(w.letters().Table()[KindSeatAccepted].Compose(w.ctx, person, told[:1]))(t)
				both = append(both, strings.Join(strings.Fields(message.Body.Text()), " "))
			}
			return both
		}
		for i, waits := range []string{"Zodra de cirkel begint", "As soon as the circle starts"} {
			if said := next()[i]; !strings.Contains(said, waits) {
				t.Errorf("before the beginning:\n%s", said)
			}
		}
		w.began(c, 0)
		for i, words := range [][2]string{{"Zodra de cirkel begint", "De cirkel is begonnen"}, {"As soon as", "The circle has started"}} {
			if said := next()[i]; strings.Contains(said, words[0]) || !strings.Contains(said, words[1]) {
				t.Errorf("after the beginning:\n%s", said)
			}
		}
	})
}

func (w *world) propose(c Circle, p Proposal) {
	w.t.Helper()
	w.write(func(tx database.Tx) error { _, err := ProposeIn(tx, w.clock.Now(), c, p); return err })
}

// moveToLondon makes somebody's wall show another time than the circle's.
func (w *world) moveToLondon(personID string) {
	w.t.Helper()
	w.write(func(tx database.Tx) error {
		_, err := identity.PatchIn(tx, w.clock.Now(), personID, 0, identity.Patch{Zone: ptr("Europe/London")})
		return err
	})
}

func TestAStrangersAddressGetsOneFixedLetterADay(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		second := got(w.registry.OpenProgramme(w.ctx, w.facilitator, w.draft()))(t)
		draft := w.application("")
		draft.Name = "KOOP NU GOEDKOOP"
		for range 3 {
			got(w.registry.Apply(w.ctx, w.programme.ID, draft))(t)
			got(w.registry.Apply(w.ctx, second.ID, draft))(t)
		}
		told := w.told("")
		if len(told) != 1 || told[0].Kind != KindConfirmApplication {
			t.Fatalf("told %+v", told)
		}
		person := w.person(told[0].PersonID)
		message := got(w.letters().Table()[told[0].Kind].Compose(w.ctx, person, told))(t)
		if all := message.Subject + message.Body.Text(); strings.Contains(all, "KOOP") {
			t.Errorf("the letter says what was typed:\n%s", all)
		}
		w.later(letterEvery)
		got(w.registry.Apply(w.ctx, w.programme.ID, draft))(t)
		if told := w.told(""); len(told) != 2 {
			t.Errorf("the next day: %d letters", len(told))
		}
	})
}

func TestNobodyIsToldWhatIsOver(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		letters := w.letters()
		compose := func(n outbox.Notice) error {
			_, err := letters.Table()[n.Kind].Compose(w.ctx, w.person(n.PersonID), []outbox.Notice{n})
			return err
		}
		c, seats := w.circle(4)
		done, actor := w.waiting(w.application(c.ID))
		offered := w.told(KindSeatOffered)
		asked := w.told(KindSeatAsked)
		if len(asked) != 4 {
			t.Fatalf("%d members are told that somebody asks", len(asked))
		}
		last := offered[len(offered)-1]
		if err := compose(last); err != nil {
			t.Error(err)
		}
		got(w.registry.AcceptSeat(w.ctx, actor, done.Seat.ID))(t)
		if err := compose(last); err == nil {
			t.Error("a seat that is taken is offered")
		}
		if err := compose(asked[0]); err == nil {
			t.Error("members are asked about somebody who is in")
		}
		got(w.registry.Leave(w.ctx, actorOf(seats[0]), seats[0].ID))(t)
		for _, n := range w.told("") {
			if n.PersonID == seats[0].PersonID && n.Kind != KindLeft {
				t.Errorf("who left is told %s", n.Kind)
			}
		}
		if err := compose(outbox.Notice{Kind: KindSeatOffered, PersonID: seats[1].PersonID, SubjectID: database.NewID()}); err == nil || fault.IsKind(err, fault.NotFound) {
			t.Errorf("a seat that is gone: %v", err)
		}
	})
}

func TestEveryCodeHasASentenceInBothLanguages(t *testing.T) {
	texts := got(text.Load(identity.Texts, Texts))(t)
	for _, reason := range EndReasons() {
		if !texts.Has("end_reason." + string(reason)) {
			t.Errorf("end reason %s has no words", reason)
		}
	}
	for _, code := range slices.Concat(codesIn(t, `(?:conflict|New\(fault\.\w+,) ?\(?"([a-z-]+)"`, "problem."), codesIn(t, `v?\.?Add\([^"\n]*(?:"[^"]*")?[^"\n]*, "([a-z-]+[a-z])"`, "violation.")) {
		if !texts.Has(code) {
			t.Errorf("%s has no sentence", code)
		}
	}
}

// codesIn are the codes that this room's source names, with the prefix of their sentences.
func codesIn(t *testing.T, pattern, prefix string) []string {
	t.Helper()
	var codes []string
	for _, name := range got(filepath.Glob("*.go"))(t) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, found := range regexp.MustCompile(pattern).FindAllSubmatch(got(os.ReadFile(name))(t), -1) {
			codes = append(codes, prefix+string(found[1]))
		}
	}
	if len(codes) < 10 {
		t.Fatalf("only %d codes found", len(codes))
	}
	return codes
}
