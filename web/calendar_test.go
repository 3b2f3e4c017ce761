package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kring/internal/database"
	"kring/scheduling/busy"
)

// feedOn is the address that a page shows to subscribe to, after it held its two forms against each other.
func feedOn(t *testing.T, a answered) string {
	t.Helper()
	address := attribute(a.page.byID("feed"), "value")
	if !strings.HasPrefix(address, publicURL+"/calendar/") || !strings.HasSuffix(address, ".ics") {
		t.Fatalf("the feed is at %q: %s", address, a.page)
	}
	if webcal := "webcal" + strings.TrimPrefix(address, "https"); !slices.Contains(a.page.links(), webcal) {
		t.Errorf("no link to %s", webcal)
	}
	return address
}

func TestMyOwnFeedHasAnAddressThatCanBeRenewed(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		s.browser("nl").get("/me/calendar").leads(t, "/sign-in")
		b := s.browser("nl").signsIn("member0@example.org")
		var first string
		s.unchanged(t, func() { first = feedOn(t, b.get("/me/calendar").is(t, http.StatusOK, "Agenda", "Abonneer je agenda")) })
		if again := feedOn(t, b.get("/me/calendar")); again != first {
			t.Error("the address changes by looking at it")
		}
		b.post("/me/calendar", url.Values{"do": {"renew"}}).leads(t, "/me/calendar?did=renewed")
		if now := feedOn(t, b.get("/me/calendar?did=renewed").is(t, http.StatusOK, s.texts.Say("nl", "web.did.renewed", nil))); now == first {
			t.Error("the address is still the old one")
		}
		if other := feedOn(t, s.browser("nl").signsIn("member2@example.org").get("/me/calendar")); other == first {
			t.Error("two people share an address")
		}
		b.post("/me/calendar", url.Values{"do": {"sing"}}).is(t, http.StatusBadRequest)
	})
}

func TestEachMemberWhoIsSignedInHasTheCirclesFeed(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		plan := "/me/circles/" + s.circle.ID + "/plan"
		b := s.browser("nl").signsIn("member0@example.org")
		first := feedOn(t, b.get(plan).is(t, http.StatusOK, "De agenda van deze cirkel"))
		cato := s.browser("nl").signsIn("member2@example.org")
		hers := feedOn(t, cato.get(plan))
		b.post(plan, url.Values{"do": {"renew"}}).leads(t, plan+"?did=renewed")
		if feedOn(t, b.get(plan)) == first || feedOn(t, cato.get(plan)) != hers || hers == first {
			t.Error("not each has an address of her own, which she renews alone")
		}
		farah := s.browser("nl").signsIn("farah@example.org")
		s.unchanged(t, func() {
			a := s.get(s.planOf(0)).is(t, http.StatusOK).never(t, "De agenda van deze cirkel")
			if strings.Contains(a.page.source, "/calendar/") {
				t.Error("a link of a letter shows the address")
			}
			s.world.post(s.planOf(0), url.Values{"do": {"renew"}}).is(t, http.StatusForbidden)
			farah.post(plan, url.Values{"do": {"renew"}}).is(t, http.StatusNotFound)
		})
	})
}

func TestMyOwnCalendarElsewhere(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		b := s.browser("nl").signsIn("member0@example.org")
		name := func(address string) answered {
			return b.post("/me/calendar", url.Values{"do": {"name"}, "address": {address}})
		}
		s.unchanged(t, func() {
			b.get("/me/calendar").is(t, http.StatusOK, "geen titels, geen plaatsen, geen namen").never(t, "Vergeet deze agenda")
			for _, wrong := range []string{"", "my calendar", "http://calendar.example.org/an.ics", "https://an:secret@calendar.example.org/an.ics", "https://127.0.0.1/an.ics"} {
				a := name(wrong).is(t, http.StatusUnprocessableEntity)
				if attribute(a.page.input("address"), "aria-invalid") != "true" || a.page.value("address") != wrong {
					t.Errorf("%q is not shown as faulty", wrong)
				}
			}
		})
		name("webcal://calendar.example.org/secret/an.ics").leads(t, "/me/calendar?did=named")
		a := b.get("/me/calendar?did=named").is(t, http.StatusOK, "Bewaard.", "We lezen de agenda op calendar.example.org", "Ze is nog niet gelezen.")
		if strings.Contains(a.page.source, "secret/an") {
			t.Error("the address is shown again")
		}
		for _, code := range busy.Failures() {
			s.write(func(tx database.Tx) error {
				return tx.Gorm().Exec("update foreign_calendars set failure = ?, read_at = ?", code, s.clock.Machine()).Error
			})
			b.get("/me/calendar").is(t, http.StatusOK, s.texts.Say("nl", "busy.failure."+code, nil), "Laatst gelezen op", "0 keer bezet")
		}
		s.browser("nl").signsIn("member2@example.org").get("/me/calendar").is(t, http.StatusOK).never(t, "calendar.example.org")
		b.post("/me/calendar", url.Values{"do": {"forget"}}).leads(t, "/me/calendar?did=unnamed")
		b.get("/me/calendar?did=unnamed").is(t, http.StatusOK, "Vergeten, met alles wat we ervan lazen.").never(t, "calendar.example.org")
	})
}
