package busy

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/fetch"
	"kring/internal/identity"
	"kring/internal/text"

	"kring/circles"
	"kring/scheduling/ical"
)

func TestBusyTimesAreReadOfACalendarAndNothingElse(t *testing.T) {
	worlds(t, func(w *world) {
		own := strings.ReplaceAll(w.at(12), "@example.com", "@kring.example.org") + strings.ReplaceAll(w.at(13), "@example.com", "@kring")
		w.server.says(w.at(9, "SUMMARY:Bij de tandarts", "LOCATION:Gent"), w.at(10), own, w.at(14, "TRANSP:TRANSPARENT"), w.at(15, "STATUS:CANCELLED"), w.at(24*200))
		w.named(w.address())
		if n := w.refreshed(); n != 1 {
			t.Errorf("%d calendars read", n)
		}
		if got := w.busy(w.day()); got != "9h0m0s+2h0m0s" {
			t.Errorf("busy at %s", got)
		}
		shown := w.shown()
		if shown.Host != "example.com" || shown.Failure != "" || shown.ReadAt == nil || shown.TriedAt == nil || shown.Intervals != 1 {
			t.Errorf("shown %+v", shown)
		}
		if n := w.refreshed(); n != 0 || w.server.times() != 1 {
			t.Errorf("read again at once: %d, asked %d times", n, w.server.times())
		}
		if next := w.row().NextCheckAt.Sub(w.clock.Machine()); next < every*8/10 || next > every*12/10 {
			t.Errorf("to be read again in %v", next)
		}
	})
}

func TestOfTheDatabaseAloneNobodyReadsACalendar(t *testing.T) {
	worlds(t, func(w *world) {
		w.named(w.address())
		if kept := w.row().Address; strings.Contains(kept, "secret-word") || strings.Contains(kept, "example") {
			t.Errorf("kept as %s", kept)
		}
		if host := w.with("fedcba9876543210fedcba9876543210,0123456789abcdef0123456789abcdef").locks.host(w.row()); host != "example.com" {
			t.Errorf("with a newer secret beside: %q", host)
		}
		elsewhere := w.row()
		elsewhere.PersonID = database.NewID()
		if address, open := w.locks.open(elsewhere); open {
			t.Errorf("in another's row it opens: %s", address)
		}
		w.Calendars = w.with("fedcba9876543210fedcba9876543210")
		w.refreshed()
		if shown := w.shown(); shown.Failure != AddressLost || shown.Host != "" || w.row().NextCheckAt != nil {
			t.Errorf("without the secret: %+v", shown)
		}
	})
}

func TestACalendarIsAskedWhetherItChangedAndReadInWholeEachWeek(t *testing.T) {
	worlds(t, func(w *world) {
		w.server.says(w.at(9))
		w.named(w.address())
		w.refreshed()
		w.server.answers(func(rw http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") == `"a"` {
				rw.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = rw.Write([]byte("BEGIN:VCALENDAR\r\n" + w.at(11) + "END:VCALENDAR\r\n"))
		})
		w.due()
		if w.refreshed(); w.busy(w.day()) != "9h0m0s+1h0m0s" || w.shown().Failure != "" {
			t.Errorf("unchanged: busy at %s, %+v", w.busy(w.day()), w.shown())
		}
		w.due()
		w.change(map[string]any{"read_at": w.clock.Machine().Add(-anew)})
		if w.refreshed(); w.busy(w.day()) != "11h0m0s+1h0m0s" {
			t.Errorf("a week later: busy at %s", w.busy(w.day()))
		}
	})
}

func TestWhatIsWrongIsSaidAndNothingIsLost(t *testing.T) {
	worlds(t, func(w *world) {
		w.server.says(w.at(9))
		w.named(w.address())
		w.refreshed()
		status := func(code int) http.HandlerFunc {
			return func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(code) }
		}
		for _, c := range []struct {
			answer http.HandlerFunc
			want   string
		}{
			{status(404), fetch.NotFound},
			{status(401), fetch.NeedsSignIn},
			{status(500), fetch.Unreachable},
			{func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("<html>Sign in</html>")) }, NotACalendar},
			{func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write(make([]byte, ical.MaxBytes+1)) }, fetch.TooLarge},
			{func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(rw, r, "https://"+"127.0.0.1/", http.StatusFound)
			}, fetch.Private},
			{func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(rw, r, "http://example.com/", http.StatusFound)
			}, fetch.Astray},
		} {
			w.server.answers(c.answer)
			w.due()
			if w.refreshed(); w.shown().Failure != c.want || w.busy(w.day()) != "9h0m0s+1h0m0s" {
				t.Errorf("%s instead of %s; busy at %s", w.shown().Failure, c.want, w.busy(w.day()))
			}
		}
		w.server.says(w.at(10))
		w.due()
		if w.refreshed(); w.shown().Failure != "" || w.row().Failures != 0 || w.busy(w.day()) != "10h0m0s+1h0m0s" {
			t.Errorf("once it is well again: %+v, busy at %s", w.shown(), w.busy(w.day()))
		}
	})
}

