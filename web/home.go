package web

import (
	"net/http"

	"kring/internal/mail"
)

// homePage is what somebody sees who comes without a link: what Kring is, and where one can go from here. Programmes are
// not listed; who has a programme passes its sign-up link on.
type homePage struct {
	frame
	Paragraphs []string
	Sets       []mail.Link // the guides
}

func (w *Web) showHome(v *visit) error {
	shown := homePage{
		frame:      v.frame(v.say("web.home.title")),
		Paragraphs: []string{v.say("web.home.what"), v.say("web.home.how"), v.say("web.home.privacy"), v.say("web.home.join")},
	}
	for _, set := range w.Guides.Sets() {
		shown.Sets = append(shown.Sets, mail.Link{Label: set.Name(v.lang), URL: v.inLanguage("/guides/" + set.Key)})
	}
	return v.show(http.StatusOK, "home", shown)
}
