package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/testkit/icalreaders"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
	"kring/scheduling/feeds"
)

// feedOf is the path of the n-th member's feed, of the circle's with circle.
func (w *world) feedOf(n int, circle bool) string {
	w.t.Helper()
	f := feeds.New(feeds.Options{DB: w.db, Clock: w.clock, Links: w.links, Texts: w.texts, PublicURL: publicURL})
	var found feeds.Feed
	if circle {
		found = got(f.OfCircle(w.ctx, w.actor(n), w.circle.ID))(w.t)
	} else {
		found = got(f.OfPerson(w.ctx, w.actor(n)))(w.t)
	}
	return strings.TrimPrefix(found.Address, publicURL)
}

// forget erases the n-th member.
func (w *world) forget(n int) {
	w.t.Helper()
	tokens := identity.NewTokens(w.db, w.clock, got(identity.ParseSecrets(strings.Repeat("k", 32)))(w.t))
	w.write(func(tx database.Tx) error {
		return identity.NewRecords(w.db, w.clock, w.registry.Part(), tokens.Part()).EraseIn(tx, w.clock.Now(), w.people[n].ID)
	})
}

// flat is a calendar file without its folds.
func (a answered) flat() string { return strings.ReplaceAll(a.Body.String(), "\r\n ", "") }

func TestAFeedHoldsDatesAndNobodysName(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		var own answered
		w.unchanged(t, func() { own = w.get(w.feedOf(0, false)).is(t, http.StatusOK) })
		file := own.flat()
		for name, want := range map[string]string{
			"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, max-age=3600", "Vary": "", "X-Robots-Tag": "noindex",
		} {
			if is := own.Header().Get(name); is != want {
				t.Errorf("%s: %q", name, is)
			}
		}
		for _, line := range []string{
			"METHOD:PUBLISH", "NAME:Kring", "X-WR-CALNAME:Kring", "REFRESH-INTERVAL;VALUE=DURATION:PT60M", "X-PUBLISHED-TTL:PT60M", "BEGIN:VTIMEZONE",
			"UID:" + w.sessions(0)[0].ID + "@kring.example", "DTSTART;TZID=Europe/Brussels:20180213T123000", "STATUS:CONFIRMED", "URL:https://meet.example/kring",
		} {
			if !strings.Contains(file, line) {
				t.Errorf("no %s in\n%s", line, file)
			}
		}
		if n := strings.Count(file, "BEGIN:VEVENT"); n != len(w.sessions(0)) {
			t.Errorf("%d entries", n)
		}
		for _, p := range w.people {
			if strings.Contains(file, p.Name) || strings.Contains(file, strings.Fields(p.Name)[0]+" ") || strings.Contains(file, p.Email) {
				t.Errorf("it names %s", p.Name)
			}
		}
		if strings.Contains(file, "VALARM") || strings.Contains(strings.ToLower(file), "week 1") {
			t.Error("it rings, or holds a guide week")
		}
		circle := w.get(w.feedOf(0, true)).is(t, http.StatusOK).flat()
		if !strings.Contains(circle, "NAME:Cirkel De <b>kring</b>") || strings.Count(circle, "BEGIN:VEVENT") != len(w.sessions(0)) {
			t.Errorf("the circle's is %s", circle)
		}
	})
}

func TestAFeedSpeaksTheReadersLanguageOrTheOneAskedFor(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		tags := []string{}
		for path, title := range map[string]string{
			w.feedOf(0, true): "SUMMARY:Cirkel ", w.feedOf(1, true): "SUMMARY:Circle ", w.feedOf(0, true) + "?lang=en": "SUMMARY:Circle ", w.feedOf(0, true) + "?lang=xx": "SUMMARY:Cirkel ",
			w.feedOf(0, false) + "?lang=en": "SUMMARY:Circle ",
		} {
			a := w.get(path, "Accept-Language", "fr").is(t, http.StatusOK)
			if !strings.Contains(a.flat(), title) {
				t.Errorf("%s says no %s", path, title)
			}
			tags = append(tags, a.Header().Get("ETag"))
		}
		if slices.Sort(tags); len(slices.Compact(tags)) != 4 {
			t.Errorf("versions %v", tags)
		}
	})
}

