package web

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"kring/circles"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"
	"kring/scheduling"
)

// planOf is the planning page of the n-th member, behind her link.
func (w *world) planOf(n int) string {
	return w.link(n, circles.LinkMe, "") + "/circles/" + w.circle.ID + "/plan"
}

// follows opens what an answer leads to, and says where that is.
func (w *world) follows(a answered) (string, answered) {
	w.t.Helper()
	if a.Code != http.StatusSeeOther {
		w.t.Fatalf("status %d leads nowhere: %s", a.Code, a.page)
	}
	to := a.Header().Get("Location")
	return to, w.get(to)
}

func stepForms(do string, fields ...string) url.Values {
	form := url.Values{"do": {do}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

// starts are the starts of the planned sessions, as the n-th member sees them.
func (w *world) starts() []time.Time {
	w.t.Helper()
	var out []time.Time
	for _, s := range w.sessions(0) {
		if s.State == scheduling.Planned {
			out = append(out, s.StartsAt.UTC())
		}
	}
	return out
}

// states are the hours by which the members' sessions are weighed: everybody works on weekdays, and one never on a Thursday.
func (w *world) statesHours() {
	w.t.Helper()
	for n := range w.people {
		hours := wall.Availability{}
		for day := time.Monday; day <= time.Friday; day++ {
			if n != 2 || day != time.Thursday {
				hours = hours.With(day, 8*60, 20*60)
			}
		}
		w.write(func(tx database.Tx) error {
			_, err := identity.PatchIn(tx, w.clock.Now(), w.people[n].ID, 0, identity.Patch{Availability: &hours})
			return err
		})
	}
}

// Each change is looked at, made and taken back, as somebody would with a mouse or a keyboard.
func TestEveryChangeOfDatesIsLookedAtMadeAndTakenBack(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.statesHours()
		first := w.sessions(0)[0].ID
		date, plan := w.planOf(0)+"/dates/"+first, w.planOf(0)
		for _, tt := range []struct {
			name, at string
			form     url.Values
			shows    []string
			first    string // the first start afterwards
			n        int    // how many are planned afterwards
		}{
			{"move", date, stepForms("move", "date", "2018-02-15", "time", "09:00", "which", "one"), []string{
				"Een sessie verplaatsen", "donderdag 15 februari 2018", "Dat was dinsdag 13 februari 2018 om 12:30.", "Past niet voor Cato.",
				"De laatste sessie is dan op", "mails", "agenda's",
			}, "2018-02-15T08:00:00Z", 13},
			{"move this and all later", date, stepForms("move", "date", "2018-02-14", "time", "12:30", "which", "later"), []string{
				"woensdag 14 februari 2018", "woensdag 21 februari 2018",
			}, "2018-02-14T11:30:00Z", 13},
			{"skip", date, stepForms("skip"), []string{"Een sessie overslaan", "Wordt overgeslagen.", "Deze datum komt erbij."}, "2018-02-20T11:30:00Z", 13},
			{"call off", date, stepForms("cancel"), []string{"Gaat niet door.", "Deze datum komt erbij."}, "2018-02-20T11:30:00Z", 13},
			{"put off", plan, stepForms("shift", "weeks", "2", "from_on", "2018-02-13"), []string{"Alles opschuiven", "Alles komt 2 weken later.", "dinsdag 27 februari 2018"}, "2018-02-27T11:30:00Z", 13},
			{"another weekly hour", plan, stepForms("new_slot", "weekday", "wed", "time", "16:00", "from_on", "2018-02-13"), []string{
				"Een ander vast moment", "Voortaan op woensdag om 16:00", "woensdag 14 februari 2018", "16:00–17:00",
			}, "2018-02-14T15:00:00Z", 13},
			{"a week off", plan, stepForms("break", "from_on", "2018-02-12", "until_on", "2018-02-18"), []string{"Een vrije week", "Geen sessies: van maandag 12 februari 2018 tot en met zondag 18 februari 2018."}, "2018-02-20T11:30:00Z", 13},
			{"one more", plan, stepForms("add"), []string{"Een sessie erbij", "Deze datum komt erbij."}, "2018-02-13T11:30:00Z", 14},
			{"one more on a date", plan, stepForms("add", "date", "2018-02-16", "time", "10:00"), []string{"vrijdag 16 februari 2018"}, "2018-02-13T11:30:00Z", 14},
		} {
			before := w.starts()
			path, preview := w.follows(w.post(tt.at, tt.form))
			preview.is(t, http.StatusOK, append(tt.shows, "Er is nog niets veranderd.")...)
			if now := w.starts(); !slices.Equal(now, before) {
				t.Fatalf("%s: looking at it changed %v", tt.name, now)
			}
			if !slices.Equal(preview.page.buttons(), []string{"Doe het"}) {
				t.Errorf("%s: the buttons are %q", tt.name, preview.page.buttons())
			}
			made, done := w.follows(w.post(path, url.Values{"do": {"commit"}}))
			done.is(t, http.StatusOK, "Gedaan.", "Veranderd door jou")
			after := w.starts()
			if len(after) != tt.n || after[0].Format(time.RFC3339) != tt.first {
				t.Fatalf("%s: there are %d dates, the first %v", tt.name, len(after), after[0])
			}
			w.unchanged(t, func() {
				_, twice := w.follows(w.post(path, url.Values{"do": {"commit"}}))
				twice.is(t, http.StatusOK, "Gedaan.")
			})
			_, back := w.follows(w.post(made, url.Values{"do": {"undo"}}))
			back.is(t, http.StatusOK, "Teruggedraaid.")
			if now := w.starts(); !slices.Equal(now, before) {
				t.Fatalf("%s: taken back are\n%v, want\n%v", tt.name, now, before)
			}
			w.get(made).is(t, http.StatusOK, "Dat is daarna teruggedraaid.")
			w.unchanged(t, func() { // on the page that was left open
				_, late := w.follows(w.post(path, url.Values{"do": {"commit"}}))
				late.is(t, http.StatusOK, "Dat is daarna teruggedraaid.")
				if strings.Contains(late.page.text(), "Gedaan.") {
					t.Errorf("%s: done, it says, of what was taken back", tt.name)
				}
			})
			w.get(plan).is(t, http.StatusOK, "Wat er veranderde", "teruggedraaid")
		}
	})
}

