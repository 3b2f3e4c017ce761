package letters

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/text"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
	"kring/scheduling/ical"
)

func TestEveryKindHasAComposerAndGoldensInBothLanguages(t *testing.T) {
	table := New(Options{}).Table()
	for _, kind := range append(scheduling.Kinds(), circles.KindLeft, circles.KindCameBack, circles.KindPlaceChanged) {
		if table[kind].Compose == nil {
			t.Errorf("nobody composes %s", kind)
		}
		for _, lang := range []string{text.Dutch, text.English} {
			for _, form := range []string{"txt", "html"} {
				found := got(filepath.Glob("testdata/letters/" + kind + "*." + lang + "." + form))(t)
				if len(found) == 0 {
					t.Errorf("no golden of %s in %s as %s", kind, lang, form)
				}
			}
		}
		delete(table, kind)
	}
	for kind := range table {
		t.Errorf("%s is composed and is no kind", kind)
	}
}

func TestLettersHoldNoGapsAndNoFigureAboutAPerson(t *testing.T) {
	for _, path := range got(filepath.Glob("testdata/letters/*.txt"))(t) {
		content := string(got(os.ReadFile(path))(t))
		for _, wrong := range []string{"…", "{{", "  \n", "%!", "<nil>", "0001", "door door", "  door"} {
			if strings.Contains(content, wrong) {
				t.Errorf("%s holds %q", path, wrong)
			}
		}
	}
}

func TestCalendarFilesCarryNoGuideWeekAndOneGuest(t *testing.T) {
	files := got(filepath.Glob("testdata/letters/*.ics"))(t)
	if len(files) < 20 {
		t.Fatalf("only %d files", len(files))
	}
	for _, path := range files {
		content := string(got(os.ReadFile(path))(t))
		events := strings.Count(content, "BEGIN:VEVENT")
		for _, once := range []string{"ATTENDEE;", "ORGANIZER;CN=De Donderdagen:mailto:kring@kring.example.org", "SUMMARY:", "RSVP=FALSE", "UID:CIRCLE-"} {
			if strings.Count(content, once) != events {
				t.Errorf("%s: %s is not in each of its events", path, once)
			}
		}
		for _, line := range strings.Split(content, "\r\n") {
			if strings.HasPrefix(line, "SUMMARY:") && strings.ContainsAny(line, "0123456789") {
				t.Errorf("%s: a number in the title: %s", path, line)
			}
		}
	}
}

func TestNobodyIsToldWhatIsOver(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		w.until("2017-08-29 11:00")
		void := func(name, kind, why string) {
			t.Helper()
			if m, err := w.compose(name, kind); err == nil {
				t.Errorf("%s: %q is sent", why, m.Subject)
			} else if !strings.Contains(err.Error(), "not sent") {
				t.Errorf("%s: %v", why, err)
			}
		}
		first := w.last("Ben", scheduling.NoticeReminderTwoDays)
		w.says("Ben", "2017-08-31", scheduling.No)
		void("Ben", scheduling.NoticeReminderTwoDays, "who cannot come is reminded")
		w.says("Ben", "2017-08-31", scheduling.Yes)
		if _, err := w.compose("Ben", scheduling.NoticeReminderTwoDays); err != nil {
			t.Errorf("who comes after all: %v", err)
		}
		got(w.calendar.Move(w.ctx, w.as("An"), w.on("2017-08-31").ID, 0, wall.NewDate(2017, 9, 1), wall.At(12, 30), false))(t)
		if _, err := w.letters.Table()[first[0].Kind].Compose(w.ctx, w.person("Ben"), first); err == nil {
			t.Error("a reminder of the old date is sent")
		}
		got(w.calendar.Move(w.ctx, w.as("An"), w.on("2017-09-01").ID, 0, wall.NewDate(2017, 9, 2), wall.At(12, 30), false))(t)
		told := w.last("Ben", scheduling.NoticeDatesChanged)
		m := got(w.letters.Table()[scheduling.NoticeDatesChanged].Compose(w.ctx, w.person("Ben"), told))(t)
		contains(t, m.Body.Text(), "31 augustus", "2 september")

		got(w.registry.Leave(w.ctx, w.as("Els"), w.seat("Els").ID))(t)
		if _, err := w.letters.Table()[scheduling.NoticeDatesChanged].Compose(w.ctx, w.person("Els"), told); err == nil {
			t.Error("who left is told")
		}
		w.until("2017-09-02 11:35")
		w.record("2017-09-02", scheduling.Held)
		void("An", scheduling.NoticeOutcomeQuestion, "asked what was answered")
		got(w.calendar.Pause(w.ctx, w.as("An"), w.circleID, 0, wall.NewDate(2017, 10, 16), false))(t)
		got(w.calendar.Resume(w.ctx, w.as("An"), w.circleID, 0, wall.Date{}, false))(t)
		if len(w.told("An", scheduling.NoticePaused)) != 0 {
			void("An", scheduling.NoticePaused, "a pause that is over")
		}
	})
}