func TestWhoKnowsAFeedIsToldSoAndReadsNothing(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path := w.feedOf(0, false)
		first := w.get(path).is(t, http.StatusOK)
		tag := first.Header().Get("ETag")
		for _, known := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			if a := w.get(path, "If-None-Match", known).is(t, http.StatusNotModified); a.Body.Len() > 0 || a.Header().Get("ETag") != tag || a.Header().Get("Cache-Control") == "no-store" {
				t.Errorf("%s: %d bytes, %v", known, a.Body.Len(), a.Header())
			}
		}
		if a := w.get(path, "If-None-Match", `"other"`).is(t, http.StatusOK); a.Body.String() != first.Body.String() {
			t.Error("one version, two files")
		}
		head := w.send(httptest.NewRequestWithContext(w.ctx, http.MethodHead, path, nil)).is(t, http.StatusOK)
		if head.Header().Get("ETag") != tag {
			t.Error("HEAD knows another version")
		}
		got(w.calendar.Skip(w.ctx, w.actor(1), w.sessions(1)[1].ID, 0, false))(t)
		after := w.get(path, "If-None-Match", tag).is(t, http.StatusOK)
		if strings.Count(after.flat(), "STATUS:CANCELLED") != 1 || after.Header().Get("ETag") == tag {
			t.Errorf("after one was skipped:\n%s", after.flat())
		}
		w.sleep(7 * 24 * time.Hour)
		if !strings.Contains(w.get(path).flat(), "STATUS:CANCELLED") {
			t.Error("called off, and gone a week after")
		}
		w.sleep(45 * 24 * time.Hour)
		if strings.Contains(w.get(path).flat(), "STATUS:CANCELLED") {
			t.Error("called off, and there for ever")
		}
	})
}

func TestASecretThatLeadsNowhereSaysNothing(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		own, circle := w.feedOf(0, false), w.feedOf(0, true)
		f := feeds.New(feeds.Options{DB: w.db, Clock: w.clock, Links: w.links, Texts: w.texts, PublicURL: publicURL})
		got(f.RenewOfPerson(w.ctx, w.actor(0)))(t)
		got(f.RenewOfCircle(w.ctx, w.actor(0), w.circle.ID))(t)
		swapped := []byte(w.feedOf(0, false))
		swapped[len(swapped)-10] ^= 1
		erased := w.feedOf(2, false)
		w.forget(2)
		w.unchanged(t, func() {
			for _, path := range []string{
				own, circle, string(swapped), erased, "/calendar/", "/calendar/x.ics", "/calendar/a/b.ics", strings.TrimSuffix(w.feedOf(1, false), ".ics"), w.feedOf(1, false) + "x",
				"/calendar/" + strings.Repeat("a", 52) + ".ics", "/calendar/" + w.links.Stable("feed", w.seats[1].ID, 0) + ".ics", "/calendar/" + w.links.Stable("reply", w.seats[1].ID, 0) + ".ics",
			} {
				if a := w.get(path); a.Code != http.StatusNotFound || a.Body.String() != "There is no calendar here.\n" || a.Header().Get("ETag") != "" || a.Header().Get("Cache-Control") != "no-store" {
					t.Errorf("%s: %d %s", path, a.Code, a.Body)
				}
			}
		})
		w.get(w.feedOf(0, false)).is(t, http.StatusOK)
		w.get(w.feedOf(0, true)).is(t, http.StatusOK)
		w.get(w.feedOf(1, true)).is(t, http.StatusOK) // nobody else's went with mine
	})
}