func TestNothingThatAFileSaysIsKeptBeyondTheWeeksThatAreAskedFor(t *testing.T) {
	worlds(t, func(w *world) {
		w.server.says("BEGIN:VEVENT\r\nUID:ever\r\nDTSTART:19000101T000000Z\r\nDTEND:21000101T000000Z\r\nEND:VEVENT\r\n")
		w.named(w.address())
		before := w.clock.Now()
		w.refreshed()
		records := identity.NewRecords(w.db, w.clock, w.Part())
		all, err := records.Export(w.Context(), w.actor)
		if err != nil {
			t.Fatal(err)
		}
		told, err := json.Marshal(all)
		if err != nil {
			t.Fatalf("%v in what is told: %+v", err, all)
		}
		w.reads(func(tx database.Tx) error {
			busy, err := allBusy(tx, w.anke.ID)
			if len(busy) != 1 || busy[0].FromAt.Before(before.Add(-keptBefore-time.Minute)) || busy[0].UntilAt.After(w.clock.Now().Add(keptAhead)) {
				t.Errorf("kept %v, told %s", busy, told)
			}
			return err
		})
	})
}

func TestWhatFailsIsTriedLessOftenAndGivenUpAfterAMonth(t *testing.T) {
	worlds(t, func(w *world) {
		w.server.says(w.at(9))
		w.named(w.address())
		w.refreshed()
		w.server.answers(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) })
		for i, want := range []time.Duration{firstRetry, 2 * firstRetry, 4 * firstRetry, 8 * firstRetry, 16 * firstRetry, 32 * firstRetry, lastRetry, lastRetry} {
			w.due()
			w.refreshed()
			if next := w.row().NextCheckAt.Sub(w.clock.Machine()); next < want*8/10 || next > want*12/10 {
				t.Errorf("after %d failures the next is in %v, not about %v", i+1, next, want)
			}
		}
		w.due()
		w.change(map[string]any{"read_at": w.clock.Machine().Add(-giveUp)})
		w.refreshed()
		if shown := w.shown(); shown.Failure != GivenUp || shown.Intervals != 0 || w.row().NextCheckAt != nil {
			t.Errorf("after a month: %+v", shown)
		}
		asked := w.server.times()
		if w.refreshed(); w.server.times() != asked {
			t.Error("it was asked for again")
		}
		w.server.says(w.at(9))
		w.named(w.address())
		if w.refreshed(); w.shown().Failure != "" || w.shown().Intervals != 1 {
			t.Errorf("named once more: %+v", w.shown())
		}
	})
}

// TestACalendarGivenAnewHasItsOwnMonth gives another address when the one before was given up: its first failure is a
// first one.
func TestACalendarGivenAnewHasItsOwnMonth(t *testing.T) {
	worlds(t, func(w *world) {
		w.server.answers(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) })
		w.named(w.address())
		w.change(map[string]any{"created_at": w.clock.Machine().Add(-giveUp)})
		w.refreshed()
		if shown := w.shown(); shown.Failure != GivenUp {
			t.Fatalf("after a month: %+v", shown)
		}
		w.named(w.address())
		w.refreshed()
		if shown := w.shown(); shown.Failure != fetch.Unreachable || w.row().NextCheckAt == nil || w.clock.Machine().Sub(shown.CreatedAt) > time.Hour {
			t.Errorf("once it was given anew: %+v", shown)
		}
	})
}

func TestTwoProcessesReadACalendarOnce(t *testing.T) {
	worlds(t, func(w *world) {
		asked, answered := make(chan struct{}), make(chan struct{})
		w.server.answers(func(rw http.ResponseWriter, _ *http.Request) {
			close(asked)
			<-answered
			_, _ = rw.Write([]byte("BEGIN:VCALENDAR\r\n" + w.at(9) + "END:VCALENDAR\r\n"))
		})
		w.named(w.address())
		done := make(chan int)
		go func() {
			n, _, _ := w.Refresh(context.WithoutCancel(w.Context()), w.clock.Now())
			done <- n
		}()
		<-asked
		if n := w.refreshed(); n != 0 {
			t.Errorf("the other read %d", n)
		}
		w.named(w.address()) // meanwhile, once more: what is on its way is of the old one
		close(answered)
		if n := <-done; n != 1 || w.shown().Intervals != 0 || w.shown().ReadAt != nil {
			t.Errorf("%d read, %+v", n, w.shown())
		}
	})
}

