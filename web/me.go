package web

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"
)

// mePage is what somebody who is signed in starts from: who she is here, what is hers, and how to take it along or away.
type mePage struct {
	frame
	Said       string
	Name       field
	Email      string
	Owner      bool
	Programmes []programmeLine
	Circles    []menuItem
	SignIns    []signInLine
}

// programmeLine is a programme that somebody facilitates; URL is its sign-up page, "" while nobody can sign up.
type programmeLine struct{ Name, URL string }

// signInLine is a browser in which somebody is signed in.
type signInLine struct {
	ID, Device, Since string
	Current           bool
}

// mostProgrammes bounds the page.
const mostProgrammes = 100

// said are the confirmations that a redirect may ask a page for.
func (v *visit) said(did ...string) string {
	for _, one := range did {
		if v.c.QueryParam("did") == one {
			return v.say("web.did." + one)
		}
	}
	return ""
}

func (v *visit) showMe(p identity.Person) error { return v.me(p, http.StatusOK, p.Name, nil) }

func (v *visit) me(p identity.Person, status int, name string, wrong *fault.Fault) error {
	shown := mePage{
		frame: v.personal(p, "", "web.me.title"), Said: v.said("saved", "ended"), Email: p.Email, Owner: p.Owner,
		Name: field{
			ID: "name", Name: "name", Label: v.say("web.field.name"), Hint: v.say("web.field.name.hint"), Value: name,
			Complete: "name", Required: true, Most: identity.MaxName,
		},
	}
	if wrong != nil {
		shown.Said, shown.Name.Wrong = "", v.wrongBy(wrong)["name"]
	}
	var err error
	if shown.Programmes, err = v.programmes(); err != nil {
		return err
	}
	if shown.Circles, err = v.circlesOf(p); err != nil {
		return err
	}
	if shown.SignIns, err = v.signIns(p); err != nil {
		return err
	}
	return v.show(status, "me", shown)
}

// rename takes the one thing that is changed on this page itself.
func (v *visit) rename(p identity.Person, sent url.Values) error {
	name := sent.Get("name")
	_, err := v.patch(p, identity.Patch{Name: &name})
	if f, refused := fault.Of(err); refused && f.Kind == fault.Invalid {
		return v.me(p, v.statusOf(f), name, f)
	}
	if err != nil {
		return err
	}
	return v.redirect(mePath + "?did=saved" + v.asked("&lang="))
}

// toMe leads from an address that only takes forms to the page that has them.
func (v *visit) toMe(identity.Person) error { return v.redirect(v.inLanguage(mePath)) }

func (v *visit) programmes() ([]programmeLine, error) {
	found, err := v.Circles.Programmes(v.ctx(), v.actor, page.Cursor{}, mostProgrammes)
	now := v.Clock.Now()
	var out []programmeLine
	for _, p := range found.Items {
		line := programmeLine{Name: p.Name}
		if p.TakesApplications(now) {
			line.URL = v.inLanguage(SignupPath(p.ID, ""))
		}
		out = append(out, line)
	}
	return out, err
}

// circlesOf are the circles that somebody is in, each leading to its dates.
func (v *visit) circlesOf(p identity.Person) ([]menuItem, error) {
	found, err := v.Circles.Circles(v.ctx(), acting(p), "", "", page.Cursor{}, mostCircles)
	var out []menuItem
	for _, c := range found.Items {
		if !c.State.Over() {
			out = append(out, menuItem{Label: c.Name, URL: v.inLanguage(datesPath) + "#circle-" + c.ID})
		}
	}
	return out, err
}

func (v *visit) signIns(p identity.Person) ([]signInLine, error) {
	found, err := v.SignIn.List(v.ctx(), v.actor)
	var out []signInLine
	for _, e := range found {
		line := signInLine{ID: e.ID, Device: e.Device, Since: v.moment(e.CreatedAt, p.Zone), Current: e.Current}
		if line.Device == "" {
			line.Device = v.say("web.me.device-unknown")
		}
		out = append(out, line)
	}
	return out, err
}

