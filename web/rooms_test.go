package web

import (
	"io/fs"
	"strings"

	"kring/circles"
	"kring/internal/identity"
	"kring/scheduling"
	"kring/scheduling/health"
	"kring/scheduling/letters"
)

// rooms are the sentences of all rooms that a page speaks with.
func rooms() []fs.FS {
	return []fs.FS{identity.Texts, circles.Texts, scheduling.Texts, health.Texts, letters.Texts, Texts}
}

func (w *world) mount() {
	w.t.Helper()
	secrets := got(identity.ParseSecrets(strings.Repeat("k", 32)))(w.t)
	w.mountWith(Options{
		Guides: w.guides,
		Buttons: letters.NewButtons(letters.ButtonsOptions{
			DB: w.db, Clock: w.clock, Circles: w.registry, Calendar: w.calendar, Guides: w.guides, Texts: w.texts, Links: w.links,
			Watch:  health.New(health.Options{DB: w.db, Clock: w.clock, Guides: w.guides}),
			Tokens: identity.NewTokens(w.db, w.clock, secrets), PublicURL: "https://kring.example",
		}),
	})
}