// Whoever subscribes sees at every moment the dates that Kring has, whatever the program: across the clock change, with one
// date moved, one called off and a way in.
func TestForeignProgramsSeeTheDatesOfAFeed(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		all := w.sessions(1)
		on := wall.DateOf(all[2].StartsAt, time.UTC).AddDays(1)
		got(w.calendar.Move(w.ctx, w.actor(1), all[2].ID, 0, on, wall.At(16, 0), false))(t)
		got(w.calendar.Skip(w.ctx, w.actor(1), all[4].ID, 0, false))(t)
		var lines []string
		for _, s := range w.sessions(1) {
			state := "CONFIRMED"
			if s.State == scheduling.Skipped {
				state = "CANCELLED"
			}
			lines = append(lines, fmt.Sprintf("%s\t%s\t%s\t%d\t%s@kring.example\tCircle De <b>kring</b>\n",
				s.StartsAt.Format(time.RFC3339), s.EndsAt.Format(time.RFC3339), state, s.Sequence, s.ID))
		}
		slices.Sort(lines)
		want := strings.Join(lines, "")
		own, circle := w.get(w.feedOf(1, false)).is(t, http.StatusOK), w.get(w.feedOf(1, true)).is(t, http.StatusOK)
		for _, r := range icalreaders.All(t) {
			for i, read := range r.ReadAll(t, own.Body.Bytes(), circle.Body.Bytes()) {
				if read != r.As(want) {
					t.Errorf("%s reads of file %d\n%swant\n%s", r.Name, i, read, r.As(want))
				}
			}
		}
	})
}

func TestWhoIsForgottenReadsNoCircleEither(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		circle, others := w.feedOf(2, true), w.feedOf(1, true)
		w.write(func(tx database.Tx) error { // her seat stays hers: it is history
			c, err := circles.CircleIn(tx, w.circle.ID)
			if err == nil {
				_, err = circles.CompleteIn(tx, w.actor(0), w.clock.Now(), c)
			}
			return err
		})
		w.get(circle).is(t, http.StatusOK)
		w.forget(2)
		w.get(circle).is(t, http.StatusNotFound)
		w.get(others).is(t, http.StatusOK)
	})
}

func TestWhoLeavesReadsTheCircleNoLongerAndNobodyElseLosesIt(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		own, circle, others := w.feedOf(0, false), w.feedOf(0, true), w.feedOf(1, true)
		w.sleep(10 * 24 * time.Hour)
		got(w.registry.Leave(w.ctx, w.actor(0), w.seats[0].ID))(t)
		w.get(circle).is(t, http.StatusNotFound)
		left := w.get(own).is(t, http.StatusOK).flat()
		if n := strings.Count(left, "BEGIN:VEVENT"); n != 1 || strings.Contains(left, "meet.example") {
			t.Errorf("%d entries of who left, or the way in:\n%s", n, left)
		}
		if n := strings.Count(w.get(others).is(t, http.StatusOK).flat(), "BEGIN:VEVENT"); n != len(w.sessions(1)) {
			t.Errorf("%d entries of who stays", n)
		}
		got(w.registry.UndoLeave(w.ctx, w.actor(0), w.seats[0].ID))(t)
		w.get(circle).is(t, http.StatusOK)
	})
}

func TestAnAddressIsForMembersWhoAreSignedIn(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		f := feeds.New(feeds.Options{DB: w.db, Clock: w.clock, Links: w.links, Texts: w.texts, PublicURL: publicURL})
		linked := w.actor(0)
		linked.MemberOnly = true
		for name, actor := range map[string]identity.Actor{"nobody": {}, "a letter's link": linked} {
			for what, ask := range map[string]func() (feeds.Feed, error){
				"show": func() (feeds.Feed, error) { return f.OfPerson(w.ctx, actor) }, "renew": func() (feeds.Feed, error) { return f.RenewOfPerson(w.ctx, actor) },
				"show the circle's": func() (feeds.Feed, error) { return f.OfCircle(w.ctx, actor, w.circle.ID) }, "renew the circle's": func() (feeds.Feed, error) { return f.RenewOfCircle(w.ctx, actor, w.circle.ID) },
			} {
				if found, err := ask(); err == nil {
					t.Errorf("%s may %s: %v", name, what, found)
				}
			}
		}
		if found, err := f.OfCircle(w.ctx, w.facilitator, w.circle.ID); err == nil {
			t.Errorf("a facilitator reads %v", found)
		}
	})
}
