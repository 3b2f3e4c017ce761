package web

import (
	"io/fs"
	"strings"

	"kring/circles"
	"kring/internal/fetch"
	"kring/internal/identity"
	"kring/internal/limit"
	"kring/internal/outbox"
	"kring/internal/signin"
	"kring/scheduling"
	"kring/scheduling/busy"
	"kring/scheduling/feeds"
	"kring/scheduling/health"
	"kring/scheduling/letters"
)

// rooms are the sentences of all rooms that a page speaks with.
func rooms() []fs.FS {
	return []fs.FS{identity.Texts, circles.Texts, scheduling.Texts, busy.Texts, health.Texts, letters.Texts, signin.Texts, Texts}
}

func (w *world) mount() {
	w.t.Helper()
	secrets := got(identity.ParseSecrets(strings.Repeat("k", 32)))(w.t)
	w.signIn = signin.New(signin.Options{
		DB: w.db, Clock: w.clock, Texts: w.texts, Secrets: secrets, Links: w.links, Limits: limit.New(secrets, 0),
		PublicURL: publicURL, Log: w.logger(),
	})
	tokens := identity.NewTokens(w.db, w.clock, secrets)
	calendars := busy.New(busy.Options{
		DB: w.db, Clock: w.clock, Secrets: secrets, Host: "kring.example", Fetch: fetch.New(fetch.Options{Agent: "Kring"}),
	})
	w.mountWith(Options{
		Feeds: feeds.New(feeds.Options{DB: w.db, Clock: w.clock, Links: w.links, Texts: w.texts, PublicURL: publicURL}), Busy: calendars,
		Guides: w.guides, SignIn: w.signIn, OIDC: w.provider,
		Records: identity.NewRecords(w.db, w.clock, w.registry.Part(), calendars.Part(), outbox.Part(signin.KindAddressNew), w.signIn.Part(), tokens.Part()),
		Buttons: letters.NewButtons(letters.ButtonsOptions{
			DB: w.db, Clock: w.clock, Circles: w.registry, Calendar: w.calendar, Guides: w.guides, Texts: w.texts, Links: w.links,
			Watch:  health.New(health.Options{DB: w.db, Clock: w.clock, Guides: w.guides}),
			Tokens: tokens, SignIn: w.signIn, PublicURL: publicURL,
		}),
	})
}