func TestAPassThatIsToldToStopGivesBackWhatItClaimed(t *testing.T) {
	worlds(t, func(w *world) {
		ctx, stop := context.WithCancel(w.Context())
		w.server.answers(func(_ http.ResponseWriter, r *http.Request) {
			stop()
			<-r.Context().Done()
		})
		w.named(w.address())
		_, _, _ = w.Refresh(ctx, w.clock.Now())
		if row := w.row(); row.Failure != "" || row.Failures != 0 || row.NextCheckAt.After(w.clock.Machine()) {
			t.Errorf("left behind %+v", row)
		}
	})
}

func TestNameTakesAddressesOfCalendars(t *testing.T) {
	worlds(t, func(w *world) {
		for address, code := range map[string]string{
			"": "required", "  ": "required", "https://example.com/" + strings.Repeat("a", mostAddress): "too-long",
			"http://example.com/a.ics": "not-a-calendar-address", "ftp://example.com/a.ics": "not-a-calendar-address", "example.com/a.ics": "not-a-calendar-address",
			"https://anke:word@example.com/a.ics": "not-a-calendar-address", "https://example.com/a.ics#x": "not-a-calendar-address", "https://example.com/a.ics#": "not-a-calendar-address",
			"https://example.com:25/a.ics": "not-a-calendar-address", "webcal:///a.ics": "not-a-calendar-address", "https://exa mple.com/": "not-a-calendar-address",
			"https://10.0.0.1/a.ics": fetch.Private, "https://[::1]/a.ics": fetch.Private, "webcal://169.254.169.254/a.ics": fetch.Private,
			"https://localhost/a.ics": fetch.Private, "https://LOCALHOST./a.ics": fetch.Private, "https://intranet/a.ics": fetch.Private, "https://nas.local/a.ics": fetch.Private,
			"https://metadata.google.internal/a.ics": fetch.Private,
		} {
			_, err := w.Name(w.Context(), w.actor, address)
			refused(t, err, fault.Invalid, code)
		}
		for _, address := range []string{"https://example.com/a.ics", " webcal://example.com/a.ics ", "WEBCALS://Example.com:8443/a?b=c"} {
			w.named(address)
			if kept, _ := w.locks.open(w.row()); !strings.HasPrefix(kept, "https://") {
				t.Errorf("%s is kept as %s", address, kept)
			}
		}
	})
}

func TestACalendarIsItsPersonsAlone(t *testing.T) {
	worlds(t, func(w *world) {
		linked := w.actor
		linked.MemberOnly = true
		for _, c := range []struct {
			actor identity.Actor
			kind  fault.Kind
			code  string
		}{{identity.Actor{}, fault.Unauthenticated, "sign-in-needed"}, {linked, fault.Forbidden, "forbidden"}} {
			_, err := w.Show(w.Context(), c.actor)
			refused(t, err, c.kind, c.code)
			_, err = w.Name(w.Context(), c.actor, w.address())
			refused(t, err, c.kind, c.code)
			refused(t, w.Forget(w.Context(), c.actor), c.kind, c.code)
		}
		w.server.says(w.at(9))
		w.named(w.address())
		w.refreshed()
		if err := w.Forget(w.Context(), w.actor); err != nil {
			t.Fatal(err)
		}
		_, err := w.Show(w.Context(), w.actor)
		refused(t, err, fault.NotFound, "not-found")
		if got := w.busy(w.day()); got != "" {
			t.Errorf("still busy at %s", got)
		}
	})
}

func TestWhatIsKeptIsToldAndForgotten(t *testing.T) {
	worlds(t, func(w *world) {
		w.server.says(w.at(9))
		w.named(w.address())
		w.refreshed()
		records := identity.NewRecords(w.db, w.clock, w.Part())
		all, err := records.Export(w.Context(), w.actor)
		if err != nil {
			t.Fatal(err)
		}
		told, err := json.Marshal(all)
		if err != nil || !strings.Contains(string(told), `"host":"example.com"`) || strings.Contains(string(told), "secret-word") ||
			!strings.Contains(string(told), w.day().Add(9*time.Hour).Format(time.RFC3339)) {
			t.Errorf("%v, told %s", err, told)
		}
		err = w.db.Write(t.Context(), func(tx database.Tx) error { return records.EraseIn(tx, w.clock.Now(), w.anke.ID) })
		if row := w.row(); err != nil || row.PersonID != "" || w.busy(w.day()) != "" {
			t.Errorf("%v, left %+v", err, row)
		}
	})
}

func TestEveryFailureHasItsSentence(t *testing.T) {
	catalogue, err := text.Load([]fs.FS{identity.Texts, circles.Texts, Texts}...)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"nl", "en"} {
		for _, code := range Failures() {
			if key := "busy.failure." + code; catalogue.Say(lang, key, nil) == key {
				t.Errorf("%s says nothing in %s", code, lang)
			}
		}
	}
}