// endSignIn ends a sign-in in another browser; the one of this browser is signed out.
func (v *visit) endSignIn(_ identity.Person, sent url.Values) error {
	if sent.Get("id") == v.actor.SignInID {
		return v.signOut(v)
	}
	if err := v.SignIn.End(v.ctx(), v.actor, sent.Get("id")); err != nil {
		return err
	}
	return v.redirect(mePath + "?did=ended" + v.asked("&lang="))
}

// export hands over everything that is kept about who is signed in, as a file.
func (v *visit) export(p identity.Person) error {
	all, err := v.Records.Export(v.ctx(), v.actor)
	if err != nil {
		return err
	}
	raw, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	loc, err := wall.LoadZone(p.Zone)
	if err != nil {
		return err
	}
	on := wall.DateOf(v.Clock.Now(), loc)
	v.c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="kring-`+on.String()+`.json"`)
	return v.c.Blob(http.StatusOK, echo.MIMEApplicationJSON, append(raw, '\n'))
}

// aside is the purpose of no page of the menu: of pages that one of them leads to.
const aside = "aside"

// erasePage says what is forgotten and what stays, and asks for one's own address so that nobody does it by mistake.
type erasePage struct {
	frame
	Wrong   string // why nobody was forgotten, when it is not the field's fault
	Email   field
	Silence bool
}

// goodbyePage is the last page.
type goodbyePage struct {
	frame
	Silence bool
}

func (v *visit) showErase(p identity.Person) error {
	return v.erasing(p, http.StatusOK, erasePage{}, "", nil)
}

func (v *visit) erasing(p identity.Person, status int, shown erasePage, typed string, wrong *fault.Fault) error {
	shown.frame = v.personal(p, aside, "web.erase.title")
	shown.Email = field{
		ID: "email", Name: "email", Type: "email", Mode: "email", Complete: "off", Label: v.say("web.erase.email"),
		Hint: v.say("web.erase.email.hint", "email", p.Email), Value: typed, Required: true, Most: 254,
	}
	if wrong != nil && wrong.Kind == fault.Invalid {
		shown.Email.Wrong = v.wrongBy(wrong)["email"]
	} else if wrong != nil {
		shown.Wrong = v.sentence(wrong)
	}
	return v.show(status, "erase", shown)
}

// erase forgets who is signed in, for good.
func (v *visit) erase(p identity.Person, sent url.Values) error {
	shown := erasePage{Silence: sent.Get("silence") != ""}
	err := ownAddress(p, sent.Get("email"))
	if err == nil {
		err = v.Records.Erase(v.ctx(), v.actor, shown.Silence)
		v.SignIn.Forget()
	}
	if f, refused := fault.Of(err); refused && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
		return v.erasing(p, v.statusOf(f), shown, sent.Get("email"), f)
	}
	if err != nil {
		return err
	}
	if err := v.SignIn.Stop(v.ctx(), v.c.Response(), v.c.Request()); err != nil && !fault.HasCode(err, "signed-out") {
		v.Log.ErrorContext(v.ctx(), "a cookie was not taken back after an erasure", "error", err) // it holds no more
	}
	v.actor = identity.Actor{}
	return v.show(http.StatusOK, "goodbye", goodbyePage{frame: v.goodbye(), Silence: shown.Silence})
}

// goodbye is a frame whose other language leads to where it is true still: the page cannot be opened again.
func (v *visit) goodbye() frame {
	f := v.frame(v.say("web.goodbye.title"))
	f.at = "/"
	return f
}

// ownAddress compares what was typed with the person's address, in whatever form it is written.
func ownAddress(p identity.Person, typed string) error {
	var broken fault.Violations
	if normal := identity.CheckEmail(&broken, "/email", typed); broken.Err() == nil && normal != p.Email {
		broken.Add("/email", "not-your-address")
	}
	return broken.Err()
}
