package web

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/circles"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/scheduling/letters"
)

func TestPagesThatShowChangeNothing(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		nl, en := 0, 1
		paths := []string{
			w.link(nl, circles.LinkMe, ""), w.link(en, circles.LinkMe, ""),
			w.link(nl, circles.LinkMails, ""), w.link(en, circles.LinkSees, ""),
			w.link(nl, letters.LinkOffReminder, ""), w.link(en, letters.LinkOffChanges, ""),
			w.planOf(nl), w.planOf(en), w.planOf(en) + "/dates/" + w.sessions(nl)[0].ID,
			"/u/" + strings.TrimPrefix(w.link(nl, letters.LinkOffChanges, ""), "/l/"),
			"/", "/guides/wol", "/guides/wol/4", SignupPath(w.programme.ID, ""), SignupPath(w.programme.ID, w.circle.ID),
		}
		w.unchanged(t, func() {
			for _, path := range paths {
				for _, lang := range []string{"", "?lang=nl", "?lang=en"} {
					a := w.get(path+lang).is(t, http.StatusOK)
					if want := strings.TrimPrefix(lang, "?lang="); want != "" && attribute(a.page.all("html")[0], "lang") != want {
						t.Errorf("%s is not in %s", path, want)
					}
					w.send(httptest.NewRequestWithContext(w.ctx, http.MethodHead, path+lang, nil))
				}
			}
		})
	})
}

func TestAPageSpeaksThePersonsLanguageUnlessAskedOtherwise(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		path := w.link(1, circles.LinkSees, "")
		w.get(path, "Accept-Language", "nl").is(t, http.StatusOK, "Who sees what")
		w.get(path+"?lang=nl").is(t, http.StatusOK, "Wie ziet wat")
		w.get("/guides/wol/1", "Accept-Language", "nl-BE").is(t, http.StatusOK, "Minuten")
		w.get("/guides/wol/1", "Accept-Language", "de").is(t, http.StatusOK, "Minutes")
		w.get("/guides/wol/1?lang=nl", "Accept-Language", "en").is(t, http.StatusOK, "Minuten")
	})
}

func TestLinksThatDoNotHold(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		foreign := identity.NewLinks(got(identity.ParseSecrets(strings.Repeat("f", 32)))(t))
		good := w.link(0, circles.LinkMe, "")
		revoked := w.link(2, circles.LinkMe, "")
		w.write(func(tx database.Tx) error {
			_, err := identity.RaiseLinkEpochIn(tx, w.clock.Now(), w.people[2].ID)
			return err
		})
		past := w.links.SignUntil(circles.LinkMe, "", w.people[0], w.clock.Now().Add(-time.Hour))
		for _, tt := range []struct {
			name, path string
			status     int
		}{
			{"a token that is none", "/l/hello", http.StatusNotFound},
			{"no token at all", "/l/", http.StatusNotFound},
			{"a token cut short", good[:len(good)-1], http.StatusNotFound},
			{"a token with more behind it", good + "A", http.StatusNotFound},
			{"a token with a slash in it", good + "/more", http.StatusNotFound},
			{"a token of 5,000 characters", "/l/" + strings.Repeat("A", 5000), http.StatusNotFound},
			{"a token that another key signed", "/l/" + foreign.Sign(circles.LinkMe, "", w.people[0]), http.StatusNotFound},
			{"a purpose that no page has", "/l/" + w.links.Sign("nothing-of-ours", "", w.people[0]), http.StatusNotFound},
			{"a link that ran out", "/l/" + past, http.StatusGone},
			{"a link that was revoked", revoked, http.StatusGone},
			{"an unsubscribe link that is none", "/u/hello", http.StatusNotFound},
			{"a link to a page on the unsubscribe path", "/u/" + strings.TrimPrefix(good, "/l/"), http.StatusNotFound},
			{"a guide set that does not exist", "/guides/none", http.StatusNotFound},
			{"a week that the set has not", "/guides/wol/13", http.StatusNotFound},
			{"a week that is no number", "/guides/wol/one", http.StatusNotFound},
			{"a week written otherwise", "/guides/wol/04", http.StatusNotFound},
			{"a programme that does not exist", "/p/" + database.NewID(), http.StatusNotFound},
			{"a programme that is no id", "/p/spring", http.StatusNotFound},
		} {
			w.unchanged(t, func() {
				for _, lang := range []string{"nl", "en"} {
					t.Logf("%s, in %s", tt.name, lang)
					a := w.get(tt.path+"?lang="+lang).is(t, tt.status)
					a.never(t, "Aerts", "member0@example.org")
					if attribute(a.page.all("html")[0], "lang") != lang {
						t.Error("the page is in another language")
					}
					if !strings.HasPrefix(tt.path, "/guides") {
						w.post(tt.path, nil).is(t, tt.status)
					}
				}
			})
		}
		if w.log.Len() > 0 {
			t.Errorf("the log has lines: %s", w.log)
		}
	})
}

