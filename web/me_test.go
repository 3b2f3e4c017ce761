package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/circles"
	"kring/internal/database"
	"kring/scheduling"
)

func TestMyOwnPage(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		b := s.browser("en").signsIn("member0@example.org") // reads Dutch
		a := b.get("/me").is(t, http.StatusOK, "Je gegevens", "member0@example.org", "De <b>kring</b>", "Waar je ingelogd bent", "Firefox").
			never(t, "faciliteert", "Deze installatie")
		if a.page.value("name") != "An Aerts" {
			t.Errorf("the name is %q", a.page.value("name"))
		}
		for _, link := range []string{
			"/me/dates", "/me/mails", "/me/sees", "/me/calendar", "/me/address", "/me/export", "/me/erase", "/me/dates#circle-" + s.circle.ID,
		} {
			if !slices.Contains(a.page.links(), link) {
				t.Errorf("no link to %s", link)
			}
		}
		b.get("/me?lang=en").is(t, http.StatusOK, "Your details", "Your circles")

		farah := s.browser("nl").signsIn("farah@example.org")
		a = farah.get("/me").is(t, http.StatusOK, "Programma's die je faciliteert", "Voorjaar <2018>", "Je zit op dit moment in geen enkele cirkel.")
		if !slices.Contains(a.page.links(), SignupPath(s.programme.ID, "")) || !slices.Contains(a.page.links(), "/api/docs") {
			t.Errorf("the links are %v", a.page.links())
		}
	})
}

func TestMyName(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		b := s.browser("nl").signsIn("member0@example.org")
		s.unchanged(t, func() {
			for typed, says := range map[string]string{
				"": "Dit ontbreekt.", "An\nAerts": "één regel", strings.Repeat("a", 101): "hoogstens 100 tekens",
			} {
				a := b.post("/me", url.Values{"name": {typed}}).is(t, http.StatusUnprocessableEntity, says)
				if attribute(a.page.input("name"), "aria-invalid") != "true" {
					t.Errorf("the fault of %q is not at the field", typed)
				}
			}
		})
		b.post("/me", url.Values{"name": {"Anna <i>Aerts</i>"}, "owner": {"true"}, "email": {"other@example.org"}}).leads(t, "/me?did=saved")
		b.get("/me?did=saved").is(t, http.StatusOK, "Bewaard.")
		if p := s.known(0); p.Name != "Anna <i>Aerts</i>" || p.Owner || p.Email != "member0@example.org" {
			t.Errorf("kept was %+v", p)
		}
	})
}

// The pages behind a letter's links and those of who is signed in are the same; only the way to them differs.
func TestDatesAndMailsOfWhoIsSignedIn(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		b := s.browser("nl").signsIn("member0@example.org")
		first := s.sessions(0)[0]
		a := b.get("/me/dates").is(t, http.StatusOK, "Mijn datums", "dinsdag 13 februari 2018", "Samen met Ben, Cato, Dan, Eva").
			never(t, "een link uit een mail kan doorgestuurd zijn")
		if !slices.Contains(a.page.links(), "/me/mails") || !slices.Contains(a.page.links(), "/me") {
			t.Errorf("the links are %v", a.page.links())
		}
		b.post("/me/dates", answerForm(first.ID, "no")).is(t, http.StatusOK, "Genoteerd: je kunt niet.")
		if s.said(0, first.ID) != scheduling.No {
			t.Error("the answer was not kept")
		}
		b.post("/me/dates", s.deedOf(0, "write", "text", "Tot dinsdag!")).leads(t, "/me/dates?did=write")
		b.get("/me/dates?did=write").is(t, http.StatusOK, "Je bericht is onderweg")
		b.post("/me/mails", url.Values{"changes": {"on"}, "language": {"en"}, "zone": {"Europe/Brussels"}}).is(t, http.StatusOK, "Saved.")
		if p := s.known(0); !p.RemindersOff || p.ChangesOff || p.LetterLanguage != "en" {
			t.Errorf("kept was %+v", p)
		}
		b.get("/me/sees").is(t, http.StatusOK, "Who sees what")

		farah := s.browser("nl").signsIn("farah@example.org")
		s.unchanged(t, func() {
			farah.get("/me/dates").is(t, http.StatusOK, "geen enkele cirkel")
			farah.post("/me/dates", answerForm(first.ID, "yes")).is(t, http.StatusNotFound)
			farah.post("/me/dates", s.deedOf(0, "pause", "returns_on", "2018-04-02")).is(t, http.StatusNotFound)
		})
	})
}

