package scheduling

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/outbox"
	"kring/internal/testkit"

	"kring/circles"
	"kring/scheduling/ical"
)

// records are those of the rooms up to this one.
func (w *world) records() *identity.Records {
	w.t.Helper()
	secrets := got(identity.ParseSecrets(strings.Repeat("s", 32)))(w.t)
	tokens := identity.NewTokens(w.db, w.clock, secrets)
	return identity.NewRecords(w.db, w.clock, w.calendar.Part(), w.registry.Part(), outbox.Part(), tokens.Part())
}

func (w *world) erase(actor identity.Actor) {
	w.t.Helper()
	actor.SignInID = database.NewID()
	if err := w.records().Erase(w.ctx, actor, false); err != nil {
		w.t.Fatalf("unexpected: %v", err)
	}
}

func (w *world) answers(date string, viewer identity.Actor) Tally {
	w.t.Helper()
	return got(w.calendar.Session(w.ctx, viewer, w.on(date).ID))(w.t).Answers
}

func TestWhatSomebodyErasedSaidStillCounts(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		anke, bert, cleo := w.member(0), w.member(1), w.member(2)
		first, second := w.on("2018-02-20"), w.on("2018-02-27")
		got(w.calendar.Answer(w.ctx, anke, first.ID, Unsure))(t)
		got(w.calendar.Answer(w.ctx, bert, first.ID, No))(t)
		got(w.calendar.Answer(w.ctx, anke, second.ID, No))(t)
		got(w.calendar.SetAbsences(w.ctx, cleo, w.circleID, []Span{{FromOn: day(t, "2018-02-19"), UntilOn: day(t, "2018-03-01")}}))(t)
		got(w.calendar.MessageToCircle(w.ctx, anke, w.circleID, "Tot dinsdag!"))(t)
		w.until("2018-02-21T08:00:00Z") // over, and answered by name until the 27th
		w.record("2018-02-20", Held)
		before := w.answers("2018-02-20", w.facilitator)
		if before != (Tally{No: 2, Unsure: 1, Silent: 2}) {
			t.Fatalf("before %+v", before)
		}
		w.erase(anke)
		w.erase(cleo)
		if after := w.answers("2018-02-20", w.facilitator); after.No != 2 || after.Unsure != 1 {
			t.Errorf("after %+v", after)
		}
		named := got(w.calendar.Session(w.ctx, bert, first.ID))(t).ByName
		if len(named) != 3 || named[0].Answer != No {
			t.Errorf("by name %+v", named)
		}
		if coming := w.answers("2018-02-27", w.facilitator); coming != (Tally{Silent: 3}) {
			t.Errorf("of a session to come %+v", coming)
		}
		w.until("2018-02-28T12:00:00Z")
		if after := w.answers("2018-02-20", w.facilitator); after.No != 2 || after.Unsure != 1 || after.Yes != 0 {
			t.Errorf("with all names forgotten %+v", after)
		}
		counts := testkit.Counts(t, w.db)
		if counts["answers"]+counts["absences"]+counts["circle_messages"] != 0 {
			t.Errorf("left are %v", counts)
		}
	})
}

// Who is erased while the names are forgotten counts once, whoever is first.
func TestErasingWhileNamesAreForgotten(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		w := newWorldToday(t, db)
		got(w.calendar.Begin(w.ctx, w.facilitator, w.circleID, 0, BeginDraft{}, false))(t)
		anke := w.member(0)
		s := w.course().sessions[0]
		got(w.calendar.Answer(w.ctx, anke, s.ID, Yes))(t)
		got(w.calendar.Answer(w.ctx, w.member(1), s.ID, No))(t)
		w.clock.Advance(s.EndsAt.Add(NamesKept + time.Hour).Sub(w.clock.Now()))
		records := w.records()
		var both sync.WaitGroup
		both.Go(func() {
			actor := identity.Actor{PersonID: anke.PersonID, SignInID: database.NewID()}
			if err := records.Erase(w.ctx, actor, false); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			if _, _, err := w.calendar.Forget(w.ctx, w.clock.Now()); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		if _, _, err := w.calendar.Forget(w.ctx, w.clock.Now()); err != nil { // what was locked the first time
			t.Fatal(err)
		}
		if now := w.course().sessions[0]; now.SaidYes == nil || *now.SaidYes != 1 || *now.SaidNo != 1 {
			t.Errorf("counted %v and %v", now.SaidYes, now.SaidNo)
		}
	})
}