func TestAChangeThatMovesNoDateWritesToNobody(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path, preview := w.follows(w.post(w.planOf(0), stepForms("break", "from_on", "2018-02-14", "until_on", "2018-02-15")))
		preview.is(t, http.StatusOK, "Er verandert geen enkele datum.", "Niemand krijgt er een mail over.").never(t, "agenda's")
		_, done := w.follows(w.post(path, url.Values{"do": {"commit"}}))
		done.is(t, http.StatusOK, "Gedaan.", "Niemand kreeg er een mail over.")
	})
}

func TestWhatIsTypedWronglyIsShownBesideItsField(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		plan := w.planOf(1)
		date := plan + "/dates/" + w.sessions(1)[0].ID
		w.unchanged(t, func() {
			for _, tt := range []struct {
				at    string
				form  url.Values
				field string
			}{
				{date, stepForms("move", "date", "soon", "time", "09:00"), "date"},
				{date, stepForms("move", "date", "2018-02-01", "time", "09:00"), "date"},
				{date, stepForms("move", "date", "2018-03-25", "time", "02:30"), "time"}, // the clock jumps
				{date, stepForms("move", "date", "2018-02-15", "time", "nine"), "time"},
				{date, stepForms("move", "date", "2018-02-20", "time", "12:45"), "time"}, // onto the next one
				{date, stepForms("propose", "date", "2018-02-01", "time", "09:00"), "date"},
				{plan, stepForms("new_slot", "weekday", "noday", "time", "09:00"), "weekday"},
				{plan, stepForms("new_slot", "weekday", "thu", "time", ""), "time"},
				{plan, stepForms("shift", "weeks", "13"), "weeks"},
				{plan, stepForms("shift", "weeks", "many"), "weeks"},
				{plan, stepForms("break", "from_on", "2018-03-01", "until_on", "2018-06-01"), "until_on"},
				{plan, stepForms("break", "from_on", "2018-03-09", "until_on", "2018-03-01"), "until_on"},
				{plan, stepForms("add", "date", "yesterday"), "date"},
			} {
				a := w.post(tt.at, tt.form).is(t, http.StatusUnprocessableEntity)
				var marked []string
				for _, n := range a.page.all("input", "select") {
					if attribute(n, "aria-invalid") == "true" {
						marked = append(marked, attribute(n, "id"))
					}
				}
				if !slices.Equal(marked, []string{tt.form.Get("do") + "-" + tt.field}) || len(a.page.opened()) != 1 {
					t.Errorf("%v: marked are %v, open are %d", tt.form, marked, len(a.page.opened()))
				}
				if typed := tt.form.Get("date"); typed != "" && attribute(a.page.byID(tt.form.Get("do")+"-date"), "value") != typed {
					t.Errorf("%v: what was typed is gone", tt.form)
				}
			}
			for _, form := range []url.Values{{}, stepForms("erase"), stepForms("undo"), stepForms("settle", "revision", "x"), stepForms("vote", "suits", "maybe")} {
				w.post(plan, form).is(t, http.StatusBadRequest)
			}
		})
	})
}