// A link may have been passed on, so what cannot be taken back needs a sign-in.
func TestPagesBehindALinkLeadToSignIn(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		for _, purpose := range []string{circles.LinkMe, circles.LinkMails, circles.LinkSees} {
			a := w.get(w.link(0, purpose, "")).is(t, http.StatusOK, "vergeten worden", "want een link uit een mail kan doorgestuurd zijn")
			if !slices.Contains(a.page.links(), "/sign-in") || slices.Contains(a.page.links(), "/me/erase") {
				t.Errorf("%s leads to %v", purpose, a.page.links())
			}
		}
		past := w.links.SignUntil(circles.LinkMe, "", w.people[0], w.clock.Now().Add(-time.Hour))
		if a := w.get("/l/"+past).is(t, http.StatusGone); !slices.Contains(a.page.links(), "/sign-in") {
			t.Error("a link that ran out leads nowhere")
		}
	})
}

func TestWhereIAmSignedIn(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		laptop := s.browser("nl").signsIn("member0@example.org")
		phone := s.browser("nl").signsIn("member0@example.org")
		stranger := s.browser("nl").signsIn("member2@example.org")
		ids := func(b *browser) (ids []string) {
			a := b.get("/me").is(t, http.StatusOK)
			for _, n := range a.page.all("input") {
				if attribute(n, "name") == "id" {
					ids = append(ids, attribute(n, "value"))
				}
			}
			return ids
		}
		both := ids(laptop) // newest first
		if len(both) != 2 {
			t.Fatalf("%d sign-ins", len(both))
		}
		s.unchanged(t, func() {
			for _, id := range []string{ids(stranger)[0], database.NewID(), "hello", ""} {
				laptop.post("/me/sign-ins", url.Values{"id": {id}}).is(t, http.StatusNotFound)
			}
		})
		laptop.post("/me/sign-ins", url.Values{"id": {both[0]}}).leads(t, "/me?did=ended")
		laptop.get("/me?did=ended").is(t, http.StatusOK, "Die browser is uitgelogd.")
		phone.get("/me").leads(t, "/sign-in")
		laptop.post("/me/sign-ins", url.Values{"id": {both[1]}}).leads(t, "/sign-in?did=signed-out&lang=nl")
		if laptop.cookie() != "" {
			t.Error("the cookie stays")
		}
		stranger.get("/me").is(t, http.StatusOK)
	})
}

func TestAnotherAddress(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		b := s.browser("nl").signsIn("member0@example.org")
		b.get("/me/address").is(t, http.StatusOK, "Nu schrijven we je op member0@example.org.")
		s.unchanged(t, func() {
			a := b.post("/me/address", address("nergens")).is(t, http.StatusUnprocessableEntity, "Dit is geen e-mailadres.")
			if a.page.value("email") != "nergens" || attribute(a.page.input("email"), "aria-invalid") != "true" {
				t.Error("the fault is not at the field")
			}
		})
		taken := b.post("/me/address", address("member3@example.org")).is(t, http.StatusAccepted)
		free := b.post("/me/address", address("an@new.example")).is(t, http.StatusAccepted, "en in die naar je oude")
		if free.page.text() != taken.page.text() {
			t.Error("the answer says that somebody has the address")
		}
		b.get("/me/address").is(t, http.StatusOK, "Een wijziging naar an@new.example wacht nog")

		news, olds := s.letters("an@new.example"), s.letters("member0@example.org")
		if len(news) != 1 || len(olds) != 1 {
			t.Fatalf("%d and %d letters", len(news), len(olds))
		}
		atNew := letterLink.FindStringSubmatch(news[0].Text)[1]
		atOld := letterLink.FindStringSubmatch(olds[0].Text)[1]
		s.unchanged(t, func() {
			b.get(atNew).is(t, http.StatusOK, "Is dit je nieuwe mailadres?", "an@new.example").never(t, "An Aerts", "member0", "Naar mijn datums")
			b.get(atOld).is(t, http.StatusOK, "Verandert je mailadres?", "an@new.example")
			b.post(atNew, choice("no")).is(t, http.StatusUnprocessableEntity, "Kies een van de knoppen.")
			b.post(atOld, url.Values{}).is(t, http.StatusUnprocessableEntity, "Kies een van de knoppen.")
		})
		b.post(atNew, choice("yes")).is(t, http.StatusOK, "Druk nu nog op de knop in de mail aan je oude").never(t, "Naar mijn datums")
		b.get(atNew).is(t, http.StatusOK, "is al bevestigd.")
		b.post(atOld, choice("yes")).is(t, http.StatusOK, "Voortaan schrijven we je op an@new.example.")
		if a := b.post(atOld, choice("yes")).is(t, http.StatusGone); !slices.Contains(a.page.links(), "/sign-in") {
			t.Error("no way on")
		}
		if s.known(0).Email != "an@new.example" {
			t.Error("the address is not changed")
		}
		b.get("/me").leads(t, "/sign-in")
		b.get(atOld).is(t, http.StatusGone)
		s.browser("nl").signsIn("an@new.example").get("/me").is(t, http.StatusOK, "an@new.example")
	})
}

