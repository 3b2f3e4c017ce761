package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"kring/circles"
	"kring/internal/limit"
	"kring/internal/wall"
	"kring/scheduling/holidays"
)

func signupForm() url.Values {
	return url.Values{
		"name": {"Gust Goos"}, "email": {"Gust@Example.org"}, "language": {"nl"}, "speaks": {"nl", "en"},
		"zone": {"Europe/Amsterdam"}, "team": {"Onthaal"},
		"weekday-0": {"mon"}, "weekday-1": {"tue"}, "from-1": {"12:00"}, "until-1": {"14:00"},
		"weekday-5": {"fri"}, "from-5": {"22:00"}, "until-5": {"00:00"},
	}
}

func TestSignUp(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path := SignupPath(w.programme.ID, "")
		a := w.get(path, "Accept-Language", "nl").is(t, http.StatusOK, "Leren van elkaar.", "elke week 60 minuten, 13 keer",
			"rond donderdag 1 maart 2018", "Wie ziet wat", "nog één plaats")
		if a.page.value("zone") != "Europe/Brussels" || a.page.value("weekday-1") != "tue" || a.page.value("weekday-7") != "" {
			t.Error("the form does not begin as it should")
		}
		w.get(path+"?lang=en").is(t, http.StatusOK, "60 minutes every week, 13 times", "one seat free")

		w.post(path, signupForm(), "Accept-Language", "nl").is(t, http.StatusAccepted, "Kijk even in je mailbox",
			"donderdag 8 februari 2018 om 13:00, Brusselse tijd")
		w.post(path, signupForm(), "Accept-Language", "en").is(t, http.StatusAccepted, "Please check your mailbox")

		found := w.application("gust@example.org")
		hours := wall.Availability{}.With(time.Tuesday, 12*60, 14*60).With(time.Friday, 22*60, 24*60)
		if found.State != circles.Unconfirmed || found.Name != "Gust Goos" || found.Availability != hours ||
			found.Zone != "Europe/Amsterdam" || found.Team != "Onthaal" || !slices.Equal(found.Speaks, []string{"en", "nl"}) {
			t.Errorf("taken down was %+v", found)
		}
	})
}

func TestEveryFaultIsShownAtItsFieldAndNothingTypedIsLost(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		form := url.Values{
			"name": {""}, "email": {"geen postbus"}, "language": {"fr"}, "zone": {"Mars/Base"},
			"weekday-0": {"mon"}, "weekday-2": {""}, "from-2": {"09:00"}, "until-2": {"10:00"},
			"weekday-3": {"thu"}, "from-3": {"09:10"}, "until-3": {""}, "weekday-6": {"sun"}, "from-6": {"12:00"}, "until-6": {"11:00"},
			"team": {strings.Repeat("t", 500)},
		}
		w.unchanged(t, func() {
			a := w.post(SignupPath(w.programme.ID, ""), form, "Accept-Language", "nl").is(t, http.StatusUnprocessableEntity, "Nog even nakijken")
			for _, name := range []string{
				"name", "email", "zone", "weekday-2", "from-3", "until-3", "until-6", "team",
			} {
				if attribute(a.page.input(name), "aria-invalid") != "true" {
					t.Errorf("%s is not marked", name)
				}
				if !slices.Contains(a.page.links(), "#"+name) {
					t.Errorf("nothing leads to %s", name)
				}
			}
			for _, group := range []string{"#language", "#speaks"} {
				if !slices.Contains(a.page.links(), group) {
					t.Errorf("nothing leads to %s", group)
				}
			}
			for name, want := range map[string]string{
				"email": "geen postbus", "from-3": "09:10", "weekday-6": "sun", "until-6": "11:00", "weekday-0": "mon",
			} {
				if a.page.value(name) != want {
					t.Errorf("%s is %q, typed was %q", name, a.page.value(name), want)
				}
			}
			if attribute(a.page.input("from-2"), "aria-invalid") != "" {
				t.Error("a field without a fault is marked")
			}
		})
	})
}

func TestAskForASeat(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path := SignupPath(w.programme.ID, w.circle.ID)
		w.get(path, "Accept-Language", "nl").is(t, http.StatusOK, "Deze cirkel zoekt nog iemand", "De <b>kring</b>", "dinsdag om 12:30")
		w.post(path, signupForm()).is(t, http.StatusAccepted)
		if asked := w.application("gust@example.org").CircleID; asked == nil || *asked != w.circle.ID {
			t.Error("the seat was not asked for")
		}

		other := signupForm()
		other.Set("email", "hilde@example.org")
		other.Set("from-1", "08:00")
		other.Set("until-1", "10:00")
		w.unchanged(t, func() {
			a := w.post(path, other, "Accept-Language", "nl").is(t, http.StatusConflict, "past niet in je beschikbaarheid")
			if a.page.value("from-1") != "08:00" {
				t.Error("what was typed is gone")
			}
		})

		w.get(SignupPath(w.programme.ID, w.programme.ID), "Accept-Language", "en").is(t, http.StatusOK, "no longer looking for anybody")
	})
}

func TestSeatsOutliveTheSignUp(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		closed := false
		got(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 0, circles.ProgrammePatch{SignupOpen: &closed}))(t)
		a := w.get(SignupPath(w.programme.ID, ""), "Accept-Language", "nl").is(t, http.StatusOK, "Inschrijven voor het programma kan nu niet")
		if len(a.page.all("form")) > 0 {
			t.Error("there is a form")
		}
		w.get(SignupPath(w.programme.ID, w.circle.ID)).is(t, http.StatusOK)
		got(w.registry.PatchCircle(w.ctx, w.facilitator, w.circle.ID, 0, circles.CirclePatch{SeatsOpen: &closed}))(t)
		w.get(SignupPath(w.programme.ID, "")).is(t, http.StatusNotFound)
		w.get(SignupPath(w.programme.ID, w.circle.ID)).is(t, http.StatusNotFound)
	})
}

// application is what somebody signed up with.
func (w *world) application(email string) circles.Application {
	w.t.Helper()
	return w.applicationOf(w.byEmail(email).ID)
}

// limitSignUps mounts the pages anew, over a registry that counts.
func (w *world) limitSignUps(l *limit.Limits) {
	w.t.Helper()
	w.registry = circles.NewRegistry(circles.Options{
		DB: w.db, Clock: w.clock, Guides: w.guides, Calendars: holidays.Keys(), Limits: l,
	})
	w.echo = echo.New()
	w.mount()
}