func TestARefusalWritesADateAsPeopleDo(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		form := stepForms("add", "date", "2030-01-01", "time", "09:00")
		for lang, want := range map[string]string{
			"nl": "Kies een dag tot en met [a-z]+ [0-9]+ [a-z]+ 2019", "en": "Choose a day up to and including [A-Z][a-z]+ [0-9]+ [A-Z][a-z]+ 2019",
		} {
			a := w.post(w.planOf(1)+"?lang="+lang, form).is(t, http.StatusUnprocessableEntity)
			if !regexp.MustCompile(want).MatchString(a.page.text()) {
				t.Errorf("%s: %s", lang, a.page.text())
			}
		}
	})
}

func (p *htmlPage) byID(id string) *html.Node {
	for n := range p.root.Descendants() {
		if attribute(n, "id") == id {
			return n
		}
	}
	return &html.Node{}
}

func TestWhenTheCircleHasMovedOnTheChangeIsShownAnew(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		first := w.sessions(0)[0].ID
		path, _ := w.follows(w.post(w.planOf(0)+"/dates/"+first, stepForms("skip")))
		other, _ := w.follows(w.post(w.planOf(1), stepForms("add")))
		w.follows(w.post(other, url.Values{"do": {"commit"}}))

		before := w.starts()
		fresh, a := w.follows(w.post(path, url.Values{"do": {"commit"}}))
		a.is(t, http.StatusOK, "Intussen is er iets veranderd", "Er is nog niets veranderd.", "Wordt overgeslagen.")
		if now := w.starts(); !slices.Equal(now, before) || strings.HasPrefix(fresh, path) {
			t.Fatalf("changed to %v", now)
		}
		_, done := w.follows(w.post(fresh, url.Values{"do": {"commit"}}))
		done.is(t, http.StatusOK, "Gedaan.")

		w.sleep(25 * time.Hour)
		old, _ := w.follows(w.post(w.planOf(0), stepForms("add")))
		w.sleep(25 * time.Hour)
		w.unchanged(t, func() { w.post(old, url.Values{"do": {"commit"}}).is(t, http.StatusConflict) })
	})
}

func TestDatesAreInTheReadersZoneBesideTheCircles(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		first := w.sessions(1)[0].ID
		w.get(w.planOf(1)).is(t, http.StatusOK, "Plan dates", "Tuesday 13 February 2018",
			"17:15–18:15, Kathmandu time (UTC+5:45) · Tue 13 February at 12:30, Brussels time (CET, UTC+1)")
		w.get(w.planOf(0)).is(t, http.StatusOK, "12:30–13:30, Brusselse tijd (CET, UTC+1)").never(t, "Kathmandu")
		a := w.get(w.planOf(1)+"/dates/"+first).is(t, http.StatusOK, "The time is in Brussels time")
		if attribute(a.page.byID("move-time"), "value") != "12:30" {
			t.Error("the form does not begin with the hour where the circle is")
		}
		late, _ := w.follows(w.post(w.planOf(1)+"/dates/"+first, stepForms("move", "date", "2018-02-13", "time", "20:30")))
		w.get(late).is(t, http.StatusOK, "Wednesday 14 February 2018", "01:15–02:15, Kathmandu time", "Tue 13 February at 20:30",
			"It was Tuesday 13 February 2018 at 17:15.", "Does not suit Ben.")
	})
}