func TestTheCircleGoesOnWithoutHer(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.until("2018-02-21T08:00:00Z")
		anke := identity.Actor{PersonID: ""}
		seat := ""
		for _, m := range w.course().members {
			if next := w.on("2018-02-27"); next.hosts(m.ID) {
				anke.PersonID, seat = m.PersonID, m.ID
			}
		}
		w.forgetNotices()
		w.erase(anke)
		w.until("2018-02-21T12:00:00Z")
		if s := w.on("2018-02-27"); s.HostID == nil || s.hosts(seat) {
			t.Errorf("led by %v", s.HostID)
		}
		for _, n := range w.notices() {
			if n.PersonID == anke.PersonID {
				t.Errorf("somebody erased is told %s", n.Kind)
			}
		}
		got(w.calendar.Session(w.ctx, w.facilitator, w.on("2018-02-27").ID))(t)
		w.until("2018-03-14T12:00:00Z")
	})
}

func TestExportOfDates(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		anke, bert := w.member(0), w.member(1)
		s := w.on("2018-02-20")
		got(w.calendar.Answer(w.ctx, anke, s.ID, No))(t)
		got(w.calendar.Answer(w.ctx, bert, s.ID, Yes))(t)
		got(w.calendar.SetAbsences(w.ctx, anke, w.circleID, []Span{{FromOn: day(t, "2018-03-05"), UntilOn: day(t, "2018-03-07")}}))(t)
		got(w.calendar.MessageToCircle(w.ctx, anke, w.circleID, "Tot dinsdag!"))(t)
		got(w.calendar.MessageToCircle(w.ctx, bert, w.circleID, "Geen zin"))(t)
		got(w.calendar.Cancel(w.ctx, anke, w.on("2018-03-06").ID, 0, false))(t)
		all := got(w.records().Export(w.ctx, identity.Actor{PersonID: anke.PersonID}))(t)
		e := all["dates"].(Export)
		if len(e.Answers) != 1 || e.Answers[0].Answer != No || e.Answers[0].Circle != "De kring" || !e.Answers[0].StartsAt.Equal(s.StartsAt) {
			t.Errorf("answers %+v", e.Answers)
		}
		if len(e.Absences) != 1 || e.Absences[0].UntilOn != day(t, "2018-03-07") || len(e.Messages) != 1 || e.Messages[0].Body != "Tot dinsdag!" {
			t.Errorf("absences %+v, messages %+v", e.Absences, e.Messages)
		}
		if len(e.Told) < 13 || len(e.Sessions) != len(w.course().sessions) || e.Sessions[0].Local != "2018-02-20 12:30" {
			t.Errorf("told %d, sessions %+v", len(e.Told), e.Sessions)
		}
		window := ical.Window{From: s.StartsAt.Add(-time.Hour), Until: s.StartsAt.AddDate(1, 0, 0), Zone: time.UTC}
		if found, report, err := ical.Read(strings.NewReader(e.Calendar), window); err != nil || len(found) == 0 {
			t.Errorf("read %d entries, %+v, %v", len(found), report, err)
		}
		if strings.Count(e.Calendar, "BEGIN:VEVENT") != len(e.Sessions) || strings.Count(e.Calendar, "STATUS:CANCELLED") != 1 {
			t.Errorf("the calendar is\n%s", e.Calendar)
		}
		text, _ := json.Marshal(all)
		if strings.Contains(string(text), "Geen zin") || strings.Contains(string(text), bert.PersonID) {
			t.Errorf("somebody else is in %s", text)
		}
	})
}

func TestSessionsOfOneselfAreThoseWhileOneWasIn(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		anke := w.member(0)
		var own circles.Member
		for _, m := range w.course().members {
			if m.PersonID == anke.PersonID {
				own = m
			}
		}
		w.until("2018-03-01T08:00:00Z")
		got(w.registry.Leave(w.ctx, anke, own.ID))(t)
		later := "https://video.example.org/later"
		got(w.registry.PatchCircle(w.ctx, w.member(1), w.circleID, 0, circles.CirclePatch{VideoLink: &later, Venue: &later}))(t)
		out := got(w.records().Export(w.ctx, anke))(t)["dates"].(Export)
		if len(out.Sessions) != 2 {
			t.Errorf("%+v", out.Sessions)
		}
		if strings.Contains(strings.ReplaceAll(out.Calendar, "\r\n ", ""), later) {
			t.Errorf("who left has the new door: %s", out.Calendar)
		}
	})
}