func TestTokensAreKeptNowhere(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		path := w.link(0, circles.LinkMe, "")
		if got := w.get(path).Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control is %q", got)
		}
		if err := w.db.Close(); err != nil {
			t.Fatal(err)
		}
		w.get(path).is(t, http.StatusInternalServerError).never(t, "sql", "database")
		if line := w.log.String(); !strings.Contains(line, `"route":"/l/:token"`) || strings.Contains(line, path[3:20]) {
			t.Errorf("logged %s", line)
		}
	})
}

func TestWhatPeopleWriteIsTextOnly(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		w.get(w.link(0, circles.LinkMe, "")).is(t, http.StatusOK, "De <b>kring</b>", "<script>alert(1)</script>")
		a := w.get(SignupPath(w.programme.ID, w.circle.ID)).is(t, http.StatusOK, "Voorjaar <2018>", "De <b>kring</b>")
		if len(a.page.all("b", "i")) > 0 {
			t.Error("markup of a name came through")
		}
	})
}

func TestTooMuchIsRefused(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		w.unchanged(t, func() {
			form := map[string][]string{"name": {strings.Repeat("x", mostBody)}}
			w.post(SignupPath(w.programme.ID, ""), form, "Accept-Language", "nl").is(t, http.StatusRequestEntityTooLarge, "Dat is te veel")
			w.post(w.link(0, circles.LinkMe, ""), form).is(t, http.StatusRequestEntityTooLarge, "Dat is te veel")
		})
	})
}

func TestTheStyleSheetMayBeKeptForGood(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		path := attribute(w.get("/guides/wol").page.all("link")[0], "href")
		r := httptest.NewRecorder()
		w.echo.ServeHTTP(r, httptest.NewRequestWithContext(w.ctx, http.MethodGet, path, nil))
		if r.Code != http.StatusOK || !strings.Contains(r.Header().Get("Cache-Control"), "immutable") ||
			!strings.HasPrefix(r.Header().Get("Content-Type"), "text/css") {
			t.Errorf("status %d, headers %v", r.Code, r.Header())
		}
	})
}

func TestHomeSaysWhatKringIsAndLeadsOn(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		a := w.get("/", "Accept-Language", "nl").is(t, http.StatusOK, "Kring brengt mensen samen in kleine cirkels")
		for _, link := range []string{"/guides/wol", "/guides/intervisie", "/api/docs"} {
			if !slices.Contains(a.page.links(), link) {
				t.Errorf("no link to %s among %v", link, a.page.links())
			}
		}
		a = w.get("/?lang=en", "Accept-Language", "nl").is(t, http.StatusOK, "Kring brings people together in small circles")
		if !slices.Contains(a.page.links(), "/guides/wol?lang=en") {
			t.Errorf("the language is lost on the way: %v", a.page.links())
		}
		a.never(t, w.programme.ID)
	})
}

func TestGuides(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		for _, set := range w.guides.Sets() {
			for _, lang := range set.Languages {
				contents := w.get("/guides/"+set.Key+"?lang="+lang).is(t, http.StatusOK, set.Name(lang))
				for n := set.FirstWeek; n <= set.LastWeek(); n++ {
					week, _ := set.Week(n, lang)
					contents.is(t, http.StatusOK, week.Title)
					a := w.get(GuidePath(set.Key, n, lang)).is(t, http.StatusOK, week.Title, week.Summary)
					for _, section := range week.Sections {
						a.is(t, http.StatusOK, section.Title)
					}
					for _, item := range week.Agenda {
						a.is(t, http.StatusOK, item.Title)
					}
					if slices.Contains(a.page.links(), official) != (set.Key == "wol") {
						t.Error("the link to the official page is not as configured")
					}
				}
			}
		}
	})
}