func TestTheOldAddressSaysNo(t *testing.T) {
	oneSite(t, func(t *testing.T, s *site) {
		thief := s.browser("nl").signsIn("member0@example.org")
		thief.post("/me/address", address("thief@evil.example")).is(t, http.StatusAccepted)
		atOld := letterLink.FindStringSubmatch(s.letters("member0@example.org")[0].Text)[1]
		a := thief.get(atOld+"?choice=no").is(t, http.StatusOK)
		if a.page.buttons()[0] != "Nee, dat was ik niet" {
			t.Errorf("the buttons are %v", a.page.buttons())
		}
		thief.post(atOld, choice("no")).is(t, http.StatusOK, "je mailadres blijft zoals het is")
		thief.get("/me").leads(t, "/sign-in")
		thief.get(atOld).is(t, http.StatusOK, "Deze wijziging geldt niet meer")
		if s.known(0).Email != "member0@example.org" {
			t.Error("the address is changed")
		}
	})
}

func TestDownloadEverything(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		b := s.browser("nl").signsIn("member0@example.org")
		a := b.get("/me/export")
		if a.Code != http.StatusOK || a.Header().Get("Content-Disposition") != `attachment; filename="kring-2018-02-05.json"` ||
			!strings.HasPrefix(a.Header().Get("Content-Type"), "application/json") {
			t.Fatalf("status %d, headers %v", a.Code, a.Header())
		}
		var all map[string]any
		if err := json.Unmarshal(a.Body.Bytes(), &all); err != nil {
			t.Fatal(err)
		}
		text := a.Body.String()
		if !strings.Contains(text, "member0@example.org") || strings.Contains(text, "member1@example.org") || strings.Contains(text, b.cookie()) {
			t.Errorf("the file is %s", text)
		}
	})
}

func TestForgetMe(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		b := s.browser("nl").signsIn("member0@example.org")
		dates := s.link(0, circles.LinkMe, "")
		b.get("/me/erase").is(t, http.StatusOK, "Vergeet mij", "Wat verdwijnt", "Wat blijft", "Dat is member0@example.org.")
		s.unchanged(t, func() {
			for typed, says := range map[string]string{
				"": "Dit ontbreekt.", "member1@example.org": "waarop wij je schrijven.", "x": "Dit is geen e-mailadres.",
			} {
				a := b.post("/me/erase", url.Values{"email": {typed}, "silence": {"on"}}).is(t, http.StatusUnprocessableEntity, says)
				if attribute(a.page.input("email"), "aria-invalid") != "true" || len(a.page.checked("silence")) != 1 {
					t.Errorf("after %q the form is not as it was sent", typed)
				}
			}
		})
		b.post("/me/erase", url.Values{"email": {" Member0@Example.org "}, "silence": {"on"}}).
			is(t, http.StatusOK, "We zijn je vergeten.", "We schrijven je nooit meer.").never(t, "Uitloggen")
		if b.cookie() != "" {
			t.Error("the cookie stays")
		}
		if p := s.known(0); p.ErasedAt == nil || p.Email != "" || p.Name != "" {
			t.Errorf("what stays is %+v", p)
		}
		b.get("/me").leads(t, "/sign-in")
		b.get(dates).is(t, http.StatusGone)
		b.post("/sign-in", address("member0@example.org")).is(t, http.StatusAccepted)
		if n := len(s.letters("member0@example.org")); n > 0 {
			t.Errorf("%d letters to who wants none", n)
		}
		if len(s.members()) != 4 {
			t.Error("the seat is not free")
		}
	})
}