func TestWhoseDatesTheyAreNotFindsNoPlan(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		stranger := w.person("Fien Vreemd", "fien@example.org", "nl", "Europe/Brussels")
		farah := w.byEmail("farah@example.org")
		replan, _ := w.follows(w.post(w.planOf(0), stepForms("add")))
		below := []string{"", "/dates/" + w.sessions(0)[0].ID, replan[strings.Index(replan, "/changes/"):]}
		w.unchanged(t, func() {
			for _, p := range []identity.Person{stranger, farah} {
				base := "/l/" + w.links.Sign(circles.LinkMe, "", p) + "/circles/" + w.circle.ID + "/plan"
				for _, path := range below {
					w.get(base+path).is(t, http.StatusNotFound).never(t, "De <b>kring</b>", "Cato")
					for _, do := range []string{"add", "skip", "commit", "undo", "settle"} {
						w.post(base+path, stepForms(do, "revision", "1")).is(t, http.StatusNotFound)
					}
				}
			}
			for _, purpose := range []string{circles.LinkMails, circles.LinkSees} {
				w.get(w.link(0, purpose, "")+"/circles/"+w.circle.ID+"/plan").is(t, http.StatusNotFound)
			}
			w.get(w.planOf(0)+"/dates/"+database.NewID()).is(t, http.StatusNotFound)
			w.get(w.planOf(0)+"/changes/"+database.NewID()).is(t, http.StatusNotFound)
			w.get(w.planOf(0)+"/changes/hello").is(t, http.StatusNotFound)
			w.get(w.link(0, circles.LinkMe, "")+"/circles/hello/plan").is(t, http.StatusNotFound)
		})
	})
}

func TestAChangeByAFacilitatorNamesNobody(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		got(w.calendar.Skip(w.ctx, w.facilitator, w.sessions(0)[0].ID, 0, false))(t)
		made := got(w.calendar.Replans(w.ctx, w.actor(0), w.circle.ID, page.Cursor{}, 1))(t).Items[0]
		w.get(w.planOf(0)+"/changes/"+made.ID).is(t, http.StatusOK, "Veranderd door iemand die de cirkel begeleidt").never(t, "Farah")
	})
}

func TestACircleVotesOnAnotherDate(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.statesHours()
		first := w.sessions(0)[0]
		date := w.planOf(0) + "/dates/" + first.ID
		_, a := w.follows(w.post(date, stepForms("propose", "date", "2018-02-14", "time", "10:00")))
		a.is(t, http.StatusOK, "De vraag is gesteld.", "Welke datum past?", "In plaats van dinsdag 13 februari 2018", "woensdag 14 februari 2018",
			"Een cirkellid vroeg om een ander moment.", "Je kunt kiezen tot")
		w.get(date).is(t, http.StatusOK, "In plaats van dinsdag 13 februari 2018")

		open := got(w.calendar.DateProposals(w.ctx, w.actor(0), w.circle.ID, page.Cursor{}, 0))(t).Items
		if len(open) != 1 {
			t.Fatalf("%d proposals", len(open))
		}
		wanted := open[0].Options[0]
		vote := func(n int, suits string) answered {
			_, a := w.follows(w.post(w.planOf(n), stepForms("vote", "proposal", open[0].ID, "option", wanted.ID, "suits", suits)))
			return a
		}
		vote(1, "no").is(t, http.StatusOK, "Noted.", "You said that this doesn't suit you.", "Does not suit: Ben")
		vote(1, "yes").is(t, http.StatusOK, "You said that this suits you.").never(t, "Does not suit: Ben")
		for _, n := range []int{1, 2} {
			w.unchanged(t, func() {
				w.post(w.planOf(n), stepForms("vote", "proposal", open[0].ID, "option", database.NewID(), "suits", "yes")).
					is(t, http.StatusUnprocessableEntity)
			})
		}

		host := slices.IndexFunc(w.seats, func(m circles.Member) bool { return first.HostID != nil && m.ID == *first.HostID })
		other := (host + 1) % len(w.seats)
		closing := stepForms("close", "proposal", open[0].ID, "option", wanted.ID)
		if other != 0 { // who asked may decide as well
			w.unchanged(t, func() { w.post(w.planOf(other), closing).is(t, http.StatusForbidden) })
		}
		_, a = w.follows(w.post(w.planOf(host), closing))
		a.is(t, http.StatusOK).never(t, "In plaats van", "Instead of")
		if now := w.starts()[0]; !now.Equal(*wanted.StartsAt) {
			t.Errorf("the session is at %v", now)
		}
		a = w.get(w.planOf(0)).is(t, http.StatusOK, "Wat er veranderde")
		change := a.page.links()[slices.IndexFunc(a.page.links(), func(l string) bool { return strings.Contains(l, "/changes/") })]
		w.get(change).is(t, http.StatusOK, "Veranderd door")
	})
}