func TestTheTwoListsAreLeftApart(t *testing.T) {
	lists := map[outbox.List]int{}
	for name, k := range New(Options{}).Table() {
		lists[k.List]++
		if (k.List == outbox.Changes) != slices.Contains([]string{
			scheduling.NoticeDatesChanged, scheduling.NoticePaused, scheduling.NoticeReturnSoon, scheduling.NoticeResumed,
			circles.KindPlaceChanged,
		}, name) {
			t.Errorf("%s is on list %q", name, k.List)
		}
	}
	if lists[outbox.Reminders] == 0 || lists[""] == 0 {
		t.Errorf("lists %v", lists)
	}
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		w.until("2017-08-29 11:00")
		m := got(w.compose("Ben", scheduling.NoticeReminderTwoDays))(t)
		token := strings.TrimPrefix(m.UnsubscribeURL, publicURL+"/u/")
		for _, again := range []bool{false, true} {
			pressed := got(w.buttons.Unsubscribe(w.ctx, token))(t)
			if pressed.Again != again {
				t.Errorf("unsubscribed: %+v", pressed)
			}
		}
		if ben := w.person("Ben"); !ben.RemindersOff || ben.ChangesOff || !w.seat("Ben").In() {
			t.Errorf("after one click: %+v", ben)
		}
		_, err := w.buttons.Unsubscribe(w.ctx, w.links.Sign(LinkAnswer, w.on("2017-08-31").ID, w.person("Ben")))
		refusedWith(t, err, "link-unknown")
	})
}

func TestAMessageToTheCircleIsTextAndHasNoAddressForAnswers(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		got(w.calendar.MessageToCircle(w.ctx, w.as("Els"), w.circleID, `<script>alert(1)</script> & "<a href='https://x.example'>x</a>"`))(t)
		m := got(w.compose("An", scheduling.NoticeCircleMessage))(t)
		if html := m.Body.HTML("nl", m.Subject); strings.Contains(html, "<script") || strings.Contains(html, "x.example'>") {
			t.Error("markup of a member reaches the mail")
		}
		if m.ReplyTo != (mail.Address{}) {
			t.Errorf("answers go to %v", m.ReplyTo)
		}
	})
}

func TestARunOffItsRhythmIsStillOneSeries(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		brussels := got(wall.LoadZone("Europe/Brussels"))(t)
		var sessions []scheduling.Session
		for i, date := range []wall.Date{wall.NewDate(2017, 9, 7), wall.NewDate(2017, 9, 21), wall.NewDate(2017, 9, 28)} {
			at, _ := wall.Instant(date, wall.At(12, 30), brussels)
			sessions = append(sessions, scheduling.Session{
				ID: database.NewID(), State: scheduling.Planned, Series: 1, Ordinal: i + 1, StartsAt: at, EndsAt: at.Add(time.Hour), SlotStartsAt: at,
			})
		}
		for _, interval := range []int{7, 14} {
			notice := w.last("An", scheduling.NoticeBegin)
			l := got(w.letters.letter(w.ctx, w.person("An"), notice))(t)
			l.b.Set.Interval, l.b.Sessions = interval, sessions
			events := got(l.run(1, l.instances(1, false)))(t)
			var file bytes.Buffer
			must(t, ical.Write(&file, ical.Calendar{Method: ical.Request, ProductID: productID, Events: events}))
			if len(events) != 1 || strings.Count(file.String(), "EXDATE") != 1 {
				t.Errorf("every %d days: %s", interval, file.String())
			}
		}
	})
}

func TestAPassReadsACircleOnceUntilItChanges(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		pass := w.letters.Pass(w.ctx)
		read := func(ctx context.Context) *scheduling.Dossier { return got(w.letters.dossier(ctx, w.circleID))(t) }
		first := read(pass)
		if read(pass) != first {
			t.Error("an unchanged circle is read twice in a pass")
		}
		if read(w.ctx) == first {
			t.Error("a letter outside a pass is told what was read before")
		}
		w.clock.Advance(time.Microsecond)
		w.says("An", "2017-08-31", scheduling.No)
		if read(pass) == first {
			t.Error("an answer is not seen")
		}
		if _, err := w.letters.dossier(pass, database.NewID()); err == nil {
			t.Error("a circle that is none")
		}
	})
}

func TestTheOverviewIsForFacilitatorsAlone(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		w.until("2017-08-28 08:00")
		told := w.last("Farah", scheduling.NoticeWeeklyOverview)
		compose := w.letters.Table()[scheduling.NoticeWeeklyOverview].Compose
		m := got(compose(w.ctx, w.person("Farah"), told))(t)
		contains(t, m.Body.Text(), "De Donderdagen", "Op dreef", "Aan week 0.")
		if _, err := compose(w.ctx, w.person("An"), told); err == nil || errors.Is(err, context.Canceled) {
			t.Error("a member reads the facilitators' overview")
		}
		for _, name := range []string{"An", "Ben", "Cato"} {
			if strings.Contains(m.Body.Text(), name+" ") {
				t.Errorf("%s is named", name)
			}
		}
	})
}

func TestWhoDidItIsNamedAlsoAfterLeaving(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		got(w.calendar.Skip(w.ctx, w.as("Els"), w.on("2017-09-07").ID, 0, false))(t)
		got(w.registry.Leave(w.ctx, w.as("Els"), w.seat("Els").ID))(t)
		contains(t, got(w.compose("An", scheduling.NoticeDatesChanged))(t).Body.Text(), "door Els")
	})
}