func TestTheOwnerStays(t *testing.T) {
	oneSite(t, func(t *testing.T, s *site) {
		s.write(func(tx database.Tx) error {
			return tx.Gorm().Table("people").Where("email = ?", "farah@example.org").Update("owner", true).Error
		})
		b := s.browser("nl").signsIn("farah@example.org")
		b.get("/me").is(t, http.StatusOK, "Deze installatie van Kring is van jou")
		s.unchanged(t, func() {
			b.post("/me/erase", address("farah@example.org")).is(t, http.StatusConflict, "zonder eigenaar gaat het niet")
		})
	})
}

// What people write about themselves and their circle stays text: no markup, no script behind a link, nothing that turns
// the words around it.
func TestWhatIsWrittenStaysText(t *testing.T) {
	oneSite(t, func(t *testing.T, s *site) {
		b := s.browser("nl").signsIn("member0@example.org")
		evil := `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
		b.post("/me", url.Values{"name": {evil}}).leads(t, "/me?did=saved")
		if a := b.get("/me").is(t, http.StatusOK); a.page.value("name") != evil {
			t.Errorf("the name is %q", a.page.value("name"))
		}
		b.post("/me", url.Values{"name": {"An \u202egro.elpmaxe"}}).is(t, http.StatusUnprocessableEntity)
		for _, link := range []string{"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>", "//evil.example", "https://a b"} {
			b.post("/me/dates", s.deedOf(0, "place", "venue", "x", "video_link", link)).is(t, http.StatusUnprocessableEntity)
		}
		// Even what came into the database otherwise.
		s.write(func(tx database.Tx) error {
			return tx.Gorm().Table("circles").Where("id = ?", s.circle.ID).
				Updates(map[string]any{"video_link": "javascript:alert(1)", "chat_link": "data:text/html,x", "name": "\u202eevil<br>"}).Error
		})
		a := b.get("/me/dates").is(t, http.StatusOK, "evil<br>")
		for _, link := range a.page.links() {
			if strings.Contains(link, "alert") || strings.Contains(link, "data:") {
				t.Errorf("a link leads to %s", link)
			}
		}
		for _, path := range []string{"/me", "/me/dates"} {
			a := b.get(path).is(t, http.StatusOK)
			for _, n := range slices.Concat(a.page.all("h2"), a.page.all("li")) {
				text := (&htmlPage{root: n}).text()
				if strings.Contains(text, "\u202e") && len((&htmlPage{root: n}).all("bdi")) == 0 {
					t.Errorf("%s: what turns the text is not kept apart: %q", path, text)
				}
			}
		}

		b.get("/me", "User-Agent", evil)
		other := s.browser("nl")
		other.post("/sign-in", address("member0@example.org"))
		path, _ := s.signInLetter("member0@example.org")
		other.post(path, nil, "User-Agent", evil+"\u202e").leads(t, "/me")
		other.get("/me").is(t, http.StatusOK)
	})
}

func TestOwnPagesReadInBothLanguages(t *testing.T) {
	oneSite(t, func(t *testing.T, s *site) {
		b := s.browser("nl").signsIn("member0@example.org")
		for _, path := range []string{
			"/me", "/me/dates", "/me/mails", "/me/sees", "/me/calendar", "/me/address", "/me/erase", "/me/circles/" + s.circle.ID + "/plan",
		} {
			nl, en := b.get(path+"?lang=nl").is(t, http.StatusOK), b.get(path+"?lang=en").is(t, http.StatusOK)
			if nl.page.text() == en.page.text() {
				t.Errorf("%s reads the same in both languages", path)
			}
			for _, link := range en.page.links() {
				if strings.HasPrefix(link, "/me") && link != "/me/export" && !strings.Contains(link, "lang=") {
					t.Errorf("%s: the language is lost on the way to %s", path, link)
				}
			}
		}
	})
}