func TestTheWeeklyHoursThatSuitMostAreOnePressAway(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.statesHours()
		a := w.get(w.planOf(0)).is(t, http.StatusOK, "Een ander vast moment", "Deze momenten passen voor de meesten:")
		picks := 0
		for _, form := range a.page.all("form") {
			of := &htmlPage{root: form}
			if of.value("do") == "new_slot" && attribute(of.input("weekday"), "type") == "hidden" {
				if picks++; picks == 1 {
					path, preview := w.follows(w.post(w.planOf(0), stepForms("new_slot", "weekday", of.value("weekday"), "time", of.value("time"))))
					preview.is(t, http.StatusOK, "Er is nog niets veranderd.", "Past voor 5 van de 5.")
					w.follows(w.post(path, url.Values{"do": {"commit"}}))
				}
			}
		}
		if picks != bestSlots {
			t.Errorf("%d hours to choose", picks)
		}
	})
}

func TestWhatACircleAgreesOnAboutDates(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		plan := w.planOf(3)
		a := w.get(plan).is(t, http.StatusOK)
		if len(a.page.checked("silence")) != 1 || len(a.page.checked("go_ask")) != 1 {
			t.Error("the form does not show what holds at first")
		}
		settle := stepForms("settle", "revision", a.page.value("revision"), "go_ask", "on")
		_, a = w.follows(w.post(plan, settle))
		a.is(t, http.StatusOK, "Saved.")
		if c := w.circleNow(); !c.AskEverybody || c.GoNoGoOff || len(a.page.checked("silence")) != 0 {
			t.Errorf("kept was %+v", c.Circle)
		}
		w.unchanged(t, func() { w.post(plan, settle).is(t, http.StatusConflict, "Something has changed") })
		settle = stepForms("settle", "revision", strconv.Itoa(w.circleNow().Revision), "silence", "on")
		w.follows(w.post(plan, settle))
		if c := w.circleNow(); c.AskEverybody || !c.GoNoGoOff {
			t.Errorf("kept was %+v", c.Circle)
		}
	})
}

func TestAPausedCirclePlansNothing(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.post(w.link(0, circles.LinkMe, ""), w.deedOf(0, "pause", "returns_on", "2018-04-02")).is(t, http.StatusOK)
		a := w.get(w.planOf(0)).is(t, http.StatusOK, "gaat verder op maandag 2 april 2018")
		if slices.Contains(a.page.buttons(), "Bekijk wat er verandert") {
			t.Errorf("the buttons are %q", a.page.buttons())
		}
		w.unchanged(t, func() { w.post(w.planOf(0), stepForms("add")).is(t, http.StatusConflict) })
	})
}

func TestPlanningOfWhoIsSignedIn(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		plan := "/me/circles/" + s.circle.ID + "/plan"
		s.browser("nl").get(plan).leads(t, "/sign-in")
		b := s.browser("nl").signsIn("member0@example.org")
		a := b.get("/me/dates").is(t, http.StatusOK, "Datums verplaatsen of overslaan")
		if !slices.Contains(a.page.links(), plan) || !slices.Contains(a.page.links(), plan+"/dates/"+s.sessions(0)[0].ID) {
			t.Errorf("the links are %v", a.page.links())
		}
		b.get(plan).is(t, http.StatusOK, "Datums plannen", "Meer datums tegelijk")
		preview := b.post(plan+"?lang=en", stepForms("add")).Header().Get("Location")
		if !strings.HasPrefix(preview, plan+"/changes/") || !strings.HasSuffix(preview, "?lang=en") {
			t.Fatalf("leads to %s", preview)
		}
		b.get(preview).is(t, http.StatusOK, "Nothing has changed yet.")
		done := b.post(preview, url.Values{"do": {"commit"}}).Header().Get("Location")
		b.get(done).is(t, http.StatusOK, "Done.", "Changed by you")

		farah := s.browser("nl").signsIn("farah@example.org")
		s.unchanged(t, func() {
			farah.get(plan).is(t, http.StatusNotFound)
			farah.get(strings.TrimSuffix(preview, "?lang=en")).is(t, http.StatusNotFound)
			farah.post(plan, stepForms("add")).is(t, http.StatusNotFound)
		})
	})
}
